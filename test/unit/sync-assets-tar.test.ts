import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { crc32, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type Header, pack } from 'tar-stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openArchive } from '../../functions/sync-assets/sources/open.ts';
import type { Source } from '../../functions/sync-assets/sources/source.ts';
import { SourceError } from '../../functions/sync-assets/sources/source-error.ts';
import { md5Of, partBytes, tagOfParts, tagOfWhole } from '../../shared/sites/content-tag.ts';
import { compareKeys } from '../../shared/sites/keys.ts';
import { type LocalS3, startLocalS3 } from './local-s3.ts';
import { anyFiles, contentsOf, entriesOf, readBack } from './releases.ts';

let s3: LocalS3;
const sources: Source[] = [];
beforeAll(async () => {
  s3 = await startLocalS3();
});
beforeEach(() => s3.server.forgetTraffic());
afterAll(() => s3.server.close());

async function opened(archive: Uint8Array): Promise<Source> {
  await s3.put('www.tar.gz', archive);
  const { source } = await openArchive(s3.place, { bucket: 'releases', key: 'www.tar.gz' }, '');
  sources.push(source);
  return source;
}

/** As `tar` writes it, not yet packed. */
async function aTar(
  files: readonly (Partial<Header> & { name: string; content?: string | Uint8Array })[],
): Promise<Buffer> {
  const tar = pack();
  for (const { content = '', ...header } of files) tar.entry(header as Header, Buffer.from(content));
  tar.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of tar) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

const aTarball = async (...[files]: Parameters<typeof aTar>) => gzipSync(await aTar(files));

const temporaries = () => readdirSync(tmpdir()).filter((name) => name.startsWith('release-'));

test('any tar.gz reads back as it was written, in the order of a listing', async () => {
  await fc.assert(
    fc.asyncProperty(anyFiles, async (files) => {
      const source = await opened(
        await aTarball(files.map(({ path, content }) => ({ name: path, content }))),
      );
      const entries = await entriesOf(source);
      const sorted = files.toSorted((a, b) => compareKeys(a.path, b.path));
      expect(entries).toEqual(
        sorted.map(({ path, content }) => ({ path, size: content.length, crc32: crc32(content) })),
      );
      const contents = await contentsOf(source, entries);
      for (const { path, content } of files) expect(contents.get(path)).toEqual(Buffer.from(content));
      await source.close();
    }),
    { numRuns: 30 },
  );
});

test('it is read once, and its temporary file is gone after it', async () => {
  const before = temporaries();
  const source = await opened(
    await aTarball([
      { name: 'b', content: '1' },
      { name: 'a', content: '2' },
    ]),
  );
  s3.server.forgetTraffic();
  expect(await readBack(source)).toEqual({ a: '2', b: '1' });
  expect(await readBack(source)).toEqual({ a: '2', b: '1' });
  expect(s3.server.traffic.requests).toBe(0);
  expect(temporaries()).toHaveLength(before.length + 1);
  await source.close();
  expect(temporaries()).toEqual(before);
});

test('a large one is read in pieces', async () => {
  const large = randomBytes(partBytes + 12_345);
  const source = await opened(
    await aTarball([
      { name: 'small', content: 'x' },
      { name: 'large', content: large },
    ]),
  );
  expect((await contentsOf(source, await entriesOf(source))).get('large')?.equals(large)).toBe(true);
  const parts = [large.subarray(0, partBytes), large.subarray(partBytes)].map(md5Of);
  expect(await source.tagOf({ path: 'large', size: large.length })).toBe(tagOfParts(parts));
  expect(await source.tagOf({ path: 'small', size: 1 })).toBe(tagOfWhole(Buffer.from('x')));
  await source.close();
});

test('as `tar -C public .` writes it: folders, and "./" before names', async () => {
  const source = await opened(
    await aTarball([
      { name: './', type: 'directory' },
      { name: './index.html', content: 'page' },
      { name: './a', type: 'directory' },
      { name: './a/._b', content: 'junk' },
      { name: `./a/${'long'.repeat(60)}`, content: 'x' },
    ]),
  );
  expect(await readBack(source)).toEqual({ 'index.html': 'page', [`a/${'long'.repeat(60)}`]: 'x' });
  await source.close();
});

describe('before the first file comes it is refused', () => {
  const refused = async (archive: Uint8Array, says: string) => {
    const before = temporaries();
    const source = await opened(archive);
    const first = source.entries()[Symbol.asyncIterator]().next();
    await expect(first).rejects.toThrow(says);
    await expect(first).rejects.toThrow('s3://releases/www.tar.gz');
    await expect(first).rejects.toBeInstanceOf(SourceError);
    await source.close();
    expect(temporaries()).toEqual(before);
  };
  const index = { name: 'index.html', content: 'page' };

  test.each(['../secret', '/etc/passwd', 'a/../../b', 'a\\b', '.groundskeeper/lock.json'])(
    'for a path such as %j',
    async (name) => {
      await refused(await aTarball([index, { name, content: 'x' }]), 's3://releases/www.tar.gz: "');
    },
  );

  test.each([
    ['symlink', 'is a symbolic link'],
    ['link', 'is a hard link'],
    ['fifo', 'but fifo'],
    ['character-device', 'but character-device'],
  ] as const)('for a %s', async (type, says) => {
    await refused(
      await aTarball([index, { name: 'x', type, linkname: 'index.html' }]),
      `"x" ${says}`.replace('but', 'is neither a file nor a folder, but'),
    );
  });

  test('for two files of one name', async () => {
    await refused(await aTarball([index, { name: './index.html' }]), '"index.html" twice');
  });

  test('for having none', async () => {
    await refused(await aTarball([{ name: 'a/', type: 'directory' }]), 'holds no file');
  });

  test('for a bomb', async () => {
    const zeros = { content: Buffer.alloc(14e6) };
    await refused(
      await aTarball([1, 2, 3, 4, 5].map((i) => ({ ...zeros, name: `file-${i}` }))),
      'archive bomb',
    );
  });

  test.each([
    ['cut short', (tarball: Buffer) => tarball.subarray(0, -100)],
    ['without its checksum', (tarball: Buffer) => tarball.subarray(0, -8)],
    ['no gzip', () => randomBytes(5000)],
    ['no tar', () => gzipSync(randomBytes(5000))],
    ['damaged', (tarball: Buffer) => Buffer.from(tarball).fill(0x55, 5000, 5100)],
  ])('for being %s', async (_, damage) => {
    const tarball = await aTarball([index, { name: 'random', content: randomBytes(20_000) }]);
    await refused(damage(tarball), 'is damaged');
  });

  test.each([
    ['between two files', 512 + 512],
    ['within a file', 512 + 512 + 512 + 100],
    ['within the end', -1025],
  ])('for a tar that was cut %s before it was packed', async (_, at) => {
    const tar = await aTar([index, { name: 'random', content: randomBytes(20_000) }]);
    await refused(gzipSync(tar.subarray(0, at)), 's3://releases/www.tar.gz');
  });
});
