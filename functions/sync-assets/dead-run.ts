/** What a run that died may have done: as far as its journal says, and the manifest does not. */
import type { ListedObject } from '../../shared/aws/s3/s3.ts';
import type { Changes } from '../../shared/sites/synced.ts';
import { isUnsaid, keysOf, type Place } from './journal.ts';
import { listSite, type Seen } from './observe.ts';

export interface LeftByDeadRun {
  /** Of a key: what the manifest says of it may be so no more. */
  mayHaveWritten: (key: string) => boolean;
  /** It was brought by that run, and is ours. */
  isLeftBehind: (listed: ListedObject) => boolean;
}

const nothing = { mayHaveWritten: () => false, isLeftBehind: () => false };

export function leftByDeadRun({ staleLock, manifest }: Pick<Seen, 'staleLock' | 'manifest'>): LeftByDeadRun {
  if (!staleLock || !isUnsaid(staleLock.journal, manifest?.etag)) return nothing;
  const { changes, journal } = staleLock;
  // What has no row may be another's.
  if (!changes || journal.everything) return { ...nothing, mayHaveWritten: () => true };
  const keys = keysOf(changes);
  const since = new Date(journal.since);
  return {
    mayHaveWritten: (key) => keys.has(key),
    isLeftBehind: ({ key, lastModified }) => keys.has(key) && lastModified >= since,
  };
}

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
