import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FolderOptions, FolderSource } from '../../functions/sync-assets/sources/folder.ts';
import type { SourceEntry } from '../../functions/sync-assets/sources/source.ts';
import { md5Of, partBytes, tagOfParts, tagOfWhole } from '../../shared/sites/content-tag.ts';

let place: string;
let root: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'folder-test-'));
  root = join(place, 'public');
  mkdirSync(root);
});
afterEach(() => rmSync(place, { recursive: true }));

function put(files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

async function entriesOf(folder = root): Promise<SourceEntry[]> {
  const entries: SourceEntry[] = [];
  for await (const entry of new FolderSource(folder, '').entries()) entries.push(entry);
  return entries;
}
const pathsOf = async () => (await entriesOf()).map(({ path }) => path);

async function contentsOf(entries: readonly SourceEntry[]): Promise<Record<string, Buffer[]>> {
  const all: Record<string, Buffer[]> = {};
  for await (const { entry, content } of new FolderSource(root, '').contents(entries)) {
    all[entry.path] = [];
    if (content instanceof Uint8Array) all[entry.path]?.push(Buffer.from(content));
    else for await (const piece of content) all[entry.path]?.push(Buffer.from(piece));
  }
  return all;
}

test('a folder comes in the order of a listing: its own name sorts with its slash', async () => {
  put({
    'a/b.txt': 'x',
    'a-b.txt': 'x',
    'a.txt': 'x',
    'a0.txt': 'x',
    'index.html': 'page',
    '.well-known/x': '',
  });
  expect(await pathsOf()).toEqual(['.well-known/x', 'a-b.txt', 'a.txt', 'a/b.txt', 'a0.txt', 'index.html']);
  expect((await entriesOf()).at(-1)).toEqual({ path: 'index.html', size: 4 });
});

test('what is hardly meant to be seen is left out and told, unless all is wanted', async () => {
  const files = { '.env': '', 'a/.git-keep': '', 'node_modules/x/y.js': '', '.well-known/security.txt': '' };
  put({ ...files, 'index.html': 'page', 'node_modules.html': '' });
  symlinkSync(place, join(root, 'a/node_modules'));
  const leftOut: string[] = [];
  const paths = async (options: FolderOptions) => {
    const all: string[] = [];
    for await (const { path } of new FolderSource(root, '', options).entries()) all.push(path);
    return all;
  };
  expect(await paths({ onLeftOut: (path) => leftOut.push(path) })).toEqual([
    '.well-known/security.txt',
    'index.html',
    'node_modules.html',
  ]);
  expect(leftOut.sort()).toEqual(['.env', 'a/.git-keep', 'a/node_modules', 'node_modules/']);
  rmSync(join(root, 'a/node_modules'));
  expect(await paths({ all: true })).toEqual(
    [...Object.keys(files), 'index.html', 'node_modules.html'].sort(),
  );
});

test('its files are read, a large one in pieces', async () => {
  const large = Buffer.alloc(partBytes * 2 + 5, 'abcdefg');
  put({ 'small.txt': 'small', 'large.bin': large, empty: '' });
  const entries = await entriesOf();
  const all = await contentsOf(entries);
  expect(all['small.txt']?.toString()).toBe('small');
  expect(all['empty']).toEqual([Buffer.alloc(0)]);
  expect(all['large.bin']?.length).toBeGreaterThan(2);
  expect(Buffer.concat(all['large.bin'] ?? []).equals(large)).toBe(true);
});

test('a tag is that which S3 gives what we write', async () => {
  const large = Buffer.alloc(partBytes + 1, 'x');
  put({ small: 'small', large });
  const source = new FolderSource(root, '');
  expect(await source.tagOf({ path: 'small', size: 5 })).toBe(tagOfWhole(Buffer.from('small')));
  expect(await source.tagOf({ path: 'large', size: large.length })).toBe(
    tagOfParts([md5Of(large.subarray(0, partBytes)), md5Of(large.subarray(partBytes))]),
  );
});

test.each([10, partBytes + 10])(
  'a file of %i bytes that changes while it is read is an error',
  async (size) => {
    put({ file: Buffer.alloc(size) });
    const entries = await entriesOf();
    truncateSync(join(root, 'file'), size - 1);
    await expect(contentsOf(entries)).rejects.toThrow('"file" was changed while it was read');
    truncateSync(join(root, 'file'), size + 1);
    await expect(contentsOf(entries)).rejects.toThrow('"file" was changed while it was read');
  },
);

test('a link within the folder is what it leads to', async () => {
  put({ 'a/file.txt': 'content' });
  symlinkSync('a', join(root, 'b'));
  symlinkSync('a/file.txt', join(root, 'latest.txt'));
  expect(await pathsOf()).toEqual(['a/file.txt', 'b/file.txt', 'latest.txt']);
  const all = await contentsOf(await entriesOf());
  expect(Object.values(all).map(String)).toEqual(['content', 'content', 'content']);
});

test.each([
  ['leaves the folder', '../secret.txt'],
  ['leaves the folder', '../public-too'],
  ['leaves the folder', '/etc/hostname'],
  ['leads nowhere', 'nothing'],
  ['leads nowhere', 'link'],
  ['leads to a folder that it lies in', '.'],
  ['leads to a folder that it lies in', '..', 'a/link'],
])('a link that %s is refused: %s', async (says, target, link = 'link') => {
  writeFileSync(join(place, 'secret.txt'), 'secret');
  mkdirSync(join(place, 'public-too'));
  put({ 'a/index.html': 'page' });
  symlinkSync(target, join(root, link));
  await expect(entriesOf()).rejects.toThrow(`"${link}" ${says}`);
});

test('a folder behind two links is found once, and no circle is walked', async () => {
  put({ 'a/x/file': 'x', 'b/file': 'x' });
  symlinkSync('../../b', join(root, 'a/x/b'));
  symlinkSync('../a', join(root, 'b/a'));
  await expect(entriesOf()).rejects.toThrow('leads to a folder that it lies in');
});

test('what systems leave behind is not even looked into', async () => {
  put({ 'index.html': '', '.git/objects/a': '', '.DS_Store': '' });
  symlinkSync('/etc', join(root, '.git/outside'));
  expect(await pathsOf()).toEqual(['index.html']);
});

test('a folder that is empty, is a file or is not there is refused', async () => {
  await expect(entriesOf()).rejects.toThrow('holds no file');
  put({ file: '' });
  expect(() => new FolderSource(join(root, 'file'), '')).toThrow('is no folder');
  expect(() => new FolderSource(join(root, 'nothing'), '')).toThrow('is not there');
});

test('a name that may not be a key is refused before the first file comes', async () => {
  put({ 'a.txt': '', 'b\\c.txt': '' });
  await expect(new FolderSource(root, '').entries()[Symbol.asyncIterator]().next()).rejects.toThrow(
    'a backslash',
  );
});
