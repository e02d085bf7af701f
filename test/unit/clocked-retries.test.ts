import { expect, test } from 'vitest';
import { ClockedRetries } from '../../shared/ledger/clocked-retries.ts';

/** Fails as often as it is let, and answers the waits that the clock was asked for. */
async function waitsOf(attempts: number): Promise<number[]> {
  const waits: number[] = [];
  const clock = {
    now: () => new Date(0),
    sleep: async (milliseconds: number) => {
      waits.push(milliseconds);
    },
  };
  const retries = new ClockedRetries(attempts, clock);
  let token = await retries.acquireInitialRetryToken('test');
  try {
    for (;;) token = await retries.refreshRetryTokenForRetry(token, { errorType: 'THROTTLING' });
  } catch {
    return waits;
  }
}

test('waits on the given clock, once less than there are attempts', async () => {
  expect(await waitsOf(9)).toHaveLength(8);
});

test('waits at most twice as long each time, and never longer than 5 s', async () => {
  const longest = [200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000];
  const waits = await waitsOf(9);
  for (const [index, wait] of waits.entries()) expect(wait).toBeLessThanOrEqual(longest[index] ?? 0);
});
