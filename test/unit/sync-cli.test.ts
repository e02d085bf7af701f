import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { readOrder, UsageError, usage } from '../../functions/sync-assets/cli-arguments.ts';
import { readable, showProgress } from '../../functions/sync-assets/cli-progress.ts';

const folder = tmpdir();

describe('an order', () => {
  it('is for the site of the plan, verified, unless it says otherwise', () => {
    expect(readOrder([folder, 'www'])).toEqual({
      folder,
      name: basename(folder),
      target: { site: 'www' },
      dryRun: false,
      verify: true,
      all: false,
      maxDeleteShare: undefined,
      stage: 'dev',
      region: undefined,
    });
    const options = ['--dry-run', '--no-verify', '--all', '--stage', 'prod', '--region', 'eu-west-1'];
    expect(readOrder([...options, folder, 'www'])).toMatchObject({
      dryRun: true,
      verify: false,
      all: true,
      stage: 'prod',
      region: 'eu-west-1',
    });
  });

  test.each([
    ['s3://site', { bucket: 'site', prefix: '' }],
    ['s3://site/', { bucket: 'site', prefix: '' }],
    ['s3://site/blog', { bucket: 'site', prefix: 'blog/' }],
    ['s3://site/a/b/', { bucket: 'site', prefix: 'a/b/' }],
  ])('may name a place: %s', (place, target) => {
    expect(readOrder([folder, place]).target).toEqual(target);
  });

  it.each([
    ['0.25', 0.25],
    ['1', 1],
  ])('may let a run delete a larger share: %s', (text, share) => {
    expect(readOrder([folder, 'www', '--max-delete-share', text]).maxDeleteShare).toBe(share);
  });

  it.each(['0', '1.1', 'all', '', '50%', 'NaN'])('refuses the share %j, and says which are taken', (text) => {
    expect(() => readOrder([folder, 'www', '--max-delete-share', text])).toThrow(
      `--max-delete-share is "${text}": expected a number above 0, and 1 at most`,
    );
  });

  it('says of a misspelt option which it is, and which there are', () => {
    expect(() => readOrder([folder, 'www', '--dryrun'])).toThrow(
      new UsageError(`Unknown option '--dryrun'\n${usage}`),
    );
  });

  it.each([
    [[]],
    [[folder]],
    [[folder, 'www', 'more']],
    [['/no/such/folder', 'www']],
    [[folder, 'https://site']],
    [[folder, 's3://']],
    [[folder, 'www', '--delete']],
    [[folder, 'www', '--stage', 'a b']],
  ])('is refused where it is not clear: %j', (args) => {
    expect(() => readOrder(args)).toThrow(UsageError);
  });
});

function aScreen(isTTY: boolean) {
  const written: string[] = [];
  const time = { now: 0 };
  const screen = { isTTY, columns: 80, write: (text: string) => written.push(text) };
  return { written, time, progress: showProgress(screen, () => time.now) };
}

const upload = { resource: 's3://site/a', decision: 'upload', reason: 'new', detail: '5 bytes' };

describe('without a terminal', () => {
  it('there is a line a file, several at once', () => {
    const { written, progress } = aScreen(false);
    for (let i = 0; i < 3; i += 1) progress.log.info('resource.done', upload);
    expect(written).toEqual(['upload s3://site/a (new; 5 bytes)\n']);
    progress.end();
    expect(written.join('')).toBe('upload s3://site/a (new; 5 bytes)\n'.repeat(3));
  });

  it('what stays is not told, what fails is, and why', () => {
    const { written, progress } = aScreen(false);
    progress.log.debug('resource.kept', upload);
    progress.log.error('resource.failed', { ...upload, error: { name: 'AccessDenied', message: 'No' } });
    progress.end();
    expect(written).toEqual(['failed: upload s3://site/a (new; 5 bytes; No)\n']);
  });
});

describe('on a terminal', () => {
  it('a bar shows how far it is, and goes away', () => {
    const { written, time, progress } = aScreen(true);
    progress.watch.planned({ uploads: 2, headers: 0, deletes: 0, bytes: 2_000_000 });
    expect(written.at(-1)).toContain(' 0 %  0 of 2 files, 0 bytes of 2.0 MB');
    time.now = 1_000;
    progress.watch.settled(1_000_000);
    progress.log.info('resource.done', upload);
    expect(written.at(-1)).toMatch(/\[#+ +\] 50 % {2}1 of 2 files, 1\.0 MB of 2\.0 MB$/);
    progress.end();
    expect(written.at(-1)).toBe('\r\x1b[K');
  });

  it('the bar is not drawn for each file', () => {
    const { written, progress } = aScreen(true);
    progress.watch.planned({ uploads: 1_000, headers: 0, deletes: 0, bytes: 0 });
    for (let i = 0; i < 1_000; i += 1) progress.watch.settled(0);
    expect(written).toHaveLength(1);
  });
});

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1_000, '1.0 kB'],
  [52_349_123, '52.3 MB'],
  [3e15, '3000.0 TB'],
])('%d is readable', (bytes, text) => {
  expect(readable(bytes)).toBe(text);
});
