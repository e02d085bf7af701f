/** A zip of many files, published; then one in which some have changed: what is read of it, and how often. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, zipSync } from 'fflate';
import { syncAssetsJob } from '../../../functions/sync-assets/job.ts';
import { publish } from '../../../functions/sync-assets/publish.ts';
import { headObject, putObject } from '../../../shared/aws/s3/objects.ts';
import { systemClock } from '../../../shared/clock.ts';
import type { Log } from '../../../shared/log.ts';
import { Reporter } from '../../../shared/report.ts';
import { manifestKey } from '../../../shared/sites/keys.ts';
import type { Traffic } from '../../sandbox/s3/server.ts';
import { check, describeVerdict } from './check.ts';
import { alter, type Files } from './files.ts';
import { atMost, type Judgement } from './limits.ts';
import { region, type S3Process } from './s3-process.ts';
import { ours } from './sides.ts';

export const releaseBucket = 'releases';

/** Of the manifest, the lock and the archive's directory: reads and writes beside those of contents. */
const otherRequests = 8;

export async function runRelease(s3: S3Process, files: Files, changes: number): Promise<Judgement[]> {
  await s3.empty(ours.bucket);
  const before = contentsOf(files);
  await release(s3, 'one.zip', zipSync(before));
  alter(files, changes);
  const after = contentsOf(files);
  const archive = zipSync(after);
  const manifest = await headObject(s3.place, { bucket: ours.bucket, key: manifestKey('') });
  const traffic = await release(s3, 'two.zip', archive);
  const wrong = describeVerdict(await check(files, s3.place, ours.bucket));
  await s3.empty(ours.bucket);
  await s3.empty(releaseBucket);
  process.stderr.write(`  ${JSON.stringify(traffic.byAction)}\n`);
  const least = packedBytes(before, after) + directoryBytes(archive);
  const read = traffic.bytesOut - (manifest?.size ?? 0);
  const what = `a zip of ${files.paths.length} files, of which ${changes} changed`;
  return [
    ...(wrong ? [{ text: `${what}: ${wrong}`, isHeld: false }] : []),
    atMost(`${what}: bytes read, times those that changed and the directory`, read / least, 1.5),
    atMost(`${what}: requests`, traffic.requests, 2 * changes + otherRequests),
  ];
}

type Contents = Record<string, Uint8Array>;

const contentsOf = ({ folder, paths }: Files): Contents =>
  Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path))]));

function packedBytes(before: Contents, after: Contents): number {
  const changed = Object.entries(after).filter(
    ([path, bytes]) => !before[path]?.every((byte, i) => byte === bytes[i]),
  );
  return changed.reduce((sum, [, bytes]) => sum + deflateSync(bytes).length, 0);
}

/** APPNOTE 4.3.16: its size stands 12 bytes into the last record, which has 22. */
const directoryBytes = (archive: Uint8Array): number =>
  Buffer.from(archive).readUInt32LE(archive.length - 10);

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function release(
  { place, takeTraffic }: S3Process,
  key: string,
  archive: Uint8Array,
): Promise<Traffic> {
  await putObject(place, { bucket: releaseBucket, key }, archive);
  const report = new Reporter(silent);
  await takeTraffic();
  await publish({
    job: syncAssetsJob.parse({ site: 'bench', bucket: ours.bucket, archive: { bucket: releaseBucket, key } }),
    owner: 'bench',
    invocation: randomUUID(),
    startedAt: systemClock.now(),
    timeLeft: place.patience.timeLeft,
    clock: systemClock,
    log: silent,
    report,
    aws: {
      ...place,
      region,
      eventBridge: () => {
        throw new Error('The bench announces nothing');
      },
    },
  });
  if (!report.isClean) throw new Error(report.complaints.join('\n'));
  return takeTraffic();
}
