/**
 * Carries a plan out, in the order that never breaks a page: what pages refer to, then pages, then the manifest,
 * and deletes last. Nothing is begun before all of what comes before it is done.
 */
import pMap from 'p-map';
import { natureOf } from '../../shared/aws/errors.ts';
import { copyObject } from '../../shared/aws/s3/copy.ts';
import { deleteObjects } from '../../shared/aws/s3/delete.ts';
import type { SyncRun } from './clients.ts';
import type { Done, Written } from './done.ts';
import { OutOfTimeError } from './errors.ts';
import { doneOutcome, failedOutcome, putOff, type Told } from './outcomes.ts';
import { countKept, type HeaderChange, type Removal, type SyncPlan, type UploadChange } from './plan.ts';
import type { Several } from './sources/several.ts';
import { uploadAll, type Way } from './upload.ts';
import type { Watch } from './watch.ts';

export interface Acting extends Way {
  run: SyncRun;
  watch: Watch;
  done: Done;
}

const requestsAtOnce = 64;

/** @returns whether all of it is there, so that the manifest may say so */
export async function writeFiles(plan: SyncPlan, acting: Acting): Promise<boolean> {
  const isLast = ({ isEntryPoint }: { isEntryPoint: boolean }) => isEntryPoint;
  const isFirst = ({ isEntryPoint }: { isEntryPoint: boolean }) => !isEntryPoint;
  const areAssetsThere = await writePhase(plan.uploads.filter(isFirst), plan.headers.filter(isFirst), acting);
  const uploads = plan.uploads.filter(isLast);
  const headers = plan.headers.filter(isLast);
  if (areAssetsThere) return writePhase(uploads, headers, acting);
  for (const some of [uploads, headers]) putOffAll(some, 'what it may refer to is not all there', acting);
  return false;
}

export function putOffAll(all: Iterable<Told>, why: string, { run, bucket }: Acting): void {
  for (const told of all) run.report.add(putOff(bucket, told, why));
}

async function writePhase(
  uploads: Several<UploadChange>,
  headers: Several<HeaderChange>,
  acting: Acting,
): Promise<boolean> {
  let isComplete = true;
  const ends = {
    written: (change: UploadChange | HeaderChange, written: Written) => {
      acting.done.written[change.kind].set(change.position, written);
      settled(change, acting);
    },
    failed: (change: Told, cause: unknown) => {
      isComplete = false;
      settled(change, acting, { cause });
    },
  };
  await uploadAll(uploads, acting, ends);
  const correct = async (change: HeaderChange) => {
    try {
      if (acting.place.patience.timeLeft() <= 0) throw new OutOfTimeError();
      ends.written(change, await corrected(change, acting));
    } catch (cause) {
      ends.failed(change, cause);
    }
  };
  await pMap(headers, correct, { concurrency: requestsAtOnce });
  return isComplete;
}

function settled(change: Told, { run, bucket, watch }: Acting, failure?: { cause: unknown }): void {
  run.report.add(
    failure ? failedOutcome(bucket, change, failure.cause) : doneOutcome(bucket, change, 'done'),
  );
  watch.settled(change.kind === 'upload' ? change.size : 0);
}

/** S3 changes headers only by a copy of the object onto itself: user guide, "Editing object metadata". */
async function corrected(
  { key, etag: fromEtag = '', size, headers, tag = '', crc32 }: HeaderChange,
  { bucket, place }: Acting,
): Promise<Written> {
  const name = { bucket, key };
  const { etag } = await copyObject(place, { from: name, fromEtag, to: name, headers, size });
  return { etag, tag, crc32 };
}

/** S3 takes 1,000 keys a call: API reference, DeleteObjects. */
const keysPerDelete = 1_000;

/** @returns whether all are gone. What is not has its row still, and the next run tries again. */
export async function deleteFiles(plan: SyncPlan, acting: Acting): Promise<boolean> {
  const { place, bucket } = acting;
  let areGone = true;
  for (const some of plan.deletes.slices(keysPerDelete)) {
    const refused = await deletion(some, { place, bucket });
    for (const removal of some) {
      if (!isSettled(removal, refused(removal.key), plan, acting)) areGone = false;
    }
  }
  return areGone;
}

function isSettled(
  removal: Removal,
  refusal: { cause: unknown } | undefined,
  { kept }: SyncPlan,
  acting: Acting,
): boolean {
  const isForeign = natureOf(refusal?.cause) === 'conflict';
  if (isForeign) {
    countKept(kept, 'not-ours', removal.key);
    acting.watch.settled(0);
  } else settled(removal, acting, refusal);
  if (refusal && !isForeign) return false;
  acting.done.deleted.set(removal.position);
  return true;
}

type Refusal = (key: string) => { cause: unknown } | undefined;

async function deletion(
  removals: readonly Removal[],
  { place, bucket }: Pick<Way, 'place' | 'bucket'>,
): Promise<Refusal> {
  try {
    if (place.patience.timeLeft() <= 0) throw new OutOfTimeError();
    const refused = await deleteObjects(place, bucket, removals);
    return (key) => (refused.has(key) ? { cause: refused.get(key) } : undefined);
  } catch (cause) {
    return () => ({ cause });
  }
}
