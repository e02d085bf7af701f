/** Conditional writes in SimpleDB, and how they end. */
import { isConditionRefused, isSimpleDbError, type SimpleDbError } from '../aws/simpledb/errors.ts';
import type { Clock } from '../clock.ts';

/** How often a write is tried whose answer was lost, or which another holder was quicker with. */
export const attempts = 5;

/** Milliseconds before looking, or trying again, after a lost answer: the request may still be on its way. */
export const uncertainWait = 500;

export type Outcome = { state: 'written' } | { state: 'refused' | 'uncertain'; error: SimpleDbError };

/** How a conditional write ended; `uncertain` if it failed and may have been carried out. */
export async function outcomeOf(write: () => Promise<void>): Promise<Outcome> {
  try {
    await write();
    return { state: 'written' };
  } catch (error) {
    if (isConditionRefused(error)) return { state: 'refused', error };
    if (isSimpleDbError(error) && error.maybeExecuted) return { state: 'uncertain', error };
    throw error;
  }
}

/** Writes again while answers are lost; false if it is refused, be it because a lost one was carried out. */
export async function writeOnCondition(clock: Clock, write: () => Promise<void>): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await outcomeOf(write);
    if (outcome.state !== 'uncertain') return outcome.state === 'written';
    if (attempt === attempts) throw outcome.error;
    await clock.sleep(uncertainWait);
  }
}
