import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ManifestHead, ManifestRow } from '../../shared/sites/manifest.ts';
import { ManifestError, openManifest, packManifest } from '../../shared/sites/manifest-file.ts';

const head: ManifestHead = {
  version: 1,
  site: 'www',
  publication: 2,
  history: [
    {
      id: 'r/a.zip@1',
      name: 'a',
      archive: { bucket: 'r', key: 'a.zip', etag: '1', versionId: 'v' },
      uploadedAt: '2026-11-21T02:00:00.000Z',
      publishedAt: '2026-11-21T02:01:00.000Z',
      publication: 2,
    },
  ],
  current: 'r/a.zip@1',
};
const aRow = (key: string): ManifestRow => ({
  key,
  size: 1,
  tag: 't',
  crc32: undefined,
  etag: 't',
  headers: 'h',
  seen: 2,
});

const rowsIn = async (packed: Uint8Array): Promise<ManifestRow[]> => {
  const rows: ManifestRow[] = [];
  for await (const row of (await openManifest(packed, 'here')).rows()) rows.push(row);
  return rows;
};
const without = (packed: Buffer, line: number): Buffer =>
  gzipSync(gunzipSync(packed).toString().split('\n').toSpliced(line, 1).join('\n'));

describe('a manifest', () => {
  it('is read as it was written', async () => {
    const row = fc.record(
      {
        key: fc.string({ unit: 'grapheme' }),
        size: fc.nat(),
        tag: fc.string(),
        crc32: fc.option(fc.nat(), { nil: undefined }),
        etag: fc.string(),
        headers: fc.string(),
        seen: fc.nat(),
        goneSince: fc.string(),
      },
      { requiredKeys: ['key', 'size', 'tag', 'crc32', 'etag', 'headers', 'seen'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row), async (rows) => {
        const packed = await packManifest(head, rows as ManifestRow[]);
        expect((await openManifest(packed, 'here')).head).toEqual(head);
        expect(await rowsIn(packed)).toEqual(rows);
      }),
      { numRuns: 50 },
    );
  });

  it('may be read twice', async () => {
    const manifest = await openManifest(await packManifest(head, [aRow('a')]), 'here');
    for (let times = 0; times < 2; times += 1) {
      const keys: string[] = [];
      for await (const { key } of manifest.rows()) keys.push(key);
      expect(keys).toEqual(['a']);
    }
  });

  it('is refused where a row is missing, the end is, or it is cut off', async () => {
    const packed = await packManifest(head, [aRow('a'), aRow('b')]);
    await expect(rowsIn(without(packed, 1))).rejects.toThrow(ManifestError);
    await expect(rowsIn(without(packed, 3))).rejects.toThrow(ManifestError);
    const broken = gzipSync(gunzipSync(packed).toString().replace('["a"', '["a'));
    await expect(rowsIn(broken)).rejects.toThrow(ManifestError);
    const large = await packManifest(
      head,
      Array.from({ length: 5_000 }, (_, i) => aRow(`${i}-${Math.random()}`)),
    );
    await expect(rowsIn(large.subarray(0, large.length / 2))).rejects.toThrow(ManifestError);
  });

  it('is refused wherever it is cut off', async () => {
    const packed = await packManifest(head, [aRow('a'), aRow('b\n\u{1f600}')]);
    for (let length = 0; length < packed.length; length += 1) {
      await expect(rowsIn(packed.subarray(0, length))).rejects.toThrow(ManifestError);
    }
  });

  it('is refused where a bit of it is another, or says the same', async () => {
    const packed = await packManifest(head, [aRow('a'), aRow('b')]);
    const rows = await rowsIn(packed);
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(packed.length - 1), fc.nat(7), async (at, bit) => {
        const other = Buffer.from(packed);
        other[at] = (other[at] ?? 0) ^ (1 << bit);
        const read = await rowsIn(other).catch((error: unknown) => error);
        // Of gzip's header, and of what fills the last byte before its checksum, not all bits matter.
        if (read instanceof ManifestError) refused += 1;
        else expect(read).toEqual(rows);
      }),
    );
    expect(refused).toBeGreaterThan(50);
  });

  it.each([
    ['of another version', gzipSync(JSON.stringify({ ...head, version: 2 }))],
    ['that is no JSON', gzipSync('hello')],
    ['that is not packed', Buffer.from('hello')],
    ['that is empty', Buffer.alloc(0)],
  ])('is refused %s', async (_, packed) => {
    await expect(openManifest(packed, 's3://here')).rejects.toThrow(/^s3:\/\/here .*delete it and publish/s);
  });
});
