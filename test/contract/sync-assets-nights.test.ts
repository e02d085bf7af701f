/** Nights of a site whose release cannot be read again: what differs is told, and what a dead run may have changed. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { aSite, type Files, releaseBucket, tally } from './site-harness.ts';

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

const lock = '.groundskeeper/lock.json';

/** Publishes a prefix of a bucket: there is no archive to read again. */
async function publish(files: Files, job: object = {}) {
  for (const key of await site.keys(releaseBucket)) await site.remove(key, releaseBucket);
  for (const [path, content] of Object.entries(files)) {
    await site.put(`build/${path}`, content, releaseBucket);
  }
  await site.clock.sleep(60_000);
  return site.run({ from: { bucket: releaseBucket, prefix: 'build/' }, ...job });
}

/** The same by a run that dies when it is to make such a call. */
async function publishAndDie(files: Files, action: string, of: string) {
  const fault = sandbox.inject({
    when: (call) => call.action === action && JSON.stringify(call.parameters).includes(of),
    effect: { kind: 'error', code: 'AccessDenied', status: 403 },
  });
  await expect(publish(files)).rejects.toThrow('AccessDenied');
  fault.lift();
  expect(await site.keys()).toContain(lock);
}

const night = () => site.run({ verify: true });

/** A night that ends in a failure, and what that says. */
const badNight = async (): Promise<string> => {
  const error = await night().then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (!(error instanceof Error)) throw new Error('The night was a good one');
  return error.message;
};

const first = { 'index.html': 'first', 'about.html': 'about', 'logo.svg': '<svg/>' };
const second = { 'index.html': 'second', 'news.html': 'news', 'logo.svg': '<svg/>' };
const dead = () => publishAndDie(second, 'PutObject', 'manifest.gz');

describe('the night after a run that died and cannot be finished', () => {
  it('has forgotten what that run may have changed, and fails naming what is to be published anew', async () => {
    await publish(first);
    await dead();
    const message = await badNight();
    expect(message).toContain('releases/build/');
    expect(message).toContain('was not finished');
    expect(message).not.toContain('changed-by-another');
    expect(site.events()).toHaveLength(2);
    const { changed, deleted } = site.events()[1]?.changes ?? {};
    expect(changed).toEqual(expect.arrayContaining(['index.html', 'news.html']));
    expect(deleted).toEqual(['about.html']);
  });

  it('says so once, and fails every night until a release is out', async () => {
    await publish(first);
    await dead();
    await badNight();
    expect(await badNight()).toContain('was not finished');
    expect(site.events()).toHaveLength(2);
    await publish(second);
    expect(await site.files()).toEqual(second);
    expect((await night()).summary.failed).toBe(0);
  });

  it('says it again if it could not', async () => {
    await publish(first);
    await dead();
    const fault = sandbox.inject({
      service: 'events',
      action: 'PutEvents',
      effect: { kind: 'error', code: 'AccessDeniedException', status: 400 },
    });
    await badNight();
    fault.lift();
    await badNight();
    expect(site.events()).toHaveLength(2);
  });

  it('is the same where no release stood before', async () => {
    await dead();
    expect(await badNight()).toContain('was not finished');
    expect(site.events()[0]?.changes?.changed).toContain('index.html');
    await publish(second);
    expect(await site.files()).toEqual(second);
  });

  it('is a good one where the event alone was missing', async () => {
    await publish(first);
    await publishAndDie(second, 'PutEvents', 'groundskeeper');
    const report = await night();
    expect(tally(report)).toMatchObject({ 'invalidate unfinished': 1 });
    expect(site.events().at(-1)?.changes).toMatchObject({ deleted: ['about.html'] });
    expect(await site.keys()).not.toContain(lock);
    expect(await site.files()).toEqual(second);
  });

  it('fails where deletes are left', async () => {
    await publish(first);
    await publishAndDie(second, 'DeleteObjects', 'about.html');
    expect(await badNight()).toContain('was not finished');
    expect(site.events().at(-1)?.changes?.deleted).toEqual(['about.html']);
  });

  it('is a good one once a person has made the deletes that are left, and puts something else there', async () => {
    await publish(first);
    await publishAndDie(second, 'DeleteObjects', 'about.html');
    expect(await badNight()).toContain('was not finished');
    await site.put('about.html', 'by hand');
    expect((await night()).summary.failed).toBe(0);
    expect(await site.keys()).not.toContain(lock);
    expect(await site.text('about.html')).toBe('by hand');
  });

  it('takes no lock away in a dry run', async () => {
    await publish(first);
    await publishAndDie(second, 'DeleteObjects', 'about.html');
    await badNight();
    await site.remove('about.html');
    const from = sandbox.calls.length;
    expect((await site.run({ verify: true, dryRun: true })).summary.failed).toBe(0);
    expect(site.writes(from)).toEqual([]);
  });

  it('is a good one where the next release has what the dead run was to delete', async () => {
    await publish(first);
    await publishAndDie(second, 'DeleteObjects', 'about.html');
    const third = { ...first, 'index.html': 'third' };
    await publishAndDie(third, 'PutEvents', 'groundskeeper');
    expect((await night()).summary.failed).toBe(0);
    expect(await site.keys()).not.toContain(lock);
    expect(await site.files()).toEqual(third);
  });

  it('changes nothing in a dry run', async () => {
    await publish(first);
    await dead();
    const from = sandbox.calls.length;
    await expect(site.run({ verify: true, dryRun: true })).rejects.toThrow('was not finished');
    expect(site.writes(from)).toEqual([]);
    expect(site.events()).toHaveLength(1);
  });

  it('leaves the site alone to a run that takes it over meanwhile', async () => {
    await publish(first);
    await dead();
    const outcomes = await Promise.allSettled([night(), night(), publish(second)]);
    expect(outcomes[2]?.status).toBe('fulfilled');
    expect(await site.files()).toEqual(second);
    expect(await site.keys()).not.toContain(lock);
  });
});

describe('where a lifecycle rule has ended the list of what a dead run was to change', () => {
  const long = 'x'.repeat(850);
  const many = Object.fromEntries(Array.from({ length: 260 }, (_, i) => [`${long}${i}.html`, 'page']));
  const lists = async () => (await site.keys()).filter((key) => key.includes('/changes/'));
  async function deadWithoutList() {
    await publishAndDie({ ...second, ...many }, 'PutObject', 'manifest.gz');
    const gone = await lists();
    expect(gone).toHaveLength(1);
    for (const key of gone) await site.remove(key);
  }
  const told = async () => {
    const { changesKey = '' } = site.events().at(-1) ?? {};
    return JSON.parse(await site.text(changesKey)) as { changed: string[] };
  };

  it('the night has forgotten all of the site', async () => {
    await publish(first);
    await deadWithoutList();
    await site.put('theirs.txt', 'by hand');
    expect(await badNight()).toContain('was not finished');
    expect((await told()).changed.toSorted()).toEqual(Object.keys(await site.files()).toSorted());
  });

  it('each night fails until a release is out, though the manifest was written', async () => {
    await publish(first);
    await publishAndDie({ ...second, ...many }, 'PutEvents', 'groundskeeper');
    for (const key of await lists()) await site.remove(key);
    expect(await badNight()).toContain('was not finished');
    expect(await badNight()).toContain('was not finished');
    expect(site.events()).toHaveLength(2);
    await publish(second, { maxDeleteShare: 1 });
    expect((await night()).summary.failed).toBe(0);
    expect(await site.keys()).not.toContain(lock);
  });

  it('the next release has so, too, corrects all headers, and deletes nothing that may be another’s', async () => {
    await publish(first);
    await deadWithoutList();
    await site.put('theirs.txt', 'by hand');
    await badNight();
    const report = await publish(second);
    expect(await site.files()).toMatchObject({ ...second, 'theirs.txt': 'by hand' });
    expect(tally(report)).toMatchObject({ 'headers headers-changed': 2, 'upload content-changed': 1 });
    expect((await told()).changed).toEqual(expect.arrayContaining(['theirs.txt', 'index.html']));
  });
});

describe('where the archive of the release that stands is gone', () => {
  beforeEach(async () => {
    await site.release('v1.zip', first);
    const { VersionId } = await site.head('v1.zip', releaseBucket);
    await site.remove('v1.zip', releaseBucket, VersionId);
  });

  it('a night looks all the same, and warns that nothing can be mended', async () => {
    const report = await night();
    expect(tally(report)).toEqual({ 'keep unchanged': 1, 'keep archive-gone': 1 });
    expect(site.log.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'release.archive-gone' }),
    );
  });

  it('a night names what differs, and fails', async () => {
    await site.put('index.html', 'defaced');
    await site.remove('about.html');
    const message = await badNight();
    expect(message).toContain('s3://site/index.html');
    expect(message).toContain('s3://site/about.html');
    expect(message).toContain('v1.zip');
  });

  it('a night fails where it cannot tell whether it is', async () => {
    sandbox.inject({
      service: 's3',
      action: 'GetObject',
      when: ({ parameters }) => JSON.stringify(parameters).includes('v1.zip'),
      effect: { kind: 'error', code: 'AccessDenied', status: 403 },
    });
    expect(await badNight()).toContain('AccessDenied');
  });
});
