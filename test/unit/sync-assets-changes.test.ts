/** What a run remembers of its changes: kept in columns, and read back as it was. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bits } from '../../functions/sync-assets/bits.ts';
import { ChangeList } from '../../functions/sync-assets/change-list.ts';
import { WrittenFiles } from '../../functions/sync-assets/done.ts';
import { inFull, isNothing, storeChanges } from '../../functions/sync-assets/journal.ts';
import { inOrder, Walk } from '../../functions/sync-assets/walk.ts';
import { compareKeys } from '../../shared/sites/keys.ts';

const text = fc.string({ unit: 'binary', maxLength: 20 });
const crc32 = fc.option(fc.nat(0xffffffff), { nil: undefined });
const own = fc.record({
  path: text,
  size: fc.nat(Number.MAX_SAFE_INTEGER),
  etag: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
  tag: fc.string(),
  crc32,
});
const shared = fc.constantFrom(
  { reason: 'new', headers: { contentType: 'text/css' } },
  { reason: 'new', headers: { contentType: 'text/html' } },
  { reason: 'missing', headers: { contentType: 'text/css' } },
);
const changes = fc.array(fc.tuple(own, shared), { maxLength: 40 });

function listOf(all: readonly (readonly [{ path: string; size: number }, { reason: string }])[]) {
  const list = new ChangeList<{ reason: string }>('blog/');
  for (const [{ path, ...rest }, common] of all) list.push({ key: `blog/${path}`, ...rest }, common);
  return list;
}

describe('a list of changes', () => {
  it('says each as it was told, in that order', () => {
    fc.assert(
      fc.property(changes, (all) => {
        const list = listOf(all);
        const expected = all.map(([each, common], position) => ({
          ...each,
          ...common,
          key: `blog/${each.path}`,
          position,
        }));
        expect([...list]).toEqual(expected);
        expect(expected.map((_, position) => list.at(position))).toEqual(expected);
        expect(list.at(all.length)).toBeUndefined();
      }),
    );
  });

  it('gives out some, by what they have in common or so many at a time, where they stand in all of it', () => {
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 50 }), (all, length) => {
        const list = listOf(all);
        const isNew = ({ reason }: { reason: string }) => reason === 'new';
        const some = list.filter(isNew);
        expect([...some]).toEqual([...list].filter(isNew));
        expect(some.at(some.length)).toBeUndefined();
        const slices = [...list.slices(length)];
        expect(slices.flat()).toEqual([...list]);
        expect(slices.every((slice) => slice.length > 0 && slice.length <= length)).toBe(true);
      }),
    );
  });

  it('knows its keys and bytes past the room that it began with', () => {
    const list = new ChangeList<{ reason: string }>('');
    for (let i = 0; i < 5_000; i += 1) list.push({ key: `key-${i}`, size: i }, { reason: 'new' });
    expect(list.at(4_999)).toMatchObject({ key: 'key-4999', size: 4_999, position: 4_999 });
    expect(list.bytes).toBe((5_000 * 4_999) / 2);
    expect(list.emptied()).toHaveLength(0);
  });
});

describe('what was written', () => {
  it('is known by its position, in whatever order it came', () => {
    const etag = fc.constantFrom('aa', 'bb', 'aa-2');
    const tag = fc.constantFrom('', 'aa', 'bb', 'aa-2');
    const written = fc.dictionary(fc.nat(5_000).map(String), fc.record({ tag, etag, crc32 }));
    fc.assert(
      fc.property(written, fc.array(fc.nat(5_000)), (all, others) => {
        const files = new WrittenFiles();
        for (const [position, one] of Object.entries(all)) files.set(Number(position), one);
        for (const position of [...Object.keys(all).map(Number), ...others]) {
          expect(files.get(position)).toEqual(all[position]);
        }
      }),
    );
  });
});

describe('bits', () => {
  it('are as they were set, and counted once', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000)), fc.array(fc.nat(20_000)), (set, others) => {
        const bits = new Bits();
        for (const index of set) bits.set(index);
        for (const index of [...set, ...others]) expect(bits.has(index)).toBe(set.includes(index));
        expect(bits.count).toBe(new Set(set).size);
      }),
    );
  });
});

describe('lists in the order of keys', () => {
  const keys = fc.uniqueArray(text, { maxLength: 20 }).map((all) => all.sort(compareKeys));
  const keyed = (all: readonly string[]) => all.map((key) => ({ key }));

  it('are walked as one', () => {
    fc.assert(
      fc.property(fc.array(keys, { minLength: 1, maxLength: 4 }), (lists) => {
        const one = [...inOrder(lists.map(keyed))].map(({ key }) => key);
        expect(one).toEqual(lists.flat().sort(compareKeys));
      }),
    );
  });

  it('are searched in passing', () => {
    fc.assert(
      fc.property(keys, keys, (all, asked) => {
        const walk = new Walk(keyed(all));
        for (const key of asked) expect(walk.find(key)?.key).toBe(all.find((one) => one === key));
      }),
    );
  });
});

describe('changes on their way into the journal', () => {
  const place = { place: undefined as never, bucket: 'site', prefix: '' };
  const keys = fc.array(text, { maxLength: 20 });

  it('are the same as they were, and nothing only if none is there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record({ added: keys, changed: keys, deleted: keys }), async (all) => {
        const { added, changed, deleted } = all;
        const walked = { added: new Set(added), changed, deleted };
        expect(isNothing(all)).toBe([...added, ...changed, ...deleted].length === 0);
        expect(await storeChanges(walked, 'run-1', place)).toEqual({ changes: inFull(walked) });
      }),
    );
  });
});
