/** From a release, a manifest and a listing to a plan, and on to the next manifest. */
import { describe, expect, it } from 'vitest';
import { nothingDone } from '../../functions/sync-assets/done.ts';
import { guard } from '../../functions/sync-assets/guards.ts';
import { digestOf, rulesOf } from '../../functions/sync-assets/headers.ts';
import { inFull } from '../../functions/sync-assets/journal.ts';
import { changesOf, isIdle, makePlan, type SyncPlan } from '../../functions/sync-assets/plan.ts';
import { nextRows } from '../../functions/sync-assets/rows.ts';
import type { Source, SourceEntry } from '../../functions/sync-assets/sources/source.ts';
import { tagOfWhole } from '../../shared/sites/content-tag.ts';
import type { ManifestRow } from '../../shared/sites/manifest.ts';

const now = new Date('2026-11-21T02:15:00Z');
const rules = rulesOf({ headers: [], entryPoints: ['*.html'], exclude: [] });
const tagOf = (text: string) => tagOfWhole(Buffer.from(text));

/** The texts of a release by their paths. */
function sourceOf(files: Record<string, string>): Source {
  return {
    async *entries() {
      for (const path of Object.keys(files).sort()) yield { path, size: (files[path] ?? '').length };
    },
    tagOf: async ({ path }: SourceEntry) => tagOf(files[path] ?? ''),
    async *contents() {
      // Not read by a plan.
    },
    close: async () => {},
  };
}

const rowOf = (path: string, text: string, overrides: Partial<ManifestRow> = {}): ManifestRow => ({
  key: `blog/${path}`,
  size: text.length,
  tag: tagOf(text),
  crc32: undefined,
  etag: tagOf(text),
  headers: digestOf(rules.headersOf(path)),
  seen: 1,
  ...overrides,
});

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

const planOf = (files: Record<string, string>, rows: readonly ManifestRow[]): Promise<SyncPlan> => {
  const source = sourceOf(files);
  return makePlan(
    { entries: source.entries(), rows: each(rows), listed: each([]), prefix: 'blog/' },
    {
      source,
      rules,
      isDoubtful: () => false,
      order: {
        isListed: false,
        publication: 2,
        keepReleases: 3,
        grace: { count: 1, unit: 'day' },
        now,
        isLeftBehind: () => false,
      },
    },
  );
};

const script = 'assets/app-5KXPQ3MC.js';

describe('a plan', () => {
  it('has what is to be written, and counts what stays', async () => {
    const plan = await planOf({ 'a.txt': 'a', 'b.html': 'new', 'c.txt': 'c' }, [
      rowOf('a.txt', 'a'),
      rowOf('b.html', 'old'),
      rowOf('d.txt', 'd'),
    ]);
    expect(inFull(changesOf(plan))).toEqual({
      added: ['blog/c.txt'],
      changed: ['blog/b.html'],
      deleted: ['blog/d.txt'],
    });
    expect([...plan.uploads].map(({ key, isEntryPoint }) => [key, isEntryPoint])).toEqual([
      ['blog/b.html', true],
      ['blog/c.txt', false],
    ]);
    expect(plan.kept.get('unchanged')).toEqual({ count: 1, examples: ['blog/a.txt'] });
  });

  it('is idle where all is there', async () => {
    expect(isIdle(await planOf({ 'a.txt': 'a' }, [rowOf('a.txt', 'a')]))).toBe(true);
  });

  it('fails where rows are not in the order of keys: what is passed by would seem to be gone', async () => {
    const rows = [rowOf('b.txt', 'b'), rowOf('a.txt', 'a')];
    await expect(planOf({ 'a.txt': 'a', 'b.txt': 'b' }, rows)).rejects.toThrow(RangeError);
  });
});

describe('the next manifest', () => {
  it('has what was written, what stays and what is gone, and not what was deleted', async () => {
    const last = [rowOf('a.txt', 'a'), rowOf(script, 'old'), rowOf('b.html', 'old'), rowOf('d.txt', 'd')];
    const plan = await planOf({ '0.txt': '0', 'a.txt': 'a', 'b.html': 'new', 'z.txt': 'z' }, last);
    const done = nothingDone();
    for (const { key, position } of plan.uploads) {
      done.written.upload.set(position, { etag: `etag of ${key}`, tag: 'tag', crc32: 5 });
    }
    for (const { position } of plan.deletes) done.deleted.set(position);
    const rows: ManifestRow[] = [];
    for await (const row of nextRows(each(last), { plan, done, publication: 2, now })) rows.push(row);
    expect(rows.map(({ key, seen }) => [key, seen])).toEqual([
      ['blog/0.txt', 2],
      ['blog/a.txt', 2],
      [`blog/${script}`, 1],
      ['blog/b.html', 2],
      ['blog/z.txt', 2],
    ]);
    expect(rows[2]?.goneSince).toBe(now.toISOString());
    expect(rows[3]).toMatchObject({ etag: 'etag of blog/b.html', tag: 'tag', crc32: 5, size: 3 });
  });
});

describe('guards', () => {
  const many = Array.from({ length: 10 }, (_, i) => rowOf(`${i}.txt`, 'x'));

  it('hold back all deletes past the share, and nothing else', async () => {
    const plan = await planOf({ '0.txt': 'x', '1.txt': 'x', '2.txt': 'new', '3.txt': 'x' }, many);
    guard(plan, { maxDeleteShare: 0.5 });
    expect(plan.deletes).toHaveLength(0);
    expect(plan.uploads).toHaveLength(1);
    expect(plan.limits).toHaveLength(1);
    expect(plan.kept.get('max-delete-share')?.count).toBe(6);
  });

  it('let a share pass that is not larger', async () => {
    const plan = await planOf({ '0.txt': 'x', '1.txt': 'x', '2.txt': 'x', '3.txt': 'x', '4.txt': 'x' }, many);
    guard(plan, { maxDeleteShare: 0.5 });
    expect(plan.deletes).toHaveLength(5);
  });

  it('do not count shares of fewer than ten files', async () => {
    const plan = await planOf({ '0.txt': 'x' }, many.slice(0, 9));
    guard(plan, { maxDeleteShare: 0.5 });
    expect(plan.deletes).toHaveLength(8);
  });

  it('hold back everything where there is more to do than maxActions', async () => {
    const plan = await planOf({ '0.txt': 'new', 'z.txt': 'z' }, many.slice(0, 2));
    guard(plan, { maxDeleteShare: 1, maxActions: 2 });
    expect(isIdle(plan)).toBe(true);
    expect(plan.kept.get('max-actions')?.count).toBe(3);
  });
});
