/** What another hand put into a site's bucket is left there, whatever becomes of runs of sync-assets. */
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { aSite, releaseBucket, siteBucket, tally } from './site-harness.ts';

let sandbox: Sandbox;
let site: Awaited<ReturnType<typeof aSite>>;

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await sandbox.reset();
  site = await aSite(sandbox);
});

it('keeps what lay there before a first release that died before it could replace it', async () => {
  await site.put('terms.txt', 'by hand');
  await site.clock.sleep(60_000);
  site.setRemaining(30_000);
  await expect(
    site.release('v1.zip', { 'index.html': 'first', 'terms.txt': 'of the release' }),
  ).rejects.toThrow('no time left');
  site.setRemaining(900_000);
  await site.release('v2.zip', { 'index.html': 'second' });
  expect(await site.files()).toEqual({ 'index.html': 'second', 'terms.txt': 'by hand' });
});

it('takes nothing from a site whose manifest was copied along with its files', async () => {
  const files = { 'www/index.html': 'www', 'www/terms.txt': 'terms' };
  await site.release('v1.zip', { 'index.html': 'www', 'terms.txt': 'terms' }, { prefix: 'www/' });
  const manifest = { Bucket: siteBucket, Key: 'www/.groundskeeper/manifest.gz' };
  const { Body } = await site.raw.send(new GetObjectCommand(manifest));
  await site.put('copy/.groundskeeper/manifest.gz', (await Body?.transformToByteArray()) ?? '');
  const from = sandbox.calls.length;
  const event = await site.upload('v2.zip', { 'index.html': 'copy' });
  await expect(site.deliver(event, { prefix: 'copy/' })).rejects.toThrow('is no file of this site');
  expect(await site.files()).toEqual(files);
  expect(site.writes(from)).toEqual(['PutObject']); // the upload
});

it('touches nothing of a site of another name', async () => {
  await site.release('v1.zip', { 'index.html': 'www' });
  const event = await site.upload('v2.zip', { 'index.html': 'blog' });
  await expect(site.deliver(event, { site: 'blog' })).rejects.toThrow('is of the site www');
  expect(await site.files()).toEqual({ 'index.html': 'www' });
});

it.each([
  ['where it looks', { verify: true }],
  ['where it trusts the manifest', {}],
])('deletes no object that another hand has put in place of a file of ours, %s', async (_, job) => {
  await site.release('v1.zip', { 'index.html': 'first', 'terms.txt': 'terms', 'old.txt': 'old' });
  await site.put('terms.txt', 'by hand');
  const report = await site.release('v2.zip', { 'index.html': 'second' }, job);
  expect(await site.files()).toEqual({ 'index.html': 'second', 'terms.txt': 'by hand' });
  expect(tally(report)).toMatchObject({ 'delete gone': 1, 'keep not-ours': 1 });
  const from = sandbox.calls.length;
  await site.release('v3.zip', { 'index.html': 'third' });
  expect(site.writes(from)).not.toContain('DeleteObjects');
});

describe('what another hand puts there weeks after a run died that was to write a file of that name', () => {
  const weeks = 14 * 86_400_000;
  const die = async (archive: string) => {
    const fault = sandbox.inject({
      when: ({ action, parameters }) =>
        action === 'PutObject' && JSON.stringify(parameters).includes('manifest.gz'),
      effect: { kind: 'error', code: 'AccessDenied', status: 403 },
    });
    const files = { 'index.html': archive, 'promo.html': archive };
    await expect(site.release(archive, files)).rejects.toThrow('AccessDenied');
    fault.lift();
  };
  beforeEach(async () => {
    await site.release('v1.zip', { 'index.html': 'first' });
    await die('v2.zip');
  });
  const putByHand = async () => {
    await site.remove('promo.html');
    await site.clock.sleep(weeks);
    await site.put('promo.html', 'by hand');
    await site.clock.sleep(weeks);
  };
  const expectKept = async () => {
    await site.release('v4.zip', { 'index.html': 'fourth' });
    expect(await site.files()).toEqual({ 'index.html': 'fourth', 'promo.html': 'by hand' });
  };

  it('is left there', async () => {
    await putByHand();
    await expectKept();
  });

  it('is left there though a night has taken the lock in between', async () => {
    await site.remove('v1.zip', releaseBucket, (await site.head('v1.zip', releaseBucket)).VersionId);
    await site.clock.sleep(weeks);
    await expect(site.run({ verify: true })).rejects.toThrow('was not finished');
    await putByHand();
    await expectKept();
  });

  it('is left there though another run has died in between', async () => {
    await putByHand();
    site.setRemaining(30_000);
    await expect(site.release('v3.zip', { 'index.html': 'third' })).rejects.toThrow('no time left');
    site.setRemaining(900_000);
    await expectKept();
  });
});

it('minds no file that another hand has deleted', async () => {
  await site.release('v1.zip', { 'index.html': 'first', 'terms.txt': 'terms' });
  await site.remove('terms.txt');
  const report = await site.release('v2.zip', { 'index.html': 'second' });
  expect(tally(report)).toMatchObject({ 'delete gone': 1 });
});
