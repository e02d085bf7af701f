/** The group and its members: what a run decides and acts on. */
import type { ScaleRun } from './clients.ts';
import type { SeenGroup } from './group.ts';
import type { Serving } from './inquiries.ts';
import type { Member } from './members.ts';
import { observeAutoScalingGroup } from './observe-auto-scaling.ts';
import { observeMembers } from './observe-members.ts';

export interface ObservedGroup {
  group: SeenGroup;
  /** Those that take load by now, and are healthy as far as that is known. */
  inService: readonly Serving[];
  /** Of a group of instances; undefined of an Auto Scaling group. */
  members?: readonly Member[];
  /** Instances that have the group's tags, but belong to an Auto Scaling group. */
  strangers?: readonly string[];
}

/** What cannot be read of it ends the run before its first write. */
export async function observeGroup(run: ScaleRun): Promise<ObservedGroup> {
  const { autoScalingGroup, instances } = run.job;
  if (autoScalingGroup !== undefined) return observeAutoScalingGroup(autoScalingGroup, run);
  if (instances) return observeMembers(instances, run);
  throw new TypeError('A job names a group of one kind');
}
