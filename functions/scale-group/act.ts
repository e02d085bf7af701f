/** What is done to a group, one call after another; each tells its outcome itself. */
import type { ScaleRun } from './clients.ts';
import type { Decision } from './decide.ts';
import type { Observed } from './observe.ts';

/**
 * Goes on with what earlier runs have begun: registers what has started, stops what has drained. Answers how
 * many instances it stopped, as `maxActions` counts them.
 */
export declare function settleMembers(observed: Omit<Observed, 'signals'>, run: ScaleRun): Promise<number>;

/** @param taken how much of `maxActions` is used up */
export declare function carryOut(
  decision: Decision,
  observed: Omit<Observed, 'signals'>,
  run: ScaleRun,
  taken?: number,
): Promise<void>;
