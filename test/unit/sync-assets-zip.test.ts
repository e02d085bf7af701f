import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { Zip, ZipDeflate, ZipPassThrough, type Zippable, zipSync } from 'fflate';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openArchive } from '../../functions/sync-assets/sources/open.ts';
import { ArchiveReplacedError, SourceError } from '../../functions/sync-assets/sources/source-error.ts';
import { md5Of, partBytes, tagOfParts, tagOfWhole } from '../../shared/sites/content-tag.ts';
import { compareKeys } from '../../shared/sites/keys.ts';
import { type LocalS3, startLocalS3 } from './local-s3.ts';
import { anyFiles, contentsOf, entriesOf, readBack } from './releases.ts';

let s3: LocalS3;
beforeAll(async () => {
  s3 = await startLocalS3();
});
beforeEach(() => s3.server.forgetTraffic());
afterAll(() => s3.server.close());

const open = async (etag?: string) => openArchive(s3.place, { bucket: 'releases', key: 'www.zip', etag }, '');

async function opened(zip: Uint8Array) {
  await s3.put('www.zip', zip);
  return (await open()).source;
}

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const aZip = (files: Zippable = { 'index.html': bytes('page'), 'a/app.js': bytes('code') }) => zipSync(files);

/** The zip with some bytes of its directory's records changed. */
function patched(zip: Uint8Array, change: (record: Buffer, path: string) => void): Buffer {
  const copy = Buffer.from(zip);
  let at = copy.readUInt32LE(copy.length - 22 + 16);
  while (copy.readUInt32LE(at) === 0x02014b50) {
    const length = 46 + copy.readUInt16LE(at + 28) + copy.readUInt16LE(at + 30) + copy.readUInt16LE(at + 32);
    const record = copy.subarray(at, at + length);
    change(record, record.toString('utf8', 46, 46 + record.readUInt16LE(28)));
    at += length;
  }
  return copy;
}

test('any zip reads back as it was written, in the order of a listing', async () => {
  const levels = fc.constantFrom(0, 1, 6, 9);
  await fc.assert(
    fc.asyncProperty(anyFiles, levels, async (files, level) => {
      const zip = zipSync(Object.fromEntries(files.map(({ path, content }) => [path, content])), {
        level: level as 0,
      });
      const source = await opened(zip);
      const entries = await entriesOf(source);
      const sorted = files.toSorted((a, b) => compareKeys(a.path, b.path));
      expect(entries).toEqual(
        sorted.map(({ path, content }) => ({ path, size: content.length, crc32: crc32(content) })),
      );
      const contents = await contentsOf(source, entries);
      for (const { path, content } of files) expect(contents.get(path)).toEqual(Buffer.from(content));
      expect(contents.size).toBe(files.length);
    }),
    { numRuns: 30 },
  );
});

test('a small archive costs one request, and one for its contents', async () => {
  const source = await opened(aZip());
  s3.server.forgetTraffic();
  expect(await readBack((await open()).source)).toEqual({ 'index.html': 'page', 'a/app.js': 'code' });
  expect(s3.server.traffic.byAction).toEqual({ GetObject: 2 });
  await source.close();
});

test('of 5,000 files only the 50 that are wanted are read, and the directory once', async () => {
  const files: Zippable = {};
  for (let i = 0; i < 5000; i += 1) {
    files[`assets/section-${i % 40}/file-${i}.js`] = [randomBytes(600 + (i % 9000)), { level: 0 }];
  }
  const zip = Buffer.from(zipSync(files));
  const directory = zip.length - zip.readUInt32LE(zip.length - 22 + 16);
  await s3.put('www.zip', zip);
  s3.server.forgetTraffic();
  const { source } = await open();
  const wanted = (await entriesOf(source)).filter((_, i) => i % 100 === 7);
  const afterDirectory = { ...s3.server.traffic };
  expect(afterDirectory.requests).toBe(2);
  expect(afterDirectory.bytesOut).toBeLessThan(directory + 10);
  const contents = await contentsOf(source, wanted);
  expect(contents.size).toBe(50);
  for (const { path, size, crc32: checksum } of wanted) {
    expect([contents.get(path)?.length, crc32(contents.get(path) ?? '')]).toEqual([size, checksum]);
  }
  const packed = wanted.reduce((sum, { size }) => sum + size, 0);
  expect(s3.server.traffic.requests).toBeLessThanOrEqual(2 + 50);
  expect(s3.server.traffic.bytesOut).toBeLessThan(directory + 1.5 * packed);
});

test('what lies together is read at once', async () => {
  const files: Zippable = {};
  for (let i = 0; i < 1000; i += 1) files[`file-${i}`] = [randomBytes(1000), { level: 0 }];
  const source = await opened(zipSync(files));
  const entries = await entriesOf(source);
  s3.server.forgetTraffic();
  expect((await contentsOf(source, entries)).size).toBe(1000);
  expect(s3.server.traffic.requests).toBe(1);
});

test.each([0, 6] as const)('a file larger than a part comes in pieces (level %i)', async (level) => {
  const large = Buffer.concat([randomBytes(1e5), Buffer.alloc(partBytes, 'x'), randomBytes(5)]);
  const source = await opened(zipSync({ 'a.txt': bytes('small'), 'large.bin': [large, { level }] }));
  const entries = await entriesOf(source);
  for await (const { entry, content } of source.contents(entries)) {
    expect([entry.path, content instanceof Uint8Array]).toEqual([entry.path, entry.path === 'a.txt']);
    if (!(content instanceof Uint8Array))
      for await (const piece of content) expect(piece.length).toBeGreaterThan(0);
  }
  expect((await contentsOf(source, entries)).get('large.bin')?.equals(large)).toBe(true);
  const parts = [0, partBytes].map((at) => md5Of(large.subarray(at, at + partBytes)));
  expect(await source.tagOf({ path: 'large.bin', size: large.length })).toBe(tagOfParts(parts));
  expect(await source.tagOf({ path: 'a.txt', size: 5 })).toBe(tagOfWhole(bytes('small')));
});

test('an archive that was written as a stream says its sizes behind the data', async () => {
  const pieces: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    pieces.push(piece);
  });
  for (const file of [new ZipDeflate('a.js', { level: 9 }), new ZipPassThrough('b.js')]) {
    zip.add(file);
    file.push(bytes(`content of ${file.filename}`), true);
  }
  zip.end();
  expect(await readBack(await opened(Buffer.concat(pieces)))).toEqual({
    'a.js': 'content of a.js',
    'b.js': 'content of b.js',
  });
});

test('a zip64 archive is read by its large numbers', async () => {
  const zip = patched(
    zipSync({ 'a.js': [bytes('content'), { level: 0, extra: { 1: new Uint8Array(24) } }] }),
    (record) => {
      const extra = record.subarray(46 + 4 + 4);
      for (const [at, field] of [
        [0, 24],
        [8, 20],
        [16, 42],
      ] as const) {
        extra.writeBigUInt64LE(BigInt(record.readUInt32LE(field)), at);
        record.writeUInt32LE(0xffffffff, field);
      }
    },
  );
  const end = zip.subarray(-22);
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(1n, 24);
  record.writeBigUInt64LE(1n, 32);
  record.writeBigUInt64LE(BigInt(end.readUInt32LE(12)), 40);
  record.writeBigUInt64LE(BigInt(end.readUInt32LE(16)), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(zip.length - 22), 8);
  locator.writeUInt32LE(1, 16);
  end.fill(0xff, 8, 20);
  const source = await opened(Buffer.concat([zip.subarray(0, -22), record, locator, end]));
  expect(await readBack(source)).toEqual({ 'a.js': 'content' });
});

test('names are UTF-8 where they can be, said or not', async () => {
  const zip = patched(aZip({ 'é/日本.txt': bytes('x') }), (record) => {
    record.writeUInt16LE(record.readUInt16LE(8) & ~0x800, 8);
  });
  expect(await readBack(await opened(zip))).toEqual({ 'é/日本.txt': 'x' });
});

test('folders and what systems leave behind are left out, and "./" before names', async () => {
  const source = await opened(
    aZip({
      './': new Uint8Array(),
      './index.html': bytes('page'),
      './a/': new Uint8Array(),
      '__MACOSX/._index.html': bytes('junk'),
      '.DS_Store': bytes('junk'),
    }),
  );
  expect(await readBack(source)).toEqual({ 'index.html': 'page' });
});

describe('before the first file comes it is refused', () => {
  const refused = async (zip: Uint8Array, says: string) => {
    const source = await opened(zip);
    const first = source.entries()[Symbol.asyncIterator]().next();
    await expect(first).rejects.toThrow(says);
    await expect(first).rejects.toThrow('s3://releases/www.zip');
    await expect(first).rejects.toBeInstanceOf(SourceError);
  };

  test.each(['../secret', '/etc/passwd', 'a/../../b', 'a\\b', 'a\u0001', '.groundskeeper/lock.json'])(
    'for a path such as %j',
    async (path) => {
      await refused(aZip({ 'a.txt': bytes('a'), [path]: bytes('x') }), 's3://releases/www.zip: "');
    },
  );

  test('for a symbolic link', async () => {
    const link = [bytes('/etc/passwd'), { os: 3, attrs: (0o120777 << 16) >>> 0 }] as const;
    await refused(aZip({ 'a.txt': bytes('a'), link: [...link] }), '"link" is a symbolic link');
  });

  test('for a file that is encrypted', async () => {
    await refused(
      patched(aZip(), (record) => record.writeUInt16LE(1, 8)),
      'is encrypted',
    );
  });

  test('for a method that it does not know', async () => {
    await refused(
      patched(aZip(), (record) => record.writeUInt16LE(12, 10)),
      'packed by method 12',
    );
  });

  test('for two files of one name', async () => {
    const zip = patched(aZip({ 'a.txt': bytes('1'), 'b.txt': bytes('2') }), (record) =>
      record.write('a', 46),
    );
    await refused(zip, '"a.txt" twice');
  });

  test('for files that share bytes', async () => {
    await refused(
      patched(aZip(), (record) => record.writeUInt32LE(0, 42)),
      'overlaps another file',
    );
  });

  test('for a bomb', async () => {
    const zip = patched(aZip(), (record) => record.writeUInt32LE(0x20000000, 24));
    await refused(zip, 'archive bomb');
  });

  test('for more files than it says', async () => {
    const zip = Buffer.from(aZip());
    zip.writeUInt16LE(1, zip.length - 22 + 10);
    await refused(zip, 'more files than it says');
  });

  test('for having none', async () => {
    await refused(aZip({}), 'holds no file');
  });

  test.each([
    ['cut short', (zip: Uint8Array) => zip.subarray(0, zip.length - 30)],
    ['no zip', () => randomBytes(100_000)],
    ['of a few bytes', () => bytes('PK')],
    ['cut at its start', (zip: Uint8Array) => zip.subarray(20)],
  ])('for being %s', async (_, damage) => {
    await refused(damage(aZip()), 's3://releases/www.zip');
  });
});

describe('while it is read', () => {
  const read = async (zip: Uint8Array) => {
    const source = await opened(zip);
    return contentsOf(source, await entriesOf(source));
  };

  test('a file that is not what the directory says is an error', async () => {
    await expect(read(patched(aZip(), (record) => record.writeUInt32LE(7, 16)))).rejects.toThrow(
      'its checksum',
    );
  });

  test('one that unpacks to more than the directory says is stopped', async () => {
    const zip = aZip({ a: [Buffer.alloc(1e6), { level: 9 }] });
    await expect(read(patched(zip, (record) => record.writeUInt32LE(500, 24)))).rejects.toThrow(
      '"a" is damaged',
    );
    const large = aZip({ a: [Buffer.alloc(partBytes + 1e5), { level: 9 }] });
    await expect(read(patched(large, (record) => record.writeUInt32LE(partBytes + 1, 24)))).rejects.toThrow(
      'longer than the archive says',
    );
  });

  test('one that unpacks to less is an error', async () => {
    const zip = aZip({ a: [Buffer.alloc(1e6), { level: 9 }] });
    await expect(read(patched(zip, (record) => record.writeUInt32LE(1e6 + 1, 24)))).rejects.toThrow(
      'has 1000000 bytes',
    );
    const large = aZip({ a: [Buffer.alloc(partBytes + 5), { level: 9 }] });
    await expect(read(patched(large, (record) => record.writeUInt32LE(partBytes + 6, 24)))).rejects.toThrow(
      `has ${partBytes + 5} bytes`,
    );
  });

  test.each([1e5, partBytes + 1])(
    'one of %i bytes whose packed bytes are damaged is an error',
    async (size) => {
      const zip = Buffer.from(aZip({ a: [Buffer.alloc(size, randomBytes(5000)), { level: 9 }] }));
      zip.fill(0xff, 2000, 3000);
      await expect(read(zip)).rejects.toThrow('"a" is damaged');
    },
  );

  test('another archive under the same name is an error', async () => {
    const source = await opened(aZip());
    const entries = await entriesOf(source);
    await s3.put('www.zip', aZip({ 'index.html': bytes('others') }));
    await expect(contentsOf(source, entries)).rejects.toBeInstanceOf(ArchiveReplacedError);
    await expect(source.tagOf({ path: 'index.html', size: 4 })).rejects.toThrow('was uploaded anew');
  });
});

describe('an archive', () => {
  test('says which one is read', async () => {
    await opened(aZip());
    const { archive } = await open();
    expect(archive).toMatchObject({ bucket: 'releases', key: 'www.zip' });
    expect(archive.etag).toMatch(/^[0-9a-f]{32}$/);
    expect((await open(archive.etag)).archive.etag).toBe(archive.etag);
    expect(Math.abs(archive.uploadedAt.getTime() - Date.now())).toBeLessThan(60_000);
  });

  test('that is another than the one asked for is not read', async () => {
    await opened(aZip());
    await expect(open('0'.repeat(32))).rejects.toBeInstanceOf(ArchiveReplacedError);
  });

  test('that is not there, or empty, is an error', async () => {
    const other = openArchive(s3.place, { bucket: 'releases', key: 'other.zip' }, '');
    await expect(other).rejects.toThrow('s3://releases/other.zip is not there');
    await s3.put('www.zip', '');
    await expect(open()).rejects.toThrow('or empty');
  });
});
