import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EntryTable } from '../../functions/sync-assets/sources/entry-table.ts';
import { checkAmount, mostEntries } from '../../functions/sync-assets/sources/limits.ts';
import { rangesOf } from '../../functions/sync-assets/sources/zip-spans.ts';
import { compareKeys } from '../../shared/sites/keys.ts';

const tableOf = (paths: readonly string[], prefix = ''): EntryTable => {
  const table = new EntryTable('the release', prefix);
  for (const path of paths) table.add(path, path.length);
  table.seal();
  return table;
};
const pathsOf = (table: EntryTable) => [...table.rows()].map((row) => table.pathOf(row));

describe('a path', () => {
  test.each([
    ['/etc/passwd', 'is absolute'],
    ['C:/windows', 'is absolute'],
    ['../secret', '"." or ".."'],
    ['a/../../secret', '"." or ".."'],
    ['a/..', '"." or ".."'],
    ['./a', '"." or ".."'],
    ['a/./b', '"." or ".."'],
    ['a//b', 'an empty name'],
    ['', 'an empty name'],
    ['a\\b', 'a backslash'],
    ['..\\secret', 'a backslash'],
    ['a\nb', 'a control character'],
    ['a\u0000', 'a control character'],
    ['a\u0085b', 'a control character'],
    ['a\u2028b', 'a control character'],
    ['a\ufffdb', 'is not written in UTF-8'],
    ['a\ud800b', 'is not written in UTF-8'],
    ['.groundskeeper/manifest.gz', 'where Groundskeeper keeps'],
    ['blog/.groundskeeper/lock.json', 'where Groundskeeper keeps'],
    ['a'.repeat(1025), 'longer than S3 takes'],
    ['é'.repeat(513), 'longer than S3 takes'],
  ])('%j is refused: it %s', (path, says) => {
    expect(() => tableOf(['fine', path])).toThrow(says);
    expect(() => tableOf(['fine', path])).toThrow('the release');
  });

  test.each([
    'a',
    '.well-known/a',
    '..a',
    'a..b/c',
    'a b',
    '日本/é',
    '😀',
    'a'.repeat(1024),
    '.groundskeeper',
  ])('%j is one', (path) => {
    expect(pathsOf(tableOf([path]))).toEqual([path]);
  });

  test("has the site's prefix before it in S3's limit", () => {
    expect(() => tableOf(['a'.repeat(1020)], 'blog/')).toThrow('with the site');
    expect(pathsOf(tableOf(['a'.repeat(1019)], 'blog/'))).toHaveLength(1);
  });

  test.each([
    '__MACOSX/._a',
    'a/.DS_Store',
    '._a',
    'Thumbs.db',
    '.git/config',
    'a/.svn/entries',
    'desktop.ini',
  ])('%s is left out: no one means to publish it', (path) => {
    expect(pathsOf(tableOf(['.gitignore', path]))).toEqual(['.gitignore']);
  });

  test('of a folder is left out, but not that of a file that pretends to be one', () => {
    const table = new EntryTable('the release', '');
    expect(table.add('a/', 0)).toBeUndefined();
    expect(() => table.add('a/', 1)).toThrow('an empty name');
    expect(() => table.add('../', 0)).toThrow('"." or ".."');
  });
});

const anyPaths = fc.uniqueArray(
  fc
    .array(
      fc.string({
        unit: fc.constantFrom('a', 'b', '-', '.x', '0', 'é', '日', '\uffee', '😀', '\u{10ffff}'),
        minLength: 1,
        maxLength: 4,
      }),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((names) => names.join('/')),
  { minLength: 1, maxLength: 60 },
);

describe('the files of a release', () => {
  test("come in the order of S3's listing, whatever order they were found in", () => {
    fc.assert(
      fc.property(anyPaths, (paths) => {
        const table = tableOf(paths);
        expect(pathsOf(table)).toEqual(paths.toSorted(compareKeys));
        for (const path of paths) {
          const row = table.find(path);
          expect([table.pathOf(row), table.sizeOf(row)]).toEqual([path, path.length]);
        }
      }),
    );
  });

  test('are none that are not there', () => {
    expect(() => tableOf(['a', 'c']).find('b')).toThrow('b is no file of the release');
    expect(() => tableOf(['a', 'c']).find('')).toThrow(TypeError);
    expect(() => tableOf(['a', 'c']).find('d')).toThrow(TypeError);
  });

  test('may not be none', () => {
    expect(() => tableOf([])).toThrow('holds no file');
    expect(() => tableOf(['.DS_Store'])).toThrow('holds no file');
  });

  test('may not hold one twice', () => {
    expect(() => tableOf(['b', 'a', 'b'])).toThrow('"b" twice');
  });

  test.each([
    ['caf\u00e9', 'cafe\u0301'],
    ['cafe\u0301', 'caf\u00e9'],
    ['e\u0323\u0302', '\u1eb9\u0302'],
  ])('may not hold two whose names look the same', (one, other) => {
    expect(() => tableOf(['a', one, other])).toThrow('look the same');
    expect(pathsOf(tableOf(['a', one]))).toHaveLength(2);
  });

  test('take little memory: 100,000 of them some 10 MB', () => {
    const before = process.memoryUsage();
    const table = new EntryTable('the release', '');
    for (let i = 0; i < 100_000; i += 1) table.add(`assets/section-${i % 100}/page-${i}-8f3a1b2c.js`, i);
    table.seal();
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(20e6);
    expect(table.sizeOf(table.find('assets/section-99/page-99999-8f3a1b2c.js'))).toBe(99_999);
  });
});

describe('a release is refused', () => {
  test('with too many files', () => {
    expect(() => checkAmount('it', { entries: mostEntries + 1, bytes: 0 })).toThrow('more than 250000 files');
  });

  test('with too many bytes', () => {
    expect(() => checkAmount('it', { entries: 1, bytes: 1e12 })).toThrow('bytes');
  });

  test('that unpacks to far more than its size', () => {
    expect(() => checkAmount('it', { entries: 1, bytes: 1e9, packedBytes: 1e6 })).toThrow('archive bomb');
    checkAmount('it', { entries: 1, bytes: 6e7, packedBytes: 1e5 });
    checkAmount('it', { entries: 1, bytes: 1e10, packedBytes: 1e8 });
  });
});

describe('of an archive is read', () => {
  const files = fc
    .array(
      fc.record({ gap: fc.oneof(fc.constant(0), fc.nat(200_000)), bytes: fc.integer({ min: 30, max: 3e6 }) }),
      {
        maxLength: 40,
      },
    )
    .map((lengths) => {
      let at = 0;
      return lengths.map(({ gap, bytes }, row) => {
        const start = at + gap;
        at = start + bytes;
        return { row, start, end: at };
      });
    });
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  const bytesOf = ({ start, end }: { start: number; end: number }) => end - start;

  test('all that is wanted, once, and in order', () => {
    fc.assert(
      fc.property(files, fc.infiniteStream(fc.nat()), (wanted, random) => {
        const turned = wanted.map((file) => ({ file, by: random.next().value })).sort((a, b) => a.by - b.by);
        const ranges = [...rangesOf(turned.map(({ file }) => file))];
        expect(ranges.flatMap((range) => range.files)).toEqual(wanted);
        for (const range of ranges) {
          expect(range.files[0]?.start).toBe(range.start);
          expect(range.files.at(-1)?.end).toBe(range.end);
        }
      }),
    );
  });

  test('at most a quarter more than that', () => {
    fc.assert(
      fc.property(files, (wanted) => {
        const read = sum([...rangesOf(wanted)].map(bytesOf));
        expect(read).toBeLessThanOrEqual(1.25 * sum(wanted.map(bytesOf)));
      }),
    );
  });

  test('at once what lies together, in ranges of 4 MiB', () => {
    const wanted = Array.from({ length: 100 }, (_, row) => ({ row, start: row * 1e5, end: (row + 1) * 1e5 }));
    expect([...rangesOf(wanted)]).toHaveLength(3);
    expect([...rangesOf(wanted.filter(({ row }) => row % 2 === 0))]).toHaveLength(50);
  });

  test('a narrow gap too, rather than ask twice', () => {
    const wanted = [
      { row: 0, start: 0, end: 40_000 },
      { row: 1, start: 41_000, end: 80_000 },
      { row: 2, start: 145_000, end: 146_000 },
    ];
    expect([...rangesOf(wanted)].map(({ files: { length } }) => length)).toEqual([2, 1]);
  });
});
