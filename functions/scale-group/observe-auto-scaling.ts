import {
  type AutoScalingGroup,
  isBeingRefreshed,
  readAutoScalingGroup,
} from '../../shared/aws/auto-scaling-groups.ts';
import { observeInstances } from '../../shared/aws/ec2-instances.ts';
import { ObservationError } from '../../shared/errors.ts';
import type { ScaleRun } from './clients.ts';
import type { HeldReason, SeenGroup } from './group.ts';
import { warmAt } from './members.ts';
import type { ObservedGroup } from './observe.ts';

export async function observeAutoScalingGroup(name: string, run: ScaleRun): Promise<ObservedGroup> {
  const { aws, clock, job } = run;
  const group = await readAutoScalingGroup(aws, name);
  if (!group) throw new ObservationError(`There is no Auto Scaling group ${name} in ${aws.region}`);
  const launches = await observeInstances(aws, { ids: group.inService.map(({ id }) => id) });
  const launchedAt = new Map(launches.map((instance) => [instance.id, instance.launchedAt]));
  const now = clock.now();
  const launched = group.inService.flatMap((instance) => {
    const at = launchedAt.get(instance.id);
    return at ? [{ ...instance, warmAt: warmAt(at, job.warmupSeconds) }] : [];
  });
  const warm = launched.filter((instance) => instance.warmAt <= now);
  const healthy = launched.filter(({ isHealthy }) => isHealthy);
  const refreshed = group.isBeingDeleted ? false : await isBeingRefreshed(aws, name);
  return {
    group: {
      capacity: group.desired,
      starting: Math.max(0, group.desired - sum(warm)),
      serving: healthy.flatMap(({ weight, warmAt: since }) => Array.from({ length: weight }, () => since)),
      minimum: group.minimum,
      maximum: group.maximum,
      ...holdsOf(group, refreshed),
    },
    inService: healthy
      .filter((instance) => instance.warmAt <= now)
      .map(({ id, warmAt: since }) => ({ id, since })),
  };
}

const sum = (instances: readonly { weight: number }[]): number =>
  instances.reduce((total, { weight }) => total + weight, 0);

type Holds = Pick<SeenGroup, 'heldOut' | 'heldIn' | 'ignoresPolicies' | 'ignoresSchedule'>;

/** Amazon EC2 Auto Scaling user guide, "Suspend-resume processes". */
function holdsOf(group: AutoScalingGroup, isRefreshed: boolean): Holds {
  const { suspended } = group;
  const heldOut = heldFromGrowing(group);
  const heldIn = heldFromShrinking(group, isRefreshed);
  return {
    ...(heldOut && { heldOut }),
    ...(heldIn && { heldIn }),
    ...(suspended.has('AlarmNotification') && { ignoresPolicies: true }),
    ...(suspended.has('ScheduledActions') && { ignoresSchedule: true }),
  };
}

function heldFromGrowing({ isBeingDeleted, suspended }: AutoScalingGroup): HeldReason | undefined {
  if (isBeingDeleted) return 'being-deleted';
  return suspended.has('Launch') ? 'launch-suspended' : undefined;
}

function heldFromShrinking(
  { isBeingDeleted, suspended }: AutoScalingGroup,
  isRefreshed: boolean,
): HeldReason | undefined {
  if (isBeingDeleted) return 'being-deleted';
  // A refresh takes hours, and instances away by itself: load does not wait for its end, fewer instances can.
  if (isRefreshed) return 'refresh-in-progress';
  return suspended.has('Terminate') ? 'terminate-suspended' : undefined;
}
