/** How long a person is kept waiting. */
import type { Patience } from '../../shared/aws/persist.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';

/** A wrong endpoint is told soon; a line that is gone for a moment is waited for. */
const giveUpAfter = 30_000;

/**
 * Nothing ends a run by hand but its person, however long uploads take. A call that nobody answers is given up;
 * so is the run, if no other call was answered meanwhile: thousands of files would each wait as long.
 */
export function patienceByHand(clock: Clock = systemClock): Patience {
  let answeredAt = Number.NEGATIVE_INFINITY;
  let isOver = false;
  return {
    clock,
    random: Math.random,
    timeLeft: () => (isOver ? 0 : Number.MAX_SAFE_INTEGER),
    giveUpAfter,
    onAnswered: () => {
      answeredAt = clock.now().getTime();
    },
    onGivenUp: (since) => {
      isOver ||= answeredAt < since;
    },
  };
}
