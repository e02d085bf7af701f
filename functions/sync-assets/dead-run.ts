/** What a run that died may have done: as far as its journal says, and the manifest does not. */
import type { ListedObject } from '../../shared/aws/s3/s3.ts';
import type { Changes } from '../../shared/sites/synced.ts';
import { isUnsaid, type Journal, keysOf, type Place } from './journal.ts';
import { listSite, type Seen } from './observe.ts';

export interface LeftByDeadRun {
  /** Of a key: what the manifest says of it may be so no more. */
  mayHaveWritten: (key: string) => boolean;
  /** It was brought by that run, and is ours. */
  isLeftBehind: (listed: ListedObject) => boolean;
}

const nothing = { mayHaveWritten: () => false, isLeftBehind: () => false };

export type DeadRun = Pick<NonNullable<Seen['staleLock']>, 'journal' | 'until' | 'changes'>;

/** @param manifest the ETag of the one that stands */
export function leftByDeadRun(dead: DeadRun | undefined, manifest: string | undefined): LeftByDeadRun {
  if (!dead || !isUnsaid(dead.journal, manifest)) return nothing;
  const { changes, journal } = dead;
  // What has no row may be another's.
  if (!changes || journal.everything) return { ...nothing, mayHaveWritten: () => true };
  const keys = keysOf(changes);
  const spans = spansOfDead(dead, manifest).map(
    ({ since, until }) => [new Date(since), new Date(until)] as const,
  );
  return {
    mayHaveWritten: (key) => keys.has(key),
    isLeftBehind: ({ key, lastModified }) =>
      keys.has(key) && spans.some(([since, until]) => lastModified >= since && lastModified <= until),
  };
}

/** When runs worked that died, one after another, before a manifest could say what they did. */
export const spansOfDead = (
  dead: DeadRun | undefined,
  manifest: string | undefined,
): NonNullable<Journal['earlier']> =>
  dead && isUnsaid(dead.journal, manifest)
    ? [...(dead.journal.earlier ?? []), { since: dead.journal.since, until: dead.until }]
    : [];

/** What is to be told of it, and whether that is all of the site, since it is not known what it was. */
export async function changesOfDeadRun(
  { staleLock, manifest }: Seen,
  where: Place,
): Promise<{ changes: Changes | undefined; everything: true | undefined }> {
  const everything = staleLock?.journal.everything;
  if (!staleLock || staleLock.changes) return { changes: staleLock?.changes, everything };
  const keys = new Set<string>();
  if (manifest) for await (const { key } of manifest.rows()) keys.add(key);
  for await (const { key } of listSite(where)) keys.add(key);
  return { changes: { added: [], changed: [...keys], deleted: [] }, everything: true };
}
