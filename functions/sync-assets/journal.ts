/** What a run is about to change, written down before its first change: what the next one needs if it dies. */
import * as z from 'zod/mini';
import { deleteObject, putObject, readObject } from '../../shared/aws/s3/objects.ts';
import type { S3 } from '../../shared/aws/s3/s3.ts';
import { ObservationError } from '../../shared/errors.ts';
import { changesKey as keyOfChanges } from '../../shared/sites/keys.ts';
import { type Changes, changesSchema } from '../../shared/sites/synced.ts';

export const journalSchema = z.object({
  run: z.string(),
  site: z.string(),
  release: z.string(),
  /** S3's time when the run had looked at the bucket: what it wrote is not older. */
  since: z.iso.datetime(),
  /** Of one that is dead: when its lock was stale. What another hand put there later is not its own. */
  until: z.optional(z.iso.datetime()),
  /** The same of runs before it that died, as long as no manifest says what they did. */
  earlier: z.optional(z.array(z.object({ since: z.iso.datetime(), until: z.iso.datetime() }))),
  changes: z.optional(changesSchema),
  /** Where they are too many for an event. */
  changesKey: z.optional(z.string()),
  /** The release's id, and what the job called it if it was one that had been published. */
  releaseId: z.optional(z.string()),
  wanted: z.optional(z.string()),
  /** The manifest that it found: while that one stands, it is not known how far the run came. */
  manifest: z.optional(z.string()),
  /** The run has ended, and has not done all. */
  abandoned: z.optional(z.boolean()),
  /** Who keeps copies has heard of the changes. */
  told: z.optional(z.boolean()),
  /** The changes are all keys of the site: the list of a run that died was gone. */
  everything: z.optional(z.literal(true)),
});
export type Journal = z.infer<typeof journalSchema>;

export interface Place {
  place: S3;
  bucket: string;
  prefix: string;
}

/**
 * EventBridge takes 256 KB an entry, and its target gets the event in a wrapper:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
 */
const mostBytes = 200_000;

/** Changes that need not be in memory, all of them. */
export type ChangedKeys = Readonly<Record<keyof Changes, Iterable<string>>>;

export const inFull = ({ added, changed, deleted }: ChangedKeys): Changes => ({
  added: [...added],
  changed: [...changed],
  deleted: [...deleted],
});

/** The changes as they go into a journal and an event: themselves, or the key under which they are put here. */
export async function storeChanges(
  changes: ChangedKeys,
  run: string,
  { place, bucket, prefix }: Place,
): Promise<{ changes: Changes } | { changesKey: string }> {
  const body = Buffer.concat([...jsonOf(changes)]);
  if (body.length <= mostBytes) return { changes: inFull(changes) };
  const changesKey = keyOfChanges(prefix, run);
  await putObject(place, { bucket, key: changesKey }, body, { headers: { contentType: 'application/json' } });
  return { changesKey };
}

/** In pieces: as one text, 100,000 keys would be there three times. */
function* jsonOf(changes: ChangedKeys): Generator<Buffer> {
  let piece = '';
  for (const name of ['added', 'changed', 'deleted'] as const) {
    piece += `${name === 'added' ? '{' : '],'}"${name}":[`;
    let comma = '';
    for (const key of changes[name]) {
      piece += comma + JSON.stringify(key);
      comma = ',';
      if (piece.length < pieceLength) continue;
      yield Buffer.from(piece);
      piece = '';
    }
  }
  yield Buffer.from(`${piece}]}`);
}

const pieceLength = 64 * 1024;

/** Takes back what was stored for a run that does not begin. */
export async function discardChanges(
  stored: { changes: Changes } | { changesKey: string },
  { place, bucket }: Place,
): Promise<void> {
  if ('changesKey' in stored) await deleteObject(place, { bucket, key: stored.changesKey });
}

/**
 * Undefined if their list is gone, as it is where the bucket's lifecycle came before the next run.
 *
 * @throws ObservationError if they cannot be read
 */
export async function changesIn(
  { changes, changesKey = '' }: Journal,
  { place, bucket }: Place,
): Promise<Changes | undefined> {
  if (changes) return changes;
  const read = await readObject(place, { bucket, key: changesKey });
  if (!read) return undefined;
  const parsed = changesSchema.safeParse(jsonIn(read.body));
  if (parsed.success) return parsed.data;
  throw new ObservationError(
    `s3://${bucket}/${changesKey}, which the site's lock refers to, cannot be read: if no run works, delete the lock, ` +
      'publish again with "verify", and invalidate all that the CDN has of the site',
  );
}

/** Undefined if it is none. */
export function jsonIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    return undefined;
  }
}

export const isNothing = (changes: ChangedKeys): boolean => !Object.values(changes).some(hasSome);

function hasSome(keys: Iterable<string>): boolean {
  for (const _ of keys) return true;
  return false;
}

export const noChanges: Changes = { added: [], changed: [], deleted: [] };

/**
 * The changes of a run and of one before it that died: who kept copies has to hear of both. What that one added
 * may have been served since, so it counts as changed.
 */
export function unite<Own extends ChangedKeys>(dead: Changes | undefined, own: Own): Own | Changes {
  if (!dead) return own;
  const deleted = new Set([...own.deleted, ...dead.deleted]);
  const changed = new Set([...own.changed, ...dead.changed, ...dead.added]);
  for (const key of own.changed) deleted.delete(key);
  const added = [...own.added].filter((key) => !changed.has(key) && !deleted.has(key));
  // Deleted by the dead run, and there again.
  for (const key of own.added) {
    if (!deleted.delete(key)) continue;
    changed.add(key);
  }
  return {
    added,
    changed: [...changed].filter((key) => !deleted.has(key)),
    deleted: [...deleted],
  };
}

/** Whether the manifest that stands says nothing of what a run did that died. */
export const isUnsaid = (dead: Journal, manifest: string | undefined): boolean => dead.manifest === manifest;

/** What such runs may have written: those that one was to delete are also what one before it had left behind. */
export const keysOf = ({ added, changed, deleted }: Changes): ReadonlySet<string> =>
  new Set([...added, ...changed, ...deleted]);
