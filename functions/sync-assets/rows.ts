/** The rows of the next manifest: those of the last one, with what a run has done. */
import type { ListedObject } from '../../shared/aws/s3/s3.ts';
import { compareKeys } from '../../shared/sites/keys.ts';
import type { ManifestRow } from '../../shared/sites/manifest.ts';
import type { Done } from './act.ts';
import { contentTag } from './decide.ts';
import { digestOf } from './headers.ts';
import type { HeaderChange, SyncPlan, UploadChange } from './plan.ts';

export interface NextRows {
  plan: SyncPlan;
  done: Done;
  /** The one that the manifest is of. */
  publication: number;
  now: Date;
}

type Change = UploadChange | HeaderChange;

/** @param last the rows that the plan was made of */
export async function* nextRows(
  last: AsyncIterable<ManifestRow>,
  next: NextRows,
): AsyncGenerator<ManifestRow> {
  const { plan, done, publication } = next;
  const changes = new Map([...plan.uploads, ...plan.headers].map((change) => [change.key, change]));
  const added = unrecorded(plan, done);
  let position = 0;
  /** What comes before that key; all that is left, if there is none. */
  function* addedBefore(key?: string): Generator<ManifestRow> {
    for (let one = added[position]; one; one = added[position]) {
      if (key !== undefined && compareKeys(one.key, key) > 0) return;
      yield 'kind' in one ? writtenRow(one, done, publication) : adoptedRow(one, publication);
      position += 1;
    }
  }
  let index = -1;
  for await (const row of last) {
    index += 1;
    yield* addedBefore(row.key);
    const change = changes.get(row.key);
    if (change) yield writtenRow(change, done, publication);
    else if (!done.deleted.has(row.key) && !plan.disowned.has(row.key)) {
      yield keptRow(relearntRow(row, plan.relearnt.get(row.key)), plan.present.has(index), next);
    }
  }
  yield* addedBefore();
}

function keptRow(row: ManifestRow, isPresent: boolean, { publication, now }: NextRows): ManifestRow {
  const { goneSince = now.toISOString(), ...rest } = row;
  return isPresent ? { ...rest, seen: publication } : { ...rest, goneSince };
}

/** What has no row yet, in the order of keys. */
function unrecorded({ uploads, headers, adopted }: SyncPlan, { deleted }: Done): (Change | ListedObject)[] {
  const changes = [...uploads, ...headers].filter(({ isUnrecorded }) => isUnrecorded);
  const left = adopted.filter(({ key }) => !deleted.has(key));
  return [...changes, ...left].sort((a, b) => compareKeys(a.key, b.key));
}

/** Of the run before this one, so to speak. */
const adoptedRow = ({ key, size, etag }: ListedObject, publication: number): ManifestRow => ({
  key,
  size,
  tag: contentTag(etag),
  crc32: undefined,
  etag,
  headers: '',
  seen: publication - 1,
});

/** A run that died may have written it since: its headers are not known, and its content may be another. */
function relearntRow(row: ManifestRow, found: ListedObject | undefined): ManifestRow {
  if (!found) return row;
  const { size, etag } = found;
  const content = etag === row.etag ? {} : { size, etag, tag: contentTag(etag), crc32: undefined };
  return { ...row, ...content, headers: '' };
}

function writtenRow({ key, bytes, headers }: Change, { written }: Done, publication: number): ManifestRow {
  const made = written.get(key);
  if (!made) throw new TypeError(`${key} was not written, and the manifest is to have it`);
  const { tag, crc32, etag } = made;
  return { key, size: bytes, tag, crc32, etag, headers: digestOf(headers), seen: publication };
}
