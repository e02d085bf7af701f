/**
 * One run at a time changes a site: an object of its bucket says which, and what it is about to change. S3
 * keeps it to one, by conditional writes; S3's own clock says whether the run lives.
 */
import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { natureOf } from '../../shared/aws/errors.ts';
import { UncertainError } from '../../shared/aws/persist.ts';
import { deleteObject, putObject, readObject } from '../../shared/aws/s3/objects.ts';
import type { Condition } from '../../shared/aws/s3/s3.ts';
import type { Clock } from '../../shared/clock.ts';
import { AutomationError, ObservationError } from '../../shared/errors.ts';
import { lockKey } from '../../shared/sites/keys.ts';
import { type Journal, journalSchema, jsonIn, type Place } from './journal.ts';

/** Another run has taken over: whatever this one would write now could undo what that one has done. */
export class LockLostError extends AutomationError {
  override name = 'LockLostError';
}

const renewAfterMilliseconds = 60_000;
/** So many renewals that failed: the run is dead, or will find that its lock is lost. */
const staleAfterMilliseconds = 5 * 60_000;

/**
 * Another one each time, so that a renewed lock has another ETag than the same one found stale: S3 makes it of
 * the content. And an attempt whose answer was lost is known by it.
 */
const lockSchema = z.extend(journalSchema, { stamp: z.optional(z.string()) });

/** A lock that stands. */
export interface FoundLock {
  etag: string;
  journal: Journal;
  /** Its run has ended without having done all, or is dead. */
  isStale: boolean;
  /** If it is stale: nothing that its run wrote is younger. */
  until: string;
}

export async function readLock(where: Place): Promise<FoundLock | undefined> {
  const { place, bucket, prefix } = where;
  const key = lockKey(prefix);
  const read = await readObject(place, { bucket, key });
  if (!read) return undefined;
  const { etag, answeredAt, lastModified } = read.info;
  const parsed = lockSchema.safeParse(jsonIn(read.body));
  if (!parsed.success) {
    throw new ObservationError(
      `s3://${bucket}/${key} is no lock that is known here: delete it if no run works`,
    );
  }
  const { stamp: _, ...journal } = parsed.data;
  const staleAt = new Date(lastModified.getTime() + staleAfterMilliseconds);
  const isStale = journal.abandoned === true || answeredAt > staleAt;
  return { etag, journal, isStale, until: journal.until ?? staleAt.toISOString() };
}

/** @returns false if it is not there any more, or is another run's */
export async function removeLock({ place, bucket, prefix }: Place, etag: string): Promise<boolean> {
  try {
    await deleteObject(place, { bucket, key: lockKey(prefix) }, etag);
    return true;
  } catch (error) {
    if (isLost(error)) return false;
    throw error;
  }
}

/** The lock while it is ours. */
export class HeldLock {
  readonly #where: Place;
  readonly #clock: Clock;
  #journal: Journal;
  #etag: string;
  #renewedAt: number;
  #renewal: Promise<void> | undefined;
  readonly #stop: (() => void) | undefined;

  private constructor(where: Place, clock: Clock, journal: Journal, etag: string) {
    this.#where = where;
    this.#clock = clock;
    this.#journal = journal;
    this.#etag = etag;
    this.#renewedAt = clock.now().getTime();
    // On a slow line a single request may last for longer than a lock does. What fails here fails at the next request.
    this.#stop = clock.every?.(
      renewAfterMilliseconds / 2,
      () => void this.heartbeat().catch(() => undefined),
    );
  }

  /** @returns undefined if another run was faster */
  static async take(
    where: Place,
    clock: Clock,
    journal: Journal,
    found: FoundLock | undefined,
  ): Promise<HeldLock | undefined> {
    const condition = found ? { etag: found.etag } : { absent: true as const };
    try {
      return new HeldLock(where, clock, journal, await write(where, journal, condition));
    } catch (error) {
      if (isLost(error)) return undefined;
      throw error;
    }
  }

  /** To be called before each request: renews the lock in time, and throws once it is lost. */
  heartbeat = async (): Promise<void> => {
    // A clock that was set back says nothing of how long ago that is.
    if (Math.abs(this.#clock.now().getTime() - this.#renewedAt) < renewAfterMilliseconds) return;
    // Many requests run side by side: one renewal serves them all.
    this.#renewal ??= this.#put(this.#journal).finally(() => {
      this.#renewal = undefined;
    });
    await this.#renewal;
  };

  /** All is done. */
  async release(): Promise<void> {
    await this.#settle();
    // It may be gone by an attempt whose answer was lost; another run may have the next one since.
    await removeLock(this.#where, this.#etag);
  }

  /** Not all is done: the next run need not wait, and knows by the journal where to look. */
  async abandon(more: Partial<Journal> = {}): Promise<void> {
    await this.#settle();
    await this.#put({ ...this.#journal, ...more, abandoned: true });
  }

  /** No renewal may come after the end. */
  async #settle(): Promise<void> {
    this.#stop?.();
    await this.#renewal?.catch(() => undefined);
  }

  async #put(journal: Journal): Promise<void> {
    const sentAt = this.#clock.now().getTime();
    try {
      this.#etag = await write(this.#where, journal, { etag: this.#etag });
    } catch (error) {
      // Not as S3's own error: it would be taken for the answer to the request that waits for this.
      throw new LockLostError(`The lock of the site could not be kept: ${String(error)}`, { cause: error });
    }
    this.#journal = journal;
    this.#renewedAt = sentAt;
  }
}

/** There is another lock, or none where one was: the run that held it has ended. */
function isLost(error: unknown): boolean {
  const nature = natureOf(error instanceof UncertainError ? error.cause : error);
  return nature === 'conflict' || nature === 'absent';
}

async function write(
  { place, bucket, prefix }: Place,
  journal: Journal,
  condition: Condition,
): Promise<string> {
  const key = lockKey(prefix);
  const stamp = randomUUID();
  const find = async () => {
    const read = await readObject(place, { bucket, key });
    const found = read && lockSchema.safeParse(jsonIn(read.body));
    return read && found?.data?.stamp === stamp ? { etag: read.info.etag } : undefined;
  };
  const body = Buffer.from(JSON.stringify({ ...journal, stamp }));
  const headers = { contentType: 'application/json' };
  return (await putObject(place, { bucket, key }, body, { headers, condition, find })).etag;
}
