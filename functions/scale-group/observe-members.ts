import { impairedInstances } from '../../shared/aws/ec2-instance-power.ts';
import { observeInstances } from '../../shared/aws/ec2-instances.ts';
import type { ScaleRun } from './clients.ts';
import type { InstanceGroup } from './job.ts';
import { groupOf, isInAutoScaling, isInService, memberTags, toMember, warmAt } from './members.ts';
import type { ObservedGroup } from './observe.ts';
import { observePlaces } from './observe-places.ts';

export async function observeMembers(wanted: InstanceGroup, run: ScaleRun): Promise<ObservedGroup> {
  const { aws, clock, job } = run;
  const found = await observeInstances(aws, { tags: wanted.tags });
  const own = found.filter(({ tags }) => !isInAutoScaling(tags));
  const running = own.filter(({ state }) => state === 'running').map(({ id }) => id);
  const impaired = await impairedInstances(aws, running);
  const someDrain = own.some(({ tags }) => tags[memberTags.draining] !== undefined);
  const placesOf = await observePlaces(aws, wanted, { withDelays: someDrain });
  const warmup = { warmupSeconds: job.warmupSeconds, now: clock.now() };
  const members = own.map((instance) =>
    toMember(instance, { places: placesOf(instance.id), isImpaired: impaired.has(instance.id) }, warmup),
  );
  return {
    group: groupOf(members, warmup),
    inService: members
      .filter(isInService)
      .map(({ id, startedAt }) => ({ id, since: warmAt(startedAt, job.warmupSeconds) })),
    members,
    strangers: found.filter((instance) => !own.includes(instance)).map(({ id }) => id),
  };
}
