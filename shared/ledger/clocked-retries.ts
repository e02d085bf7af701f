/** The SDK's retries, waiting on our clock: its own cannot be told what time it is, and wait up to 20 s. */
import { StandardRetryStrategy } from '@smithy/core/retry';
import type { RetryErrorInfo, StandardRetryToken } from '@smithy/types';
import type { Clock } from '../clock.ts';

/** Full jitter, as in the SimpleDB client. */
const backoff = { firstMilliseconds: 100, mostMilliseconds: 5_000 };

export class ClockedRetries extends StandardRetryStrategy {
  readonly #clock: Clock;

  constructor(maxAttempts: number, clock: Clock) {
    super({ maxAttempts, backoff: { computeNextBackoffDelay: () => 0, setDelayBase: () => {} } });
    this.#clock = clock;
  }

  override async refreshRetryTokenForRetry(
    token: StandardRetryToken,
    error: RetryErrorInfo,
  ): Promise<StandardRetryToken> {
    const next = await super.refreshRetryTokenForRetry(token, error);
    const longest = Math.min(backoff.mostMilliseconds, backoff.firstMilliseconds * 2 ** next.getRetryCount());
    await this.#clock.sleep(Math.random() * longest);
    return next;
  }
}
