/** The group, its load, and its members: what a run decides and acts on. */
import type { ScaleRun } from './clients.ts';
import type { SeenGroup, Signal } from './group.ts';
import type { Member } from './members.ts';

export interface Observed {
  group: SeenGroup;
  /** One for each policy of the job, in their order. */
  signals: readonly Signal[];
  /** Of a group of instances; undefined of an Auto Scaling group. */
  members?: readonly Member[];
}

/** Reads all. What cannot be read ends the run before its first write. */
export declare function observe(run: ScaleRun): Promise<Observed>;

/** The group alone, without its load: what AWS shows after a change. */
export declare function observeGroup(run: ScaleRun): Promise<Omit<Observed, 'signals'>>;
