/**
 * EC2's throttling: a bucket of tokens for each call, or for those that share one. "Request token bucket
 * sizes and refill rates", https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 */
interface Rate {
  size: number;
  perSecond: number;
}

const deletions: Rate = { size: 100, perSecond: 5 };
/** Filtered or paginated. */
const descriptions: Rate = { size: 100, perSecond: 20 };

const rateOf = (action: string): Rate => (action.startsWith('Describe') ? descriptions : deletions);

/** The seconds in which AWS allows so many deletions, from a full bucket on. */
export const secondsFor = (count: number): number =>
  Math.max(0, count - deletions.size) / deletions.perSecond;

export class TokenBuckets {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();
  /** By action. */
  readonly throttled = new Map<string, number>();

  /** False: the call comes too soon. A call that is refused takes no token. */
  take(action: string, now: Date): boolean {
    const { size, perSecond } = rateOf(action);
    const last = this.#buckets.get(action) ?? { tokens: size, at: now.getTime() };
    const refilled = last.tokens + ((now.getTime() - last.at) / 1_000) * perSecond;
    const tokens = Math.min(size, refilled);
    const isTaken = tokens >= 1;
    this.#buckets.set(action, { tokens: isTaken ? tokens - 1 : tokens, at: now.getTime() });
    if (!isTaken) this.throttled.set(action, (this.throttled.get(action) ?? 0) + 1);
    return isTaken;
  }
}
