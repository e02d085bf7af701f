import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { strToU8, zipSync } from 'fflate';
import { expect } from 'vitest';
import type { Sandbox } from '../../sandbox/types.ts';
import { access } from '../account.ts';
import type { Cases, Setting } from './setting.ts';

const site = 'www-site';
const releases = 'www-releases';
const sampleKey = 'www/2026-11-21.zip';

const first = { 'index.html': '<h1>one</h1>', 'assets/app.8f3a1b2c.js': 'run(1)', 'old.txt': 'old' };
const second = { 'index.html': '<h1>two</h1>', 'assets/app.9e4b2c3d.js': 'run(2)' };
const kept = 'assets/app.8f3a1b2c.js';

const s3Of = ({ url }: Sandbox) => new S3Client({ ...access, endpoint: url, forcePathStyle: true });

async function makeBuckets({ sandbox }: Setting): Promise<void> {
  for (const Bucket of [site, releases]) await s3Of(sandbox).send(new CreateBucketCommand({ Bucket }));
}

/** @returns its ETag */
async function upload({ sandbox }: Setting, key: string, files: Record<string, string>): Promise<string> {
  const entries = Object.entries(files).map(([path, text]) => [path, strToU8(text)] as const);
  const Body = zipSync(Object.fromEntries(entries));
  const { ETag = '' } = await s3Of(sandbox).send(new PutObjectCommand({ Bucket: releases, Key: key, Body }));
  return ETag.replaceAll('"', '');
}

/** What a visitor could ask for, by path. */
const standing = ({ sandbox }: Setting): Record<string, string> =>
  Object.fromEntries(
    sandbox
      .objectsIn(site)
      .filter(({ key }) => !key.startsWith('.groundskeeper/'))
      .map(({ key, content }) => [key, content().toString()]),
  );

/** Both releases, one after another, the second under the name that the samples have. */
async function publishTwo(setting: Setting): Promise<void> {
  const { run, sample, start } = setting;
  await makeBuckets(setting);
  const archive = { bucket: releases, key: 'www/2026-11-20.zip' };
  await upload(setting, archive.key, first);
  await start('sync-assets', { ...(sample('sync-assets.archive.json') as object), archive });
  await upload(setting, sampleKey, second);
  await run('sync-assets.archive.json');
}

export const syncAssetsCases: Cases = {
  'sync-assets.uploaded.json': async (setting) => {
    const { sample, start } = setting;
    await makeBuckets(setting);
    const etag = await upload(setting, sampleKey, first);
    const asSent = JSON.stringify(sample('sync-assets.uploaded.json'));
    const event = JSON.parse(asSent.replace('4e68adba0abe2dc8653dc3354e14c01d', etag)) as object;
    expect(await start('sync-assets', event)).toMatchObject({ summary: { done: 3, failed: 0 } });
    expect(standing(setting)).toEqual(first);
    // EventBridge delivers at least once.
    const again = await start('sync-assets', event);
    expect(again.outcomes).toContainEqual(expect.objectContaining({ reason: 'already-published' }));
    expect(standing(setting)).toEqual(first);
  },
  'sync-assets.archive.json': async (setting) => {
    await publishTwo(setting);
    // The last release's page may be open in a browser.
    expect(standing(setting)).toEqual({ ...second, [kept]: first[kept] });
  },
  'sync-assets.dry-run.json': async (setting) => {
    await makeBuckets(setting);
    await upload(setting, sampleKey, first);
    const report = await setting.run('sync-assets.dry-run.json');
    expect(report).toMatchObject({ dryRun: true, summary: { done: 0, withheld: 3 } });
    expect(setting.sandbox.objectsIn(site)).toEqual([]);
  },
  'sync-assets.rollback.json': async (setting) => {
    await publishTwo(setting);
    await setting.run('sync-assets.rollback.json');
    expect(standing(setting)).toMatchObject(first);
  },
  'sync-assets.verify.json': async (setting) => {
    await publishTwo(setting);
    const s3 = s3Of(setting.sandbox);
    const page = { Bucket: site, Key: 'index.html' };
    await s3.send(new PutObjectCommand({ ...page, Body: '<h1>another hand</h1>' }));
    await s3.send(new DeleteObjectCommand({ Bucket: site, Key: 'assets/app.9e4b2c3d.js' }));
    await s3.send(new PutObjectCommand({ Bucket: site, Key: 'notes.txt', Body: 'not of a release' }));
    const report = await setting.run('sync-assets.verify.json');
    expect(report.outcomes.filter(({ reason }) => reason !== 'kept-release')).toMatchObject([
      { resource: `s3://${site}/assets/app.9e4b2c3d.js`, reason: 'missing', outcome: 'done' },
      { resource: `s3://${site}/index.html`, reason: 'changed-by-another', outcome: 'done' },
      { reason: 'not-ours', outcome: 'kept', detail: '1 file: notes.txt' },
    ]);
    expect(standing(setting)).toMatchObject({ ...second, 'notes.txt': 'not of a release' });
  },
};
