/** Keeps calls to the rate at which AWS takes them, also where others share that rate. */
import type { Clock } from '../clock.ts';

// "Request token bucket sizes and refill rates" of the EC2 API's throttling: DeleteSnapshot and DeregisterImage.
const bucket = 100;
const refillPerSecond = 5;
/** What the bucket holds at the start is unknown: others may just have emptied it. */
const tokensAtFirst = 20;
const slowest = 0.25;
const speedUp = 0.02;
const slowDown = 0.8;

/**
 * A token bucket like AWS's own, that learns from refusals how much of it others take: each turn is a little
 * faster than the last, each refusal makes it much slower. With it two workers are refused one call in twenty,
 * and still take all that AWS gives.
 */
export class Pace {
  readonly #clock: Clock;
  #rate = refillPerSecond;
  #tokens = tokensAtFirst;
  #refilledAt: number;
  #slowedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#refilledAt = clock.now().getTime();
  }

  /** Waits until the next call may be sent. */
  async turn(): Promise<void> {
    const now = this.#clock.now().getTime();
    this.#tokens = Math.min(bucket, this.#tokens + ((now - this.#refilledAt) / 1_000) * this.#rate) - 1;
    this.#refilledAt = now;
    this.#rate = Math.min(refillPerSecond, this.#rate + speedUp);
    if (this.#tokens < 0) await this.#clock.sleep((-this.#tokens / this.#rate) * 1_000);
  }

  /** AWS has refused a call for its rate. */
  refused(): void {
    const now = this.#clock.now().getTime();
    this.#tokens = Math.min(this.#tokens, 0);
    // Calls that were under way together are refused together: that is one refusal.
    if (now - this.#slowedAt < 1_000) return;
    this.#slowedAt = now;
    this.#rate = Math.max(slowest, this.#rate * slowDown);
  }
}
