/** The instances of a group that starts and stops them, and what follows from how they stand. Pure. */
import type { Instance } from '../../shared/aws/ec2-instances.ts';
import type { Tags } from '../../shared/tags.ts';
import type { SeenGroup } from './group.ts';

export interface Member {
  id: string;
  zone: string;
  type: string;
  /** `pending`, `running`, `stopping` or `stopped`. */
  state: string;
  /** Its last start. */
  startedAt: Date;
  /** Its last stop; of one that EC2 does not tell, its start before it. */
  stoppedAt: Date;
  /** What EC2 has stopped it for by itself, such as right after its last start for a key that it may not use. */
  failure: { name: string; message: string } | undefined;
  hibernates: boolean;
  /** Not to be started, stopped, registered or drained: a person wants it so, or EC2 would not stop it. */
  isProtected: boolean;
  /** Since when it is being taken out of service: it does not count. An unreadable mark is no date. */
  drainingSince: Date | undefined;
  /** It takes no load yet: it is only starting, or runs for less than the warm-up. */
  isStarting: boolean;
  /** Taken out of service by a balancer, or failing EC2's own checks, though it had the time to warm up. */
  isUnhealthy: boolean;
  /** Every target group and classic balancer of the group. */
  places: readonly Place[];
}

/** How a member stands in a target group, or behind a classic balancer. */
export interface Place {
  kind: 'target-group' | 'load-balancer';
  /** ARN, or name. */
  id: string;
  state: 'absent' | 'registered' | 'draining';
  /** In a target group: those that it is registered with; none: the group's own. */
  ports: readonly number[];
  isUnhealthy: boolean;
  /** How long it may take to finish what it has in hand; only read where something drains. */
  delaySeconds?: number;
}

export const memberTags = {
  /** ISO 8601, UTC: when it began to be taken out of service. Written before that, gone once it has stopped. */
  draining: 'groundskeeper:draining',
  /** Any value but "false": a person wants it left alone. */
  protected: 'groundskeeper:protected',
} as const;

export const isMarkedProtected = (tags: Tags): boolean => (tags[memberTags.protected] ?? 'false') !== 'false';

/** By EC2 Auto Scaling's own tag: it would start another for what we stop, or terminate it. */
export const isInAutoScaling = (tags: Tags): boolean => tags['aws:autoscaling:groupName'] !== undefined;

export interface Warmup {
  warmupSeconds: number;
  now: Date;
}

export function toMember(
  instance: Instance,
  { places, isImpaired }: { places: readonly Place[]; isImpaired: boolean },
  warmup: Warmup,
): Member {
  const { id, zone, type, state, hibernates, isStoppable, tags, launchedAt: startedAt, stoppedAt } = instance;
  const mark = tags[memberTags.draining];
  const isSick = isImpaired || places.some((place) => place.isUnhealthy);
  const isWarm = warmAt(startedAt, warmup.warmupSeconds) <= warmup.now;
  return {
    id,
    zone,
    type,
    state,
    startedAt,
    stoppedAt: stoppedAt ?? startedAt,
    failure: failureOf(instance),
    hibernates,
    isProtected: isMarkedProtected(tags) || !isStoppable,
    drainingSince: mark === undefined ? undefined : new Date(mark),
    isStarting: state === 'pending' || !isWarm,
    isUnhealthy: isSick && isWarm,
    places,
  };
}

/** Amazon EC2 API reference, StateReason: people's stops, those from within, and the retirement of its host. */
const ordinaryStops = new Set([
  'Client.UserInitiatedShutdown',
  'Client.UserInitiatedHibernate',
  'Client.InstanceInitiatedShutdown',
  'Server.ScheduledStop',
]);

function failureOf({ state, stateReason }: Instance): Member['failure'] {
  if (state !== 'stopped' || !stateReason || ordinaryStops.has(stateReason.code)) return undefined;
  return { name: stateReason.code, message: stateReason.message };
}

export const warmAt = (startedAt: Date, warmupSeconds: number): Date =>
  new Date(startedAt.getTime() + warmupSeconds * 1_000);

export const isUp = ({ state }: Pick<Member, 'state'>): boolean => state === 'running' || state === 'pending';

/** Whether it is part of the group's capacity. */
export const counts = (member: Member): boolean => isUp(member) && member.drainingSince === undefined;

/** Whether it takes load by now, as far as that is known. */
export const isInService = (member: Member): boolean =>
  counts(member) && !member.isStarting && !member.isUnhealthy;

/** The group as the decision sees it. Its bounds are what can be reached: no protected one is started or stopped. */
export function groupOf(
  members: readonly Member[],
  { warmupSeconds }: Pick<Warmup, 'warmupSeconds'>,
): SeenGroup {
  const counting = members.filter(counts);
  const running = counting.filter(({ state }) => state === 'running');
  return {
    capacity: counting.length,
    starting: counting.filter(({ isStarting }) => isStarting).length,
    serving: running
      .filter(({ isUnhealthy }) => !isUnhealthy)
      .map(({ startedAt }) => warmAt(startedAt, warmupSeconds)),
    minimum: counting.filter(({ isProtected }) => isProtected).length,
    maximum: members.filter((member) => !member.isProtected || counts(member)).length,
  };
}
