/** Which release a job means, and the files that it is made of. */
import type { PublishedRelease } from '../../shared/sites/manifest.ts';
import type { SyncRun } from './clients.ts';
import {
  archiveId,
  currentOf,
  findRelease,
  type NewRelease,
  NoSuchReleaseError,
  releaseName,
  whyNot,
} from './history.ts';
import type { Seen } from './observe.ts';
import { openArchive, openPrefix } from './sources/open.ts';
import type { Source } from './sources/source.ts';
import { ArchiveGoneError, ArchiveReplacedError } from './sources/source-error.ts';

/** A folder of the machine that this runs on. */
export interface Local {
  name: string;
  /** @param prefix of the site */
  open: (prefix: string) => Source;
}

export type Chosen =
  | { kind: 'publish'; release: NewRelease; source: Source }
  /** The release that stands is looked after. */
  | { kind: 'verify'; release: PublishedRelease; source: Source }
  /** What stands cannot be read again: what differs can only be told. Undefined: the first run died. */
  | { kind: 'inspect'; release: PublishedRelease | undefined }
  | {
      kind: 'keep';
      reason: 'already-published' | 'newer-published' | 'nothing-published' | 'published-meanwhile';
      detail?: string;
    };

/** @param began the publication that stood when the run began: what "previous" was said of */
export async function chooseRelease(
  seen: Seen,
  run: SyncRun,
  local: Local | undefined,
  began?: number,
): Promise<Chosen> {
  const { job, startedAt } = run;
  const now = startedAt.toISOString();
  // By the clock that uploads are held against: one that is fast would make all of them older for a while.
  const uploadedAt = seen.at.toISOString();
  if (local) {
    const release = { id: `${local.name}@${now}`, name: local.name, uploadedAt };
    return { kind: 'publish', release, source: local.open(job.prefix) };
  }
  if (job.from) {
    const { bucket, prefix } = job.from;
    const release = { id: `${bucket}/${prefix}@${now}`, name: `${bucket}/${prefix}`, uploadedAt };
    return { kind: 'publish', release, source: openPrefix(run.aws, job.from, job) };
  }
  if (job.archive) return ofUpload(job.archive, seen, run);
  if (job.release === undefined) return standing(seen, run);
  // Lambda's retry of one that published and then failed: from where it stands, previous is one further.
  if (seen.manifest?.head.by === requestOf(run)) return standing(seen, run);
  const begun = begunRelease(job.release, seen);
  if (!begun && began !== undefined && began !== publicationOf(seen)) return meanwhile(seen);
  return again(begun ?? findRelease(seen.manifest?.head, job.release), run);
}

/** Which release stands; 0 before the first. */
export const publicationOf = ({ manifest }: Pick<Seen, 'manifest'>): number =>
  manifest?.head.publication ?? 0;

/** No failure: Lambda would start it again, and then it would go back from what stands now. */
function meanwhile({ manifest }: Seen): Chosen {
  const name = manifest && currentOf(manifest.head)?.name;
  const detail = `${name} was published while this run waited: to go back from that, start it again`;
  return { kind: 'keep', reason: 'published-meanwhile', detail };
}

/** What is the same when Lambda starts the same event again. */
export const requestOf = ({ invocation }: Pick<SyncRun, 'invocation'>): string =>
  invocation.split('/')[0] ?? invocation;

/** What died as the way to the previous release is finished: from where it came to, previous would be one further. */
function begunRelease(wanted: string, { manifest, staleLock }: Seen): PublishedRelease | undefined {
  const { journal } = staleLock ?? {};
  if (journal?.wanted !== wanted) return undefined;
  return manifest?.head.history.find(({ id }) => id === journal.releaseId);
}

async function ofUpload(
  archive: NonNullable<SyncRun['job']['archive']>,
  seen: Seen,
  run: SyncRun,
): Promise<Chosen> {
  const { etag, uploadedAt } = archive;
  const head = seen.manifest?.head;
  if (uploadedAt === undefined || etag === undefined || !head) return published(archive, run);
  const id = archiveId({ ...archive, etag });
  const reason = whyNot(id, uploadedAt, head);
  if (!reason) {
    return published(archive, run).catch((error: unknown) => {
      // Uploaded over before this was read: that has an event of its own.
      if (error instanceof ArchiveReplacedError) return { kind: 'keep', reason: 'newer-published' };
      throw error;
    });
  }
  // The run that published it died before it had done all.
  return seen.staleLock ? standing(seen, run) : { kind: 'keep', reason };
}

async function published(
  { bucket, key, etag, versionId, uploadedAt }: NonNullable<SyncRun['job']['archive']>,
  { job, aws }: SyncRun,
): Promise<Chosen> {
  const opened = await openArchive(aws, { bucket, key, etag, versionId }, job.prefix);
  const archive = {
    bucket,
    key,
    etag: opened.archive.etag,
    ...(opened.archive.versionId !== undefined && { versionId: opened.archive.versionId }),
  };
  const release = {
    id: archiveId(archive),
    name: releaseName(key, job.releases?.bucket === bucket ? job.releases.prefix : ''),
    archive,
    uploadedAt: uploadedAt ?? opened.archive.uploadedAt.toISOString(),
  };
  return { kind: 'publish', release, source: opened.source };
}

async function again(release: PublishedRelease, { job, aws }: SyncRun): Promise<Chosen> {
  if (!release.archive) {
    throw new NoSuchReleaseError(
      `The release ${release.name} was published from a folder or a prefix: there is no archive to publish again`,
    );
  }
  const { source } = await openArchive(aws, release.archive, job.prefix);
  return { kind: 'publish', release, source };
}

async function standing({ manifest, staleLock }: Seen, { job, aws }: SyncRun): Promise<Chosen> {
  // A new site waits for its first release: its nights are no failures.
  if (!manifest && !staleLock) return { kind: 'keep', reason: 'nothing-published' };
  const release = manifest && currentOf(manifest.head);
  if (!release?.archive) return { kind: 'inspect', release };
  try {
    const { source } = await openArchive(aws, release.archive, job.prefix);
    return { kind: 'verify', release, source };
  } catch (error) {
    const isLost = error instanceof ArchiveGoneError || error instanceof ArchiveReplacedError;
    if (isLost) return { kind: 'inspect', release };
    throw error;
  }
}
