/** What CloudWatch answers, page by page, in the shapes of its API reference. */
import { cloudWatchClient } from '../../shared/aws/cloudwatch.ts';

/** @param pages the answers to all calls, in their order; what is asked is noted in `asked` */
export function answered(at: Date, ...pages: readonly object[]) {
  const cloudWatch = cloudWatchClient({ region: 'eu-west-1' });
  const rest = [...pages];
  const asked: unknown[] = [];
  cloudWatch.middlewareStack.add(
    () =>
      async ({ input }) => {
        asked.push(input);
        return { response: {}, output: { $metadata: {}, ...rest.shift() } } as never;
      },
    { step: 'initialize' },
  );
  const clock = { now: () => at, sleep: async () => {} };
  return { cloudWatch, patience: { clock, random: () => 0.5, timeLeft: () => 60_000 }, asked };
}
