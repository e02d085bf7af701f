/** How instances stand in the group's target groups, and behind its classic balancers. */
import {
  type ClassicLoadBalancers,
  connectionDraining,
  instancesBehind,
} from '../../shared/aws/classic-load-balancers.ts';
import {
  deregistrationDelay,
  type Target,
  type TargetGroups,
  targetsIn,
} from '../../shared/aws/target-groups.ts';
import type { InstanceGroup } from './job.ts';
import type { Place } from './members.ts';

type Balancers = TargetGroups & ClassicLoadBalancers;
type PlaceOf = (instance: string) => Place;

/** @param options.withDelays reads, too, how long it may take to finish what is in hand */
export async function observePlaces(
  aws: Balancers,
  { targetGroups, loadBalancers }: InstanceGroup,
  options: { withDelays: boolean },
): Promise<(instance: string) => Place[]> {
  const placesOf: PlaceOf[] = [];
  for (const arn of targetGroups) placesOf.push(await observeTargetGroup(aws, arn, options));
  for (const name of loadBalancers) placesOf.push(await observeLoadBalancer(aws, name, options));
  return (instance) => placesOf.map((placeOf) => placeOf(instance));
}

async function observeTargetGroup(
  aws: TargetGroups,
  id: string,
  { withDelays }: { withDelays: boolean },
): Promise<PlaceOf> {
  const targets = await targetsIn(aws, id);
  const delay = withDelays ? { delaySeconds: await deregistrationDelay(aws, id) } : {};
  return (instance) => {
    const own = targets.filter((target) => target.id === instance);
    return {
      kind: 'target-group',
      id,
      state: stateOf(own),
      ports: own.map(({ port }) => port),
      isUnhealthy: own.some(({ isUnhealthy }) => isUnhealthy),
      ...delay,
    };
  };
}

/** Where one of several ports is left, it is not being taken out as a whole. */
function stateOf(targets: readonly Pick<Target, 'isDraining'>[]): Place['state'] {
  if (targets.length === 0) return 'absent';
  return targets.every(({ isDraining }) => isDraining) ? 'draining' : 'registered';
}

async function observeLoadBalancer(
  aws: ClassicLoadBalancers,
  id: string,
  { withDelays }: { withDelays: boolean },
): Promise<PlaceOf> {
  const instances = new Map((await instancesBehind(aws, id)).map((instance) => [instance.id, instance]));
  const delay = withDelays ? { delaySeconds: await connectionDraining(aws, id) } : {};
  return (instance) => {
    const own = instances.get(instance);
    return {
      kind: 'load-balancer',
      id,
      state: stateOf(own ? [own] : []),
      ports: [],
      isUnhealthy: own?.isUnhealthy ?? false,
      ...delay,
    };
  };
}
