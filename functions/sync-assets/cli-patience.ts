/** How long a person is kept waiting. */
import type { Patience } from '../../shared/aws/persist.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';

/** A wrong endpoint is told soon; a line that is gone for a moment is waited for. */
const giveUpAfter = 30_000;

/** Nothing ends a run by hand but its person, however long uploads take; only what nobody answers is given up. */
export const patienceByHand = (clock: Clock = systemClock): Patience => ({
  clock,
  random: Math.random,
  timeLeft: () => Number.MAX_SAFE_INTEGER,
  giveUpAfter,
});
