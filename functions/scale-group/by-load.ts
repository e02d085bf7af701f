/** What follows from bounds and policies while nobody overrides them. Pure. */
import { type Bounds, clampInto } from './bounds.ts';
import { calmUntilIn, calmUntilOut } from './calm.ts';
import type { Decision, Subject } from './decide.ts';
import type { Demand, Heard } from './hear.ts';

export interface Course {
  to: number;
  reason: Decision['reason'];
  texts: readonly string[];
}

/** Bounds are obeyed at once; between them more is added after one cooldown, and less is kept by calm and agreement. */
export function byLoad(subject: Subject, bounds: Bounds, heard: Heard): Course {
  const { loudest } = heard;
  const least = byBounds(subject, bounds, heard);
  if (!loudest) return least;
  const wanted = clampInto(loudest.capacity, bounds);
  if (wanted > least.to) return outwards(subject, bounds, least, loudest);
  if (wanted < least.to) return inwards(subject, bounds, least, heard);
  if (least.to !== subject.group.capacity) return least;
  return { ...least, texts: [...least.texts, ...clampText(loudest.capacity, bounds)] };
}

/** What there would be without any policy. */
function byBounds({ job, group }: Subject, bounds: Bounds, { unknown, texts }: Heard): Course {
  const { capacity } = group;
  const to = clampInto(capacity, bounds);
  const { minimum, maximum } = bounds;
  if (to > capacity) return { to, reason: minimum.reason, texts: [`at least ${minimum.text}`] };
  if (to < capacity) return { to, reason: maximum.reason, texts: [`at most ${maximum.text}`] };
  if (group.ignoresPolicies && job.policies.length > 0) {
    return { to, reason: 'alarms-suspended', texts: ['policies have no say'] };
  }
  const range = `${capacity} is within ${minimum.text} to ${maximum.text}`;
  const reason = unknown === undefined ? 'enough' : 'signal-unknown';
  return { to, reason, texts: texts.length > 0 ? texts : [range] };
}

function outwards(
  { job, group, state, now }: Subject,
  bounds: Bounds,
  least: Course,
  loudest: Demand,
): Course {
  const calmUntil = calmUntilOut(state, job);
  if (calmUntil > now) return kept('cooldown-out', [loudest.text, waitText(calmUntil, now)], least, group);
  return courseOf(loudest, loudest.capacity, bounds);
}

function inwards(subject: Subject, bounds: Bounds, least: Course, { firmest, unknown }: Heard): Course {
  const { job, group, state, now } = subject;
  if (unknown !== undefined) return kept('signal-unknown', [unknown], least, group);
  if (!firmest) return least;
  if (clampInto(firmest.agreed, bounds) >= least.to) {
    const texts = [firmest.text, `not for all of ${job.stabilizationSeconds} s`];
    return kept(firmest.objection ?? 'enough', texts, least, group);
  }
  const calmUntil = calmUntilIn(state, job);
  if (calmUntil > now) return kept('cooldown-in', [firmest.text, waitText(calmUntil, now)], least, group);
  return courseOf(firmest, firmest.agreed, bounds);
}

const courseOf = ({ reason, text }: Demand, wanted: number, bounds: Bounds): Course => ({
  to: clampInto(wanted, bounds),
  reason,
  texts: [text, ...clampText(wanted, bounds)],
});

/** As it is by the bounds, which have their own reason if they change anything. */
const kept = (
  reason: Decision['reason'],
  texts: readonly string[],
  least: Course,
  { capacity }: Subject['group'],
): Course =>
  least.to === capacity
    ? { to: capacity, reason, texts }
    : { ...least, texts: [...least.texts, ...texts, `so far only ${least.to}`] };

export function clampText(wanted: number, bounds: Bounds): string[] {
  const { minimum, maximum } = bounds;
  if (wanted < minimum.capacity) return [`clamped ${wanted} to ${minimum.text}`];
  if (wanted > maximum.capacity) return [`clamped ${wanted} to ${maximum.text}`];
  return [];
}

const waitText = (until: Date, now: Date): string =>
  `the cooldown ends in ${Math.ceil((until.getTime() - now.getTime()) / 1000)} s`;
