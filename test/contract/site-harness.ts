/** A site, its releases, and runs of sync-assets against the local AWS. */
import { randomUUID } from 'node:crypto';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketEncryptionCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { strToU8, zipSync } from 'fflate';
import { syncAssets } from '../../functions/sync-assets/run.ts';
import { s3Client } from '../../shared/aws/s3/client.ts';
import { entrypoint, type Handler } from '../../shared/entrypoint.ts';
import { openLedger } from '../../shared/ledger/open.ts';
import type { Report } from '../../shared/report.ts';
import { type Synced, syncedDetailType, syncedSchema } from '../../shared/sites/synced.ts';
import { anOwner } from '../builders.ts';
import { recordedLog } from '../fakes.ts';
import type { Call, Sandbox } from '../sandbox/types.ts';

export type Files = Readonly<Record<string, string | Uint8Array>>;

const region = 'us-east-1';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
export const siteBucket = 'site';
export const releaseBucket = 'releases';

/** Time that a sleep moves on at once, in the account too: S3's clock says how old a lock is. */
function clockOf(sandbox: Sandbox) {
  let now = new Date('2026-11-21T02:15:04.000Z').getTime();
  const set = () => sandbox.setTime(new Date(now));
  set();
  return {
    now: () => new Date(now),
    sleep: async (milliseconds: number) => {
      now += milliseconds;
      set();
    },
  };
}

export async function aSite(sandbox: Sandbox) {
  const access = { region, credentials, endpoint: sandbox.url };
  const raw = new S3Client({ ...access, forcePathStyle: true, maxAttempts: 1 });
  const clock = clockOf(sandbox);
  const log = recordedLog();
  await raw.send(new CreateBucketCommand({ Bucket: siteBucket }));
  await raw.send(new CreateBucketCommand({ Bucket: releaseBucket }));
  await raw.send(
    new PutBucketVersioningCommand({
      Bucket: releaseBucket,
      VersioningConfiguration: { Status: 'Enabled' },
    }),
  );
  let remaining = 900_000;
  const newHandler = (): Handler =>
    entrypoint(syncAssets, {
      config: { owner: anOwner, ledger: 'simpledb', region },
      clock,
      random: Math.random,
      log,
      emitMetric: () => {},
      connect: () => ({
        s3: s3Client(access),
        eventBridge: async () => new EventBridgeClient({ ...access, maxAttempts: 1 }),
      }),
      ledger: openLedger({ owner: anOwner, ledger: 'simpledb', clock, onUnreadable: () => {}, aws: access }),
    });

  const callsSince = (from: number) => sandbox.calls.slice(from).filter(isWrite);
  const site = {
    clock,
    log,
    raw,
    access,
    /** Publishes what the job says; its fields beside the site's. */
    run: (job: object, awsRequestId: string = randomUUID()): Promise<Report> =>
      newHandler()(
        { site: 'www', bucket: siteBucket, releases: { bucket: releaseBucket }, ...job },
        { awsRequestId, getRemainingTimeInMillis: () => remaining },
      ),
    /** What Lambda gives a run from now on. */
    setRemaining: (milliseconds: number) => {
      remaining = milliseconds;
    },
    /** Uploads an archive of these files, and answers its event as EventBridge brings it. */
    upload: async (key: string, files: Files): Promise<object> => {
      const packed = Object.entries(files).map(
        ([path, content]) => [path, typeof content === 'string' ? strToU8(content) : content] as const,
      );
      const Body = zipSync(Object.fromEntries(packed));
      const { ETag = '', VersionId } = await raw.send(
        new PutObjectCommand({ Bucket: releaseBucket, Key: key, Body }),
      );
      const time = clock.now().toISOString();
      // One second later than the next upload: S3's clock has seconds.
      await clock.sleep(1_000);
      const object = { key, size: Body.length, etag: ETag.replaceAll('"', ''), 'version-id': VersionId };
      return { 'detail-type': 'Object Created', time, detail: { bucket: { name: releaseBucket }, object } };
    },
    /** An archive that is uploaded and published by its event. */
    release: async (key: string, files: Files, job: object = {}): Promise<Report> =>
      site.deliver(await site.upload(key, files), job),
    deliver: (event: object, job: object = {}): Promise<Report> =>
      newHandler()(
        { job: { site: 'www', bucket: siteBucket, releases: { bucket: releaseBucket }, ...job }, event },
        { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => remaining },
      ),
    put: (Key: string, Body: string | Uint8Array, Bucket = siteBucket) =>
      raw.send(new PutObjectCommand({ Bucket, Key, Body })),
    remove: (Key: string, Bucket = siteBucket, VersionId?: string) =>
      raw.send(new DeleteObjectCommand({ Bucket, Key, VersionId })),
    encrypt: (Bucket: string) =>
      raw.send(
        new PutBucketEncryptionCommand({
          Bucket,
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }],
          },
        }),
      ),
    head: (Key: string, Bucket = siteBucket) => raw.send(new HeadObjectCommand({ Bucket, Key })),
    text: async (Key: string): Promise<string> => {
      const { Body } = await raw.send(new GetObjectCommand({ Bucket: siteBucket, Key }));
      return (await Body?.transformToString()) ?? '';
    },
    /** All files with their contents, but for our own. */
    files: async (): Promise<Record<string, string>> => {
      const found: Record<string, string> = {};
      for (const key of await site.keys()) {
        if (key.includes('.groundskeeper/')) continue;
        found[key] = await site.text(key);
      }
      return found;
    },
    keys: async (Bucket = siteBucket): Promise<string[]> => {
      const { Contents = [] } = await raw.send(new ListObjectsV2Command({ Bucket }));
      return Contents.map(({ Key = '' }) => Key);
    },
    /** The calls since then that write, in their order. */
    writes: (from: number): string[] => callsSince(from).map(({ action }) => action),
    /** The keys that were put since then, the first one first. */
    puts: (from: number): string[] =>
      callsSince(from)
        .filter(({ action }) => action === 'PutObject')
        .map(({ parameters }) => String(parameters['Key'])),
    /** What the releases were said to have changed, the first said first. */
    events: (): Synced[] =>
      sandbox.events
        .filter((event) => event['detail-type'] === syncedDetailType)
        .map(({ detail }) => syncedSchema.parse(detail)),
  };
  return site;
}

const isWrite = ({ action }: Call): boolean => /^(Put|Copy|Delete|Create|Complete|Upload|Abort)/.test(action);

/** `{ 'upload new': 3 }` of what the report says. */
export function tally(report: Report): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { decision, reason } of report.outcomes) {
    const name = `${decision} ${reason}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
