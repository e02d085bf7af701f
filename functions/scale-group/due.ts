/** What earlier runs have begun and this one goes on with, member by member. Pure. */
import { isUp, type Member, type Place } from './members.ts';

export type Step =
  /** It runs, and is not where it belongs. */
  | { kind: 'register'; member: Member; reason: 'not-registered'; places: readonly Place[] }
  /** A drain is begun anew that was cut off, or that somebody has crossed. */
  | { kind: 'drain'; member: Member; reason: 'still-registered' }
  /** A drain is called off, or was over before somebody started the instance again. */
  | { kind: 'resume'; member: Member; reason: 'protected' | 'started-since' }
  | { kind: 'stop'; member: Member; reason: 'drained' | 'delay-passed' }
  /** It has stopped: the mark has done its work. */
  | { kind: 'unmark'; member: Member; reason: 'stopped' }
  | { kind: 'keep'; member: Member; reason: 'draining' | 'starting' | 'stopping'; detail?: string };

/** One for each member that is not as it is to stay. */
export const dueSteps = (members: readonly Member[], now: Date): Step[] =>
  members.flatMap((member) =>
    member.drainingSince === undefined
      ? registration(member)
      : [drainStep(member, member.drainingSince, now)],
  );

function registration(member: Member): Step[] {
  // EC2 refuses to have one registered that is only starting.
  if (member.state !== 'running' || member.isProtected) return [];
  const places = member.places.filter(({ state }) => state !== 'registered');
  return places.length === 0 ? [] : [{ kind: 'register', member, reason: 'not-registered', places }];
}

function drainStep(member: Member, since: Date, now: Date): Step {
  if (member.state === 'stopped') return { kind: 'unmark', member, reason: 'stopped' };
  if (!isUp(member)) return { kind: 'keep', member, reason: 'stopping' };
  if (member.isProtected) return { kind: 'resume', member, reason: 'protected' };
  // What the mark was for is done. The stop of one that a person wants running again would be another.
  if (member.startedAt > since) return { kind: 'resume', member, reason: 'started-since' };
  if (member.places.some(({ state }) => state === 'registered')) {
    return { kind: 'drain', member, reason: 'still-registered' };
  }
  // EC2 refuses to stop one that is only starting.
  if (member.state === 'pending') return { kind: 'keep', member, reason: 'starting' };
  return stopStep(member, since, now);
}

function stopStep(member: Member, since: Date, now: Date): Step {
  const draining = member.places.filter(({ state }) => state === 'draining');
  if (draining.length === 0) return { kind: 'stop', member, reason: 'drained' };
  const delays = draining.map(({ delaySeconds = Number.POSITIVE_INFINITY }) => delaySeconds);
  const seconds = Math.max(...delays) - (now.getTime() - since.getTime()) / 1_000;
  if (seconds <= 0) return { kind: 'stop', member, reason: 'delay-passed' };
  // Of an unreadable mark nobody knows: such a one is stopped when it is gone from all balancers.
  const detail = Number.isFinite(seconds) ? { detail: `for ${Math.ceil(seconds)} s more at most` } : {};
  return { kind: 'keep', member, reason: 'draining', ...detail };
}
