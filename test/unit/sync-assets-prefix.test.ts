import { randomBytes } from 'node:crypto';
import pMap from 'p-map';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openPrefix } from '../../functions/sync-assets/sources/open.ts';
import { partBytes, tagOfWhole } from '../../shared/sites/content-tag.ts';
import { type LocalS3, startLocalS3 } from './local-s3.ts';
import { contentsOf, entriesOf, readBack } from './releases.ts';

let s3: LocalS3;
beforeAll(async () => {
  s3 = await startLocalS3();
});
beforeEach(async () => {
  s3.server.s3.makeBucket('releases', { isVersioned: false, hasKms: false });
});
afterAll(() => s3.server.close());

const site = { bucket: 'www-site', prefix: '' };
const source = (prefix = 'build/') => openPrefix(s3.place, { bucket: 'releases', prefix }, site);

test('the objects of a prefix are the files, with the tags that S3 gave them', async () => {
  await s3.put('build/index.html', 'page');
  await s3.put('build/a/app.js', 'code');
  await s3.put('other/index.html', 'other');
  expect(await entriesOf(source())).toEqual([
    { path: 'a/app.js', size: 4, etag: tagOfWhole(Buffer.from('code')) },
    { path: 'index.html', size: 4, etag: tagOfWhole(Buffer.from('page')) },
  ]);
  expect(await readBack(source())).toEqual({ 'a/app.js': 'code', 'index.html': 'page' });
  expect(await source().tagOf({ path: 'index.html', size: 4, etag: tagOfWhole(Buffer.from('page')) })).toBe(
    tagOfWhole(Buffer.from('page')),
  );
});

test('more than a page of them come in order', async () => {
  const numbers = Array.from({ length: 1203 }, (_, i) => (i * 7919) % 1203);
  await pMap(numbers, (i) => s3.put(`build/${i}`, 'x'), { concurrency: 16 });
  const paths = (await entriesOf(source())).map(({ path }) => path);
  expect(paths).toEqual(Array.from({ length: 1203 }, (_, i) => String(i)).sort());
});

test('S3 can copy them itself', async () => {
  await s3.put('build/a', 'content');
  const [entry] = await entriesOf(source());
  const etag = tagOfWhole(Buffer.from('content'));
  expect(entry && source().objectOf?.(entry)).toEqual({ bucket: 'releases', key: 'build/a', etag });
});

test('markers of folders are no files, and what Groundskeeper keeps beside a site is not copied', async () => {
  await s3.put('build/', '');
  await s3.put('build/a/', '');
  await s3.put('build/a/b', 'x');
  await s3.put('build/.groundskeeper/manifest.gz', 'x');
  expect((await entriesOf(source())).map(({ path }) => path)).toEqual(['a/b']);
});

test('an object that was changed meanwhile is an error', async () => {
  await s3.put('build/a', 'content');
  const entries = await entriesOf(source());
  await s3.put('build/a', 'others!');
  await expect(contentsOf(source(), entries)).rejects.toThrow('s3://releases/build/a was uploaded anew');
});

test('a large one comes in pieces', async () => {
  const large = randomBytes(partBytes + 7);
  await s3.put('build/large', large);
  await s3.put('build/small', 'x');
  const contents = await contentsOf(source(), await entriesOf(source()));
  expect(contents.get('large')?.equals(large)).toBe(true);
  expect(contents.get('small')?.toString()).toBe('x');
});

test('a prefix without any object, or with a key that is no path, is refused', async () => {
  await expect(entriesOf(source())).rejects.toThrow('s3://releases/build/ holds no file');
  await s3.put('build/a', 'x');
  await s3.put('build/a\\b', 'x');
  await expect(entriesOf(source())).rejects.toThrow('a backslash');
});

test('a bucket that is not there is an error, and not an empty release', async () => {
  const nowhere = openPrefix(s3.place, { bucket: 'nowhere', prefix: '' }, site);
  await expect(entriesOf(nowhere)).rejects.toThrow('bucket');
});

test.each([
  ['', ''],
  ['', 'blog/'],
  ['blog/', ''],
  ['blog/', 'blog/'],
])('a site is not copied into itself: from "%s" to "%s"', (from, to) => {
  const open = () => openPrefix(s3.place, { bucket: 'b', prefix: from }, { bucket: 'b', prefix: to });
  expect(open).toThrow('overlap');
});
