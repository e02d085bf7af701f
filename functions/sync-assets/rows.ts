/** The rows of the next manifest: those of the last one, with what a run has done. */
import type { ListedObject } from '../../shared/aws/s3/s3.ts';
import type { ManifestRow } from '../../shared/sites/manifest.ts';
import { contentTag } from './decide.ts';
import type { Done } from './done.ts';
import { digestOf } from './headers.ts';
import type { HeaderChange, Removal, SyncPlan, UploadChange } from './plan.ts';
import { inOrder, Walk } from './walk.ts';

export interface NextRows {
  plan: SyncPlan;
  done: Done;
  /** The one that the manifest is of. */
  publication: number;
  now: Date;
}

type Write = UploadChange | HeaderChange;

/** @param last the rows that the plan was made of */
export async function* nextRows(
  last: AsyncIterable<ManifestRow>,
  next: NextRows,
): AsyncGenerator<ManifestRow> {
  const { plan } = next;
  const added = new Walk(inOrder(addedRows(next)));
  const writes = new Walk(inOrder<Write>([plan.uploads, plan.headers]));
  const deletes = new Walk(deletedOf(next));
  let index = -1;
  for await (const row of last) {
    index += 1;
    for (; added.next && added.isBefore(row.key); added.advance()) yield added.next;
    const write = writes.find(row.key);
    if (write) yield writtenRow(write, next);
    else if (!deletes.find(row.key) && !plan.disowned.has(row.key)) {
      yield keptRow(relearntRow(row, plan.relearnt.get(row.key)), plan.present.has(index), next);
    }
  }
  for (; added.next; added.advance()) yield added.next;
}

function keptRow(row: ManifestRow, isPresent: boolean, { publication, now }: NextRows): ManifestRow {
  const { goneSince = now.toISOString(), ...rest } = row;
  return isPresent ? { ...rest, seen: publication } : { ...rest, goneSince };
}

/** Of what has no row yet. */
function addedRows(next: NextRows): Iterable<ManifestRow>[] {
  const { plan, publication } = next;
  const isUnrecorded = (write: { isUnrecorded: boolean }) => write.isUnrecorded;
  const rowsOf = function* (writes: Iterable<Write>) {
    for (const write of writes) yield writtenRow(write, next);
  };
  const deleted = new Walk(deletedOf(next));
  const left = plan.adopted.filter(({ key }) => !deleted.find(key));
  return [
    rowsOf(plan.uploads.filter(isUnrecorded)),
    rowsOf(plan.headers.filter(isUnrecorded)),
    left.map((found) => adoptedRow(found, publication)),
  ];
}

function* deletedOf({ plan, done }: NextRows): Generator<Removal> {
  for (const removal of plan.deletes) if (done.deleted.has(removal.position)) yield removal;
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

function writtenRow(
  { kind, position, key, size, headers }: Write,
  { done, publication }: NextRows,
): ManifestRow {
  const made = done.written[kind].get(position);
  if (!made) throw new TypeError(`${key} was not written, and the manifest is to have it`);
  const { tag, crc32, etag } = made;
  return { key, size, tag, crc32, etag, headers: digestOf(headers), seen: publication };
}
