/** What one thing may take of a run's time: the rest of the run does not wait for what AWS does not answer. */
import type { Patience } from '../../shared/aws/persist.ts';
import { withPatience } from '../../shared/entrypoint.ts';
import type { ScaleRun } from './clients.ts';

/** The same patience, which ends after so long. */
export function hurried(patience: Patience, seconds: number): Patience {
  const until = patience.clock.now().getTime() + seconds * 1_000;
  const timeLeft = () => Math.min(patience.timeLeft(), until - patience.clock.now().getTime());
  return { ...patience, timeLeft };
}

/** The same run, which gives up its calls, and begins no other, after so long. */
export function within(seconds: number, run: ScaleRun): ScaleRun {
  const patience = hurried(run.aws.patience, seconds);
  return { ...withPatience(run, patience), timeLeft: patience.timeLeft };
}
