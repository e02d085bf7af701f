/** Changes a site while its lock is held: see the order in act.ts. */
import { abortUpload, listUploads } from '../../shared/aws/s3/multipart.ts';
import { headObject, putObject } from '../../shared/aws/s3/objects.ts';
import { tagOfWhole } from '../../shared/sites/content-tag.ts';
import { manifestKey } from '../../shared/sites/keys.ts';
import type { ManifestHead } from '../../shared/sites/manifest.ts';
import { packManifest } from '../../shared/sites/manifest-file.ts';
import type { Changes } from '../../shared/sites/synced.ts';
import { type Acting, deleteFiles, putOffAll, writeFiles } from './act.ts';
import type { Announce } from './announce.ts';
import type { SyncRun } from './clients.ts';
import { changesOfDeadRun, spansOfDead } from './dead-run.ts';
import { nothingDone } from './done.ts';
import { nextHead } from './history.ts';
import { discardChanges, isNothing, type Place, storeChanges, unite } from './journal.ts';
import { HeldLock } from './lock.ts';
import { type Seen, whereOf } from './observe.ts';
import { changesOf, isIdle, type SyncPlan } from './plan.ts';
import { type Chosen, requestOf } from './release.ts';
import { nextRows } from './rows.ts';
import { type End, untilDone } from './until-done.ts';
import type { Watch } from './watch.ts';

export interface Work {
  run: SyncRun;
  seen: Seen;
  chosen: Extract<Chosen, { kind: 'publish' | 'verify' }>;
  plan: SyncPlan;
  watch: Watch;
  /** Undefined: nobody is told. */
  announce: Announce | undefined;
}

type Stored = { changes: Changes } | { changesKey: string };

/** @returns false if what was seen is not so any more: nothing was changed, and it has to be looked at anew */
export async function changeSite(work: Work): Promise<boolean> {
  const { run, seen, chosen, plan } = work;
  const where = whereOf(run);
  const { changes: dead, everything } = await changesOfDeadRun(seen, where);
  const changes = unite(dead, changesOf(plan));
  const isUnchanged = isNothing(changes);
  const stored = await storeChanges(changes, run.invocation, where);
  const journal = {
    run: run.invocation,
    site: run.job.site,
    release: chosen.release.name,
    releaseId: chosen.release.id,
    wanted: run.job.release,
    since: seen.at.toISOString(),
    earlier: spansOfDead(seen.staleLock, seen.manifest?.etag),
    manifest: seen.manifest?.etag,
    everything,
    ...stored,
  };
  const lock = await HeldLock.take(where, run.clock, journal, seen.staleLock);
  if (!lock) {
    await discardChanges(stored, where);
    return false;
  }
  return untilDone(lock, { run, seen }, async (place) => {
    if (await hasMoved(seen, { ...where, place })) return 'moved';
    // Of what is not known to be ours none is aborted.
    if (dead && !everything) await abortUploads(dead, { ...where, place });
    const way = { source: chosen.source, bucket: where.bucket, place };
    const acting = {
      ...way,
      run,
      watch: work.watch,
      done: nothingDone(),
    };
    if (!(await writeFiles(plan, acting))) {
      putOffAll(plan.deletes, 'not all is there that is to be', acting);
      return 'unfinished';
    }
    return finish(work, acting, stored, isUnchanged);
  });
}

/** Between our look at the manifest and our lock another run may have come and gone. */
async function hasMoved({ manifest }: Seen, { place, bucket, prefix }: Place): Promise<boolean> {
  const info = await headObject(place, { bucket, key: manifestKey(prefix) });
  return info?.etag !== manifest?.etag;
}

/** Parts that nobody will put together cost money, and no listing of objects shows them. */
async function abortUploads({ added, changed }: Changes, { place, bucket, prefix }: Place): Promise<void> {
  const keys = new Set([...added, ...changed]);
  for await (const page of listUploads(place, bucket, prefix)) {
    for (const upload of page) if (keys.has(upload.key)) await abortUpload(place, upload);
  }
}

/**
 * All files are there: says so, deletes what is not to be there, and tells who keeps copies. What could not be
 * deleted is the next run's to delete, be it started by the same event.
 */
async function finish(work: Work, acting: Acting, stored: Stored, isUnchanged: boolean): Promise<End> {
  const { run, seen, chosen, plan } = work;
  const { site, bucket, prefix } = run.job;
  const now = run.clock.now();
  const last = seen.manifest?.head;
  const head = chosen.kind === 'verify' && last ? last : headAfter(work, now);
  const put = async (etag: string | undefined) => {
    const rows = nextRows(seen.manifest?.rows() ?? noRows(), {
      plan,
      done: acting.done,
      publication: head.publication,
      now,
    });
    return putManifest(head, rows, etag, { place: acting.place, bucket, prefix });
  };
  let etag = seen.manifest?.etag;
  if (chosen.kind === 'publish' || !isIdle(plan)) etag = await put(etag);
  const end = (await deleteFiles(plan, acting)) ? 'done' : 'unfinished';
  if (acting.done.deleted.count > 0) await put(etag);
  if (isUnchanged || !work.announce) return end;
  const publication = `${head.publication}/${run.invocation}`;
  const aws = { ...run.aws, patience: acting.place.patience };
  await work.announce(
    { ...run, aws },
    { site, release: chosen.release.name, publication, bucket, prefix, ...stored },
  );
  return end;
}

async function* noRows() {
  // Nothing was written yet.
}

async function putManifest(
  head: ManifestHead,
  rows: ReturnType<typeof nextRows>,
  etag: string | undefined,
  { place, bucket, prefix }: Place,
): Promise<string> {
  const name = { bucket, key: manifestKey(prefix) };
  const body = await packManifest(head, rows);
  const own = tagOfWhole(body);
  const find = async () => {
    const info = await headObject(place, name);
    return info?.etag === own ? { etag: own } : undefined;
  };
  const condition = etag === undefined ? ({ absent: true } as const) : { etag };
  const headers = { contentType: 'application/gzip', cacheControl: 'no-store' };
  return (await putObject(place, name, body, { headers, condition, find })).etag;
}

/** By hand a place without a plan has no name of its own, and keeps the one that it has. */
function headAfter({ run, seen, chosen, announce }: Work, now: Date): ManifestHead {
  const last = seen.manifest?.head;
  const site = announce ? run.job.site : (last?.site ?? '');
  return nextHead(last, chosen.release, { site, now, by: requestOf(run) });
}
