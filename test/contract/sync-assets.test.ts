/** sync-assets against the local AWS: what lies in the bucket after each run, and what a run leaves alone. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { partBytes } from '../../shared/sites/content-tag.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { aSite, type Files, releaseBucket, siteBucket, tally } from './site-harness.ts';

const script = 'assets/app-5KXPQ3MC.js';
const newScript = 'assets/app-7BZQ2LXD.js';
const firstFiles: Files = {
  'index.html': `<script src="${script}"></script>`,
  'about.html': 'about',
  'logo.svg': '<svg/>',
  [script]: 'console.log(1)',
};
const secondFiles: Files = {
  'index.html': `<script src="${newScript}"></script>`,
  'logo.svg': '<svg/>',
  'news/new.html': 'news',
  [newScript]: 'console.log(2)',
};

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

const errorOf = async (promise: Promise<unknown>): Promise<Error> => {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('It did not fail');
};

describe('a first release', () => {
  it('puts every file into the bucket with its headers', async () => {
    const report = await site.release('v1.zip', firstFiles);
    expect(await site.files()).toEqual(firstFiles);
    expect(tally(report)).toEqual({ 'upload new': 4 });
    expect(await site.head('index.html')).toMatchObject({
      ContentType: 'text/html;charset=utf-8',
      CacheControl: expect.stringContaining('no-cache'),
    });
    expect(await site.head(script)).toMatchObject({ CacheControl: expect.stringContaining('immutable') });
  });

  it('writes pages after what they refer to, the manifest after them, and takes its lock away', async () => {
    const from = sandbox.calls.length;
    await site.release('v1.zip', firstFiles);
    const keys = site.puts(from).filter((key) => !key.endsWith('.zip'));
    expect(keys[0]).toContain('lock.json');
    expect(keys.slice(1, 3).sort()).toEqual([script, 'logo.svg'].sort());
    expect(keys.slice(3, 5).sort()).toEqual(['about.html', 'index.html']);
    expect(keys[5]).toContain('manifest.gz');
    expect(keys).toHaveLength(6);
    expect(await site.keys()).not.toContain('.groundskeeper/lock.json');
  });

  it('says what it added', async () => {
    await site.release('v1.zip', firstFiles);
    expect(site.events()).toMatchObject([
      {
        site: 'www',
        release: 'v1',
        bucket: 'site',
        prefix: '',
        changes: { added: Object.keys(firstFiles).sort(), changed: [], deleted: [] },
      },
    ]);
  });
});

describe('a second release', () => {
  it('uploads what changed, deletes what is gone, and keeps the old fingerprinted file', async () => {
    await site.release('v1.zip', firstFiles);
    const report = await site.release('v2.zip', secondFiles);
    expect(await site.files()).toEqual({ ...secondFiles, [script]: firstFiles[script] });
    expect(tally(report)).toEqual({
      'upload content-changed': 1,
      'upload new': 2,
      'delete gone': 1,
      'keep unchanged': 1,
      'keep kept-release': 1,
    });
    expect(site.events()[1]).toMatchObject({
      release: 'v2',
      changes: { added: [newScript, 'news/new.html'], changed: ['index.html'], deleted: ['about.html'] },
    });
  });

  it('deletes after all else, and leaves nothing of it in the manifest', async () => {
    await site.release('v1.zip', firstFiles);
    const from = sandbox.calls.length;
    await site.release('v2.zip', secondFiles);
    const actions = site.writes(from).slice(-5);
    expect(actions).toEqual(['PutObject', 'DeleteObjects', 'PutObject', 'PutEvents', 'DeleteObject']);
    expect(tally(await site.run({ verify: true }))).not.toHaveProperty('upload missing');
  });

  it('uploads nothing where nothing changed, though all times did', async () => {
    await site.release('v1.zip', firstFiles);
    const event = await site.upload('v2.zip', firstFiles);
    const from = sandbox.calls.length;
    const report = await site.deliver(event);
    expect(site.puts(from)).toEqual(['.groundskeeper/lock.json', '.groundskeeper/manifest.gz']);
    expect(report.summary).toMatchObject({ done: 0, kept: 4 });
    expect(site.events()).toHaveLength(1);
  });

  it('writes nothing where a release is published again that stands', async () => {
    await site.release('v1.zip', firstFiles);
    const from = sandbox.calls.length;
    await site.run({ archive: { bucket: 'releases', key: 'v1.zip' } });
    expect(site.writes(from)).toEqual([]);
  });

  it('corrects headers where the content is equal', async () => {
    await site.release('v1.zip', firstFiles);
    const headers = [{ match: '*.svg', cacheControl: 'public, max-age=60' }];
    const report = await site.release('v2.zip', firstFiles, { headers });
    expect(tally(report)).toMatchObject({ 'headers headers-changed': 1 });
    expect(report.summary).toMatchObject({ done: 1, kept: 3 });
    expect(await site.head('logo.svg')).toMatchObject({
      CacheControl: 'public, max-age=60',
      ContentType: 'image/svg+xml',
    });
    expect(site.events()[1]?.changes).toEqual({ added: [], changed: ['logo.svg'], deleted: [] });
  });

  it('deletes old fingerprinted files once no kept release has them and their grace is over', async () => {
    const job = { keepReleases: 1, grace: '1 hour' };
    await site.release('v1.zip', firstFiles, job);
    await site.release('v2.zip', secondFiles, job);
    expect(await site.keys()).toContain(script);
    await site.clock.sleep(2 * 3_600_000);
    const report = await site.run({ ...job, verify: true });
    expect(tally(report)).toMatchObject({ 'delete gone': 1 });
    expect(await site.keys()).not.toContain(script);
    // Its name may be used again: the CDN would answer with the old one for a year.
    expect(site.events()[2]?.changes).toEqual({ added: [], changed: [], deleted: [script] });
  });

  it('warns of a fingerprinted name with another content', async () => {
    await site.release('v1.zip', firstFiles);
    const report = await site.release('v2.zip', { ...firstFiles, [script]: 'other' });
    expect(report.outcomes.find(({ resource }) => resource.endsWith(script))?.detail).toContain(
      'fingerprint-reused',
    );
  });
});

describe('the later upload wins', () => {
  it('leaves a release alone that is delivered again after a rollback', async () => {
    await site.release('v1.zip', firstFiles);
    const second = await site.upload('v2.zip', secondFiles);
    await site.deliver(second);
    await site.run({ release: 'previous' });
    const report = await site.deliver(second);
    expect(tally(report)).toEqual({ 'keep already-published': 1 });
    expect(await site.files()).toMatchObject(firstFiles);
  });

  it('leaves an older upload alone that comes late', async () => {
    const first = await site.upload('v1.zip', firstFiles);
    await site.release('v2.zip', secondFiles);
    expect(tally(await site.deliver(first))).toEqual({ 'keep newer-published': 1 });
  });

  it('leaves an older upload alone that comes after one with the files that stand', async () => {
    await site.release('v1.zip', firstFiles);
    const older = await site.upload('v2.zip', secondFiles);
    await site.release('v3.zip', firstFiles);
    expect(tally(await site.deliver(older))).toEqual({ 'keep newer-published': 1 });
  });

  it('publishes by hand whatever it is told', async () => {
    await site.upload('v1.zip', firstFiles);
    await site.release('v2.zip', secondFiles);
    await site.run({ archive: { bucket: 'releases', key: 'v1.zip' } });
    expect(await site.files()).toMatchObject(firstFiles);
  });
});

describe('a rollback', () => {
  it('goes one release back, however often Lambda starts the same one', async () => {
    for (const name of ['one', 'two', 'three']) await site.release(`${name}.zip`, { 'index.html': name });
    await site.run({ release: 'previous' }, 'the same');
    await site.run({ release: 'previous' }, 'the same');
    expect(await site.files()).toEqual({ 'index.html': 'two' });
  });

  it('publishes the previous release again', async () => {
    await site.release('v1.zip', firstFiles);
    await site.release('v2.zip', secondFiles);
    await site.run({ release: 'previous' });
    expect(await site.files()).toEqual({ ...firstFiles, [newScript]: secondFiles[newScript] });
    expect(site.events().at(-1)).toMatchObject({ release: 'v1' });
  });

  it('goes one release back where two people ask for it at once', async () => {
    for (const name of ['v1', 'v2', 'v3']) await site.release(`${name}.zip`, { 'index.html': name });
    const reports = await Promise.all([site.run({ release: 'previous' }), site.run({ release: 'previous' })]);
    expect(await site.files()).toEqual({ 'index.html': 'v2' });
    const [late] = reports.flatMap(({ outcomes }) =>
      outcomes.filter(({ reason }) => reason === 'published-meanwhile'),
    );
    expect(late?.detail).toContain('v2');
    await site.run({ release: 'previous' });
    expect(await site.files()).toEqual({ 'index.html': 'v1' });
  });

  it('is told, and not tried again by Lambda from what stands then, where another run goes on for too long', async () => {
    for (const name of ['v1', 'v2', 'v3']) await site.release(`${name}.zip`, { 'index.html': name });
    const lock = { run: 'another', site: 'www', release: 'v4', since: site.clock.now().toISOString() };
    const changes = { added: [], changed: ['index.html'], deleted: [] };
    await site.put('.groundskeeper/lock.json', JSON.stringify({ ...lock, changes }));
    site.setRemaining(34_000);
    const report = await site.run({ release: 'previous' });
    expect(tally(report)).toEqual({ 'keep site-locked': 1 });
    expect(report.outcomes[0]?.detail).toContain('v4');
    await expect(site.run({ release: 'v1' })).rejects.toThrow('Another run works on www');
    expect(await site.files()).toEqual({ 'index.html': 'v3' });
  });

  it('goes forward again by name', async () => {
    await site.release('v1.zip', firstFiles);
    await site.release('v2.zip', secondFiles);
    await site.run({ release: 'previous' });
    await site.run({ release: 'v2' });
    expect(await site.files()).toMatchObject(secondFiles);
  });

  it('says which releases there are if there is none of that name', async () => {
    await site.release('v1.zip', firstFiles);
    expect((await errorOf(site.run({ release: 'v9' }))).message).toContain('v1');
    expect((await errorOf(site.run({ release: 'previous' }))).message).toMatch(
      /no .*(before|previous|earlier)/i,
    );
  });
});

describe('verify', () => {
  it('mends what another hand changed or removed', async () => {
    await site.release('v1.zip', firstFiles);
    await site.put('about.html', 'defaced');
    await site.remove('logo.svg');
    const report = await site.run({ verify: true });
    expect(tally(report)).toMatchObject({ 'upload changed-by-another': 1, 'upload missing': 1 });
    expect(await site.files()).toEqual(firstFiles);
    expect(site.events()).toHaveLength(2);
  });

  it('leaves alone what it did not write', async () => {
    await site.put('robots.txt', 'mine');
    await site.release('v1.zip', firstFiles);
    const report = await site.run({ verify: true });
    expect(tally(report)).toMatchObject({ 'keep not-ours': 1 });
    expect(await site.files()).toEqual({ ...firstFiles, 'robots.txt': 'mine' });
  });

  it('changes nothing where all is as it was written', async () => {
    await site.release('v1.zip', firstFiles);
    const from = sandbox.calls.length;
    await site.run({ verify: true });
    expect(site.writes(from)).toEqual([]);
  });
});

describe('other sources', () => {
  it('copies a prefix of a bucket, without its contents passing through', async () => {
    await site.put('build/index.html', 'hello', 'releases');
    await site.put('build/a/b.css', 'b {}', 'releases');
    const from = sandbox.calls.length;
    await site.run({ from: { bucket: 'releases', prefix: 'build/' } });
    expect(await site.files()).toEqual({ 'index.html': 'hello', 'a/b.css': 'b {}' });
    expect(site.writes(from).filter((action) => action === 'CopyObject')).toHaveLength(2);
    expect(await site.head('a/b.css')).toMatchObject({ ContentType: 'text/css;charset=utf-8' });
  });

  it('copies nothing twice of a prefix whose bucket is under KMS', async () => {
    await site.encrypt(releaseBucket);
    await site.put('build/index.html', 'built', releaseBucket);
    const from = { bucket: releaseBucket, prefix: 'build/' };
    await site.run({ from });
    expect(tally(await site.run({ from }))).toEqual({ 'keep unchanged': 1 });
    expect(tally(await site.run({ from, verify: true }))).toEqual({ 'keep unchanged': 1 });
  });

  it.each([true, false])(
    'uploads a large file once, whether or not the bucket is under KMS (%s)',
    async (hasKms) => {
      if (hasKms) await site.encrypt(siteBucket);
      const files = { 'index.html': 'page', 'video.mp4': Buffer.alloc(partBytes + 10, 'frame') };
      await site.release('v1.zip', files);
      const { ContentLength, ETag } = await site.head('video.mp4');
      expect(ContentLength).toBe(partBytes + 10);
      await site.release('v2.zip', files);
      expect((await site.head('video.mp4')).ETag).toBe(ETag);
      expect(sandbox.calls.filter(({ action }) => action === 'CompleteMultipartUpload')).toHaveLength(1);
    },
  );

  it('keeps to the prefix of the site', async () => {
    await site.put('other/file.html', 'other');
    await site.release('v1.zip', firstFiles, { prefix: 'blog/' });
    expect(await site.files()).toMatchObject({ 'other/file.html': 'other', 'blog/logo.svg': '<svg/>' });
    expect(await site.keys()).toContain('blog/.groundskeeper/manifest.gz');
  });
});

describe('guards', () => {
  it('refuses an empty release before any write', async () => {
    await site.release('v1.zip', firstFiles);
    const event = await site.upload('v2.zip', {});
    const from = sandbox.calls.length;
    await errorOf(site.deliver(event));
    expect(site.writes(from)).toEqual([]);
  });

  it('never touches what is excluded', async () => {
    await site.release('v1.zip', firstFiles);
    await site.release('v2.zip', { 'index.html': 'new' }, { exclude: ['about.html', 'logo.svg'] });
    expect(await site.files()).toEqual({ ...firstFiles, 'index.html': 'new' });
  });

  it('deletes nothing past the share, does all else, and says so', async () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`page-${i}.html`, `${i}`]));
    await site.release('v1.zip', many);
    const error = await errorOf(site.release('v2.zip', { 'page-0.html': 'new' }));
    expect(error).toMatchObject({ name: 'LimitExceededError' });
    expect(error.message).toContain('maxDeleteShare');
    expect(await site.files()).toEqual({ ...many, 'page-0.html': 'new' });
  });

  it('changes nothing where there is more to do than maxActions', async () => {
    const event = await site.upload('v1.zip', firstFiles);
    const from = sandbox.calls.length;
    const error = await errorOf(site.deliver(event, { maxActions: 3 }));
    expect(error).toMatchObject({ name: 'LimitExceededError' });
    expect(site.writes(from)).toEqual([]);
  });

  it('changes nothing then after a run that died, either: no manifest says that the release is out', async () => {
    const event = await site.upload('v1.zip', firstFiles);
    site.setRemaining(30_000);
    await errorOf(site.deliver(event));
    site.setRemaining(900_000);
    const from = sandbox.calls.length;
    const error = await errorOf(site.deliver(event, { maxActions: 3 }));
    expect(error).toMatchObject({ name: 'LimitExceededError' });
    expect(site.writes(from)).toEqual([]);
    await site.deliver(event);
    expect(await site.files()).toEqual(firstFiles);
  });

  it('shows in a dry run what it would do, and does nothing', async () => {
    await site.release('v1.zip', firstFiles);
    const event = await site.upload('v2.zip', secondFiles);
    const from = sandbox.calls.length;
    const report = await site.deliver(event, { dryRun: true });
    expect(site.writes(from)).toEqual([]);
    expect(report.summary.withheld).toBeGreaterThanOrEqual(4);
    expect(report.outcomes).toContainEqual(
      expect.objectContaining({ decision: 'invalidate', detail: expect.stringContaining('/about.html') }),
    );
  });
});

describe('when something goes wrong', () => {
  it('writes no page if a file that it may refer to could not be written; the next run finishes', async () => {
    await site.release('v1.zip', firstFiles);
    const fault = sandbox.inject({
      service: 's3',
      action: 'PutObject',
      when: ({ parameters }) => JSON.stringify(parameters).includes(newScript),
      effect: { kind: 'error', code: 'AccessDenied', status: 403 },
    });
    const event = await site.upload('v2.zip', secondFiles);
    const error = await errorOf(site.deliver(event));
    expect(error).toMatchObject({ name: 'PartialFailureError' });
    expect(error.message).toContain('AccessDenied');
    expect(await site.files()).toMatchObject({ 'index.html': firstFiles['index.html'] });
    fault.lift();
    await site.deliver(event);
    expect(await site.files()).toEqual({ ...secondFiles, [script]: firstFiles[script] });
    expect(site.events().at(-1)?.changes).toMatchObject({ deleted: ['about.html'] });
  });

  it('stops cleanly when its time is over; the next delivery finishes', async () => {
    const event = await site.upload('v1.zip', firstFiles);
    site.setRemaining(30_000);
    const error = await errorOf(site.deliver(event));
    expect(error).toMatchObject({ name: 'PartialFailureError' });
    expect(await site.files()).toEqual({});
    site.setRemaining(900_000);
    await site.deliver(event);
    expect(await site.files()).toEqual(firstFiles);
  });

  it('takes over from a run that died, and says what that one changed too', async () => {
    await site.release('v1.zip', firstFiles);
    const event = await site.upload('v2.zip', secondFiles);
    // The run dies with its manifest unwritten, its lock in place.
    const cut = sandbox.inject({
      service: 's3',
      when: ({ action, parameters }) =>
        (action === 'PutObject' && JSON.stringify(parameters).includes('manifest.gz')) ||
        (action === 'PutObject' && JSON.stringify(parameters).includes('lock.json') && cut.hits > 0) ||
        (action === 'DeleteObject' && JSON.stringify(parameters).includes('lock.json')),
      effect: { kind: 'error', code: 'AccessDenied', status: 403 },
    });
    await errorOf(site.deliver(event));
    cut.lift();
    expect(await site.keys()).toContain('.groundskeeper/lock.json');
    await site.deliver(event);
    expect(await site.files()).toEqual({ ...secondFiles, [script]: firstFiles[script] });
    expect(site.events().at(-1)?.changes?.changed).toContain('index.html');
    expect(await site.keys()).not.toContain('.groundskeeper/lock.json');
  });

  it('lets two runs at once end with the later upload', async () => {
    const first = await site.upload('v1.zip', firstFiles);
    const second = await site.upload('v2.zip', secondFiles);
    await Promise.all([site.deliver(second), site.deliver(first)]);
    expect(await site.files()).toMatchObject(secondFiles);
    expect(await site.keys()).not.toContain('about.html');
    expect(await site.keys()).not.toContain('.groundskeeper/lock.json');
  });

  it('fails without a look where the job says nothing to do', async () => {
    const from = sandbox.calls.length;
    const error = await errorOf(site.run({ dryRun: true }));
    expect(error.message).toBe(
      'The job says nothing to do: expected one of "archive", "from", "release" and "verify": true',
    );
    expect(sandbox.calls.length).toBe(from);
  });

  it('fails without a write where the bucket is not there', async () => {
    await site.upload('v1.zip', firstFiles);
    const from = sandbox.calls.length;
    const error = await errorOf(
      site.run({ bucket: 'no-such-site', archive: { bucket: 'releases', key: 'v1.zip' } }),
    );
    expect(error.message).toContain('no-such-site');
    expect(site.writes(from)).toEqual([]);
  });
});
