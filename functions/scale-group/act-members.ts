/** What is done to one member. Each of these may be the second of its kind, or go on with one that was cut off. */
import { deregisterInstance, registerInstance } from '../../shared/aws/classic-load-balancers.ts';
import {
  hasStopProtection,
  startInstance,
  stopInstance,
  tagInstance,
  untagInstance,
} from '../../shared/aws/ec2-instance-power.ts';
import { type Instance, observeInstances } from '../../shared/aws/ec2-instances.ts';
import { cannotHibernate, natureOf } from '../../shared/aws/errors.ts';
import { deregisterTarget, registerTarget } from '../../shared/aws/target-groups.ts';
import { AutomationError } from '../../shared/errors.ts';
import { LeaseLostError } from '../../shared/lease.ts';
import type { ScaleRun } from './clients.ts';
import { isInAutoScaling, isMarkedProtected, type Member, memberTags, type Place } from './members.ts';
import { ChangedMeanwhileError, type End, type KeptReason, tryTo } from './tell.ts';

export const register = (
  { id }: Member,
  places: readonly Place[],
  reason: string,
  run: ScaleRun,
): Promise<End> => {
  const detail = places.map((place) => place.id).join(', ');
  return tryTo({ resource: id, decision: 'register', reason, detail }, run, async () => {
    await inEach(places, (place) => putInto(place, id, run));
  });
};

export const start = (member: Member, reason: string, run: ScaleRun): Promise<End> =>
  tryTo({ resource: member.id, decision: 'start', reason, detail: member.zone }, run, async () => {
    // With its mark it would be stopped again as soon as it runs.
    if (member.drainingSince) await unmark(member, run);
    await startInstance(run.aws, member.id);
  });

/** Out of all balancers. The mark comes first: what a run that is cut off leaves behind is known by it. */
export const drain = (member: Member, reason: string, run: ScaleRun): Promise<End> =>
  tryTo({ resource: member.id, decision: 'drain', reason, detail: member.zone }, run, async () => {
    // It would be out of service for nothing.
    if (await hasStopProtection(run.aws, member.id)) throw new ChangedMeanwhileError('protected');
    await tagInstance(run.aws, member.id, { [memberTags.draining]: run.clock.now().toISOString() });
    const there = member.places.filter(({ state }) => state === 'registered');
    await inEach(there, (place) => takeOutOf(place, member.id, run));
  });

/** Back into all balancers. The mark goes last. */
export const resume = (member: Member, reason: string, run: ScaleRun): Promise<End> =>
  tryTo({ resource: member.id, decision: 'resume', reason, detail: member.zone }, run, async () => {
    // One that is only starting is registered when it runs.
    const away =
      member.state === 'running' ? member.places.filter(({ state }) => state !== 'registered') : [];
    await inEach(away, (place) => putInto(place, member.id, run));
    await unmark(member, run);
  });

export const forget = (member: Member, reason: string, run: ScaleRun): Promise<End> =>
  tryTo({ resource: member.id, decision: 'unmark', reason }, run, () => unmark(member, run));

const unmark = ({ id }: Member, { aws }: ScaleRun): Promise<void> =>
  untagInstance(aws, id, [memberTags.draining]);

/** Its memory is kept where it is set up for that. */
export const stop = (member: Member, reason: string, run: ScaleRun): Promise<End> =>
  tryTo({ resource: member.id, decision: 'stop', reason, detail: member.zone }, run, async () => {
    const confirm = () => confirmStop(member.id, run);
    try {
      await stopInstance(run.aws, member.id, { hibernate: member.hibernates, confirm });
    } catch (error) {
      if (!cannotHibernate(error)) throw error;
      await stopInstance(run.aws, member.id, { hibernate: false, confirm });
    }
  });

/** A person may have wanted it back, or have protected it, since the run has looked. */
async function confirmStop(id: string, { aws }: ScaleRun): Promise<void> {
  const [instance] = await observeInstances(aws, { ids: [id] });
  const why = obstacleOf(instance);
  if (why !== undefined) throw new ChangedMeanwhileError(why);
}

function obstacleOf(instance: Instance | undefined): KeptReason | undefined {
  if (!instance) return 'not-found';
  if (instance.state !== 'running') return 'between-states';
  if (isInAutoScaling(instance.tags)) return 'in-auto-scaling-group';
  if (isMarkedProtected(instance.tags)) return 'protected';
  return instance.tags[memberTags.draining] === undefined ? 'drain-called-off' : undefined;
}

/** A balancer that refuses keeps it from no other. */
async function inEach(places: readonly Place[], work: (place: Place) => Promise<void>): Promise<void> {
  const refusals: { id: string; cause: unknown }[] = [];
  for (const place of places) {
    try {
      await work(place);
    } catch (cause) {
      if (cause instanceof LeaseLostError) throw cause;
      refusals.push({ id: place.id, cause });
    }
  }
  const [first, ...others] = refusals;
  if (!first) return;
  if (others.length === 0) throw first.cause;
  const told = refusals.map(({ id, cause }) => `${id}: ${String(cause)}`).join('; ');
  const isCertain = refusals.every(({ cause }) => natureOf(cause) === 'refused');
  throw new (isCertain ? RefusedError : AutomationError)(told, { cause: first.cause });
}

/** Each of several balancers has refused it. */
class RefusedError extends AutomationError {
  override name = 'RefusedError';
}

const putInto = ({ kind, id, ports }: Place, instance: string, { aws }: ScaleRun): Promise<void> =>
  kind === 'target-group' ? registerTarget(aws, id, instance, ports) : registerInstance(aws, id, instance);

const takeOutOf = ({ kind, id, ports }: Place, instance: string, { aws }: ScaleRun): Promise<void> =>
  kind === 'target-group'
    ? deregisterTarget(aws, id, instance, ports)
    : deregisterInstance(aws, id, instance);
