/** The group, its load, and its members: what a run decides and acts on. */
import type { ScaleRun } from './clients.ts';
import type { SeenGroup, Signal } from './group.ts';
import type { Member } from './members.ts';
import { observeAutoScalingGroup } from './observe-auto-scaling.ts';
import { observeMembers } from './observe-members.ts';
import { observeSignals } from './observe-signals.ts';

export interface Observed extends ObservedGroup {
  /** One for each policy of the job, in their order. */
  signals: readonly Signal[];
}

export interface ObservedGroup {
  group: SeenGroup;
  /** Those that take load by now, and are healthy as far as that is known. */
  inService: readonly string[];
  /** Of a group of instances; undefined of an Auto Scaling group. */
  members?: readonly Member[];
  /** Instances that have the group's tags, but belong to an Auto Scaling group. */
  strangers?: readonly string[];
}

/** Reads all. What cannot be read ends the run before its first write. */
export async function observe(run: ScaleRun): Promise<Observed> {
  const seen = await observeGroup(run);
  return { ...seen, signals: await observeSignals(seen.inService, run) };
}

/** The group alone, without its load: what AWS shows after a change. */
export async function observeGroup(run: ScaleRun): Promise<ObservedGroup> {
  const { autoScalingGroup, instances } = run.job;
  if (autoScalingGroup !== undefined) return observeAutoScalingGroup(autoScalingGroup, run);
  if (instances) return observeMembers(instances, run);
  throw new TypeError('A job names a group of one kind');
}
