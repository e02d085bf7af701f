/** What holds for any releases of any site, whatever other hands do in between and whichever runs die. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf, rulesOf, type SiteRules } from '../../functions/sync-assets/headers.ts';
import { keysOf as journalKeys } from '../../functions/sync-assets/journal.ts';
import { isIdle } from '../../functions/sync-assets/plan.ts';
import { compareKeys } from '../../shared/sites/keys.ts';
import type { HeaderRule } from '../../shared/sites/site-fields.ts';
import { type Attempt, type Files, SiteModel } from './site-model.ts';

const paths = [
  'index.html',
  'a.txt',
  'a/b.css',
  'a-b.css',
  'kept/1.js',
  'kept/2.js',
  'kept/3.js',
  'skip/x.txt',
  '\uff5e.txt',
  '\u{1f600}.txt',
];
const files: fc.Arbitrary<Files> = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...paths), fc.constantFrom('x', 'y', 'longer')), {
    selector: ([path]) => path,
    minLength: 1,
  })
  .map((entries) => Object.fromEntries(entries));
const cached = { match: '*.{css,js}', cacheControl: 'no-store' };
const rulesFor = (headers: HeaderRule[]): SiteRules =>
  rulesOf({ headers, fingerprinted: ['kept/**'], entryPoints: ['*.html'], exclude: ['skip/**'] });
const rules = fc.constantFrom(
  { ...rulesFor([]), [fc.toStringMethod]: () => 'plain' },
  { ...rulesFor([cached]), [fc.toStringMethod]: () => 'cached' },
);
const release = fc.record<Attempt>(
  { files, rules, isListed: fc.boolean(), tells: fc.constantFrom('crc32', 'etag', 'nothing') },
  { noNullPrototype: true },
);
const death = fc.record(
  { diesAt: fc.option(fc.nat(8), { nil: undefined }), keepsAll: fc.boolean() },
  { noNullPrototype: true },
);
const troubled = fc.tuple(release, death).map(([one, other]) => ({ ...one, ...other }));
/** Another hand puts an object there, or takes one away. */
const meddling = fc.array(
  fc.tuple(fc.constantFrom(...paths, 'theirs.txt'), fc.option(fc.constantFrom('x', 'z'))),
  {
    maxLength: 3,
  },
);

function meddle(site: SiteModel, acts: readonly (readonly [string, string | null])[]): void {
  for (const [path, content] of acts) {
    if (content !== null) site.put(path, content);
    else site.bucket.delete(`blog/${path}`);
  }
}

const keysOf = (release: Attempt): string[] =>
  Object.keys(release.files)
    .filter((path) => !release.rules.isExcluded(path))
    .map((path) => `blog/${path}`);

function expectRelease(site: SiteModel, release: Attempt): void {
  for (const key of keysOf(release)) {
    const path = site.path(key);
    const headers = digestOf(release.rules.headersOf(path));
    expect(site.bucket.get(key)).toMatchObject({ content: release.files[path], headers });
  }
}

/** What else is there was there before, and is kept for a reason; what is not any more was ours to delete. */
function expectNoMore(
  site: SiteModel,
  release: Attempt,
  before: ReadonlyMap<string, unknown>,
  rows: ReadonlySet<string>,
): void {
  const released = new Set(keysOf(release));
  const others = [...before].filter(([key]) => !released.has(key));
  const isOurs = (key: string) => rows.has(key) && !key.startsWith('blog/skip/');
  for (const [key, stored] of others.filter(([key]) => !isOurs(key)))
    expect(site.bucket.get(key)).toBe(stored);
  const ours = others.map(([key]) => key).filter(isOurs);
  const left = ours.filter((key) => site.bucket.has(key));
  for (const key of left) expect(site.bucket.get(key)).toBe(before.get(key));
  expect(left.filter((key) => !key.startsWith('blog/kept/'))).toEqual([]);
  expect([...site.bucket.keys()].filter((key) => !before.has(key) && !released.has(key))).toEqual([]);
}

/** What another hand has put there, but where a release has put its own. */
function expectTheirs(site: SiteModel, theirs: Map<string, unknown>, released: readonly string[]): void {
  for (const key of released) theirs.delete(key);
  for (const [key, stored] of theirs) expect(site.bucket.get(key)).toBe(stored);
}

const changedKeys = (before: ReadonlyMap<string, unknown>, { bucket }: SiteModel): string[] =>
  [...new Set([...before.keys(), ...bucket.keys()])].filter((key) => before.get(key) !== bucket.get(key));

const isInJournal = (key: string, { journal }: SiteModel): boolean =>
  journal?.changes !== undefined && journalKeys(journal.changes).has(key);

describe('after any run that came to its end', () => {
  it('the release is there, and else only what was kept, excluded or another hand’s', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        meddling,
        fc.array(release, { minLength: 1, maxLength: 5 }),
        async (kms, acts, all) => {
          const site = new SiteModel(kms);
          meddle(site, acts);
          for (const one of all) {
            const before = new Map(site.bucket);
            const rowsBefore = new Set(site.rows.map(({ key }) => key));
            const { plan } = await site.run(one);
            expectRelease(site, one);
            expectNoMore(site, one, before, rowsBefore);
            const decided = [...plan.kept.values()].reduce((sum, { count }) => sum + count, 0);
            expect(
              decided + plan.uploads.length + plan.headers.length + plan.deletes.length,
            ).toBeGreaterThanOrEqual(new Set([...rowsBefore, ...keysOf(one)]).size);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('the fingerprinted files of the releases that are kept are there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(release, { minLength: 1, maxLength: 6 }), async (kms, all) => {
        const site = new SiteModel(kms);
        for (const [i, one] of all.entries()) {
          // Far past every time of grace.
          site.time += 86_400_000;
          await site.run(one);
          const kept = all.slice(Math.max(0, i + 1 - site.keepReleases), i + 1).flatMap(keysOf);
          const fingerprinted = kept.filter((key) => key.startsWith('blog/kept/'));
          expect([...site.bucket.keys()]).toEqual(expect.arrayContaining(fingerprinted));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('there is nothing left to do, whether one looks or trusts the manifest', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        meddling,
        fc.array(release, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (kms, acts, all, isListed) => {
          const site = new SiteModel(kms);
          meddle(site, acts);
          for (const one of all) {
            await site.run(one);
            expect(isIdle(await site.look({ ...one, isListed }, site.publication))).toBe(true);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('another hand’s changes to the release are mended by one who looks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), release, meddling, async (kms, one, acts) => {
        const site = new SiteModel(kms);
        await site.run(one);
        const contents = new Map(site.bucket);
        meddle(site, acts);
        await site.run({ ...one, isListed: true });
        for (const key of keysOf(one)) expect(site.bucket.get(key)?.content).toBe(contents.get(key)?.content);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the rows', () => {
  it('are in the order of keys, each once, and say of every file what it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(release, { minLength: 1, maxLength: 4 }), async (kms, all) => {
        const site = new SiteModel(kms);
        for (const one of all) {
          await site.run(one);
          const keys = site.rows.map(({ key }) => key);
          expect(keys).toEqual([...new Set(keys)].sort(compareKeys));
          expect(keys).toEqual([...site.bucket.keys()].sort(compareKeys));
          const released = new Set(keysOf(one));
          for (const { key, etag, size, headers, seen, goneSince } of site.rows) {
            const stored = site.bucket.get(key);
            expect({ etag, size, headers }).toEqual({
              etag: stored?.etag,
              size: stored?.content.length,
              headers: stored?.headers,
            });
            expect(seen === site.publication).toBe(released.has(key));
            expect(goneSince === undefined).toBe(released.has(key));
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('whichever runs die, and wherever', () => {
  it('the next that lives leaves its release, and a row for all that any of them wrote', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        release,
        fc.array(troubled, { minLength: 1, maxLength: 4 }),
        release,
        async (kms, first, between, last) => {
          const site = new SiteModel(kms);
          site.put('theirs.txt', 'theirs');
          await site.run(first);
          for (const one of between) await site.run(one);
          await site.run(last);
          expectRelease(site, last);
          const keys = site.rows.map(({ key }) => key);
          expect([...site.ours].sort(compareKeys)).toEqual(keys);
          const strays = keys.filter((key) => !keysOf(last).includes(key) && !key.startsWith('blog/kept/'));
          expect(strays).toEqual([]);
          expect(site.bucket.get('blog/theirs.txt')?.content).toBe('theirs');
        },
      ),
      { numRuns: 150 },
    );
  });

  it('what another hand puts there in between stays, but where a release has a file of that name', async () => {
    const acts = fc.array(fc.constantFrom(...paths), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(fc.tuple(troubled, acts), { minLength: 2, maxLength: 5 }),
        async (kms, all) => {
          const site = new SiteModel(kms);
          const theirs = new Map<string, unknown>();
          for (const [one, names] of all) {
            await site.run(one);
            expectTheirs(site, theirs, keysOf(one));
            for (const path of names) theirs.set(`blog/${path}`, site.put(path, `theirs ${site.time}`));
            site.time += 1_000;
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    ['content', { 'kept/1.js': 'y' }, rulesFor([])],
    ['headers', { 'kept/1.js': 'x' }, rulesFor([cached])],
  ])('the manifest does not say of a file that it has the %s of before', async (_, files, otherRules) => {
    const site = new SiteModel(false);
    const one: Attempt = {
      files: { 'kept/1.js': 'x' },
      rules: rulesFor([]),
      isListed: false,
      tells: 'crc32',
    };
    await site.run(one);
    await site.run({ ...one, files, rules: otherRules, diesAt: 1 });
    const other = Object.assign(new SiteModel(false), site, { bucket: new Map(site.bucket) });
    await other.run(one);
    expectRelease(other, one);
    // Which does without the file, and keeps it.
    await site.run({ ...one, files: { 'a.txt': 'a' } });
    await site.run(one);
    expectRelease(site, one);
  });

  it('what they changed is in the journal of each that follows, until one comes to its end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(troubled, { minLength: 2, maxLength: 5 }), async (all) => {
        const site = new SiteModel(false);
        let untold: string[] = [];
        for (const one of all) {
          const before = new Map(site.bucket);
          const { isDone } = await site.run(one);
          untold = isDone ? [] : [...untold, ...changedKeys(before, site)];
          expect(untold.filter((key) => !isInJournal(key, site))).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('guards', () => {
  it('let no run delete more than its share of ten files or more', async () => {
    const many = fc
      .uniqueArray(fc.nat(30), { minLength: 1 })
      .map((numbers) => Object.fromEntries(numbers.map((number) => [`${number}.txt`, 'x'])));
    await fc.assert(
      fc.asyncProperty(
        many,
        many,
        release,
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        async (one, other, any, share) => {
          const site = new SiteModel(false);
          await site.run({ ...any, files: one });
          const rows = site.rows.length;
          const { plan } = await site.run({ ...any, files: other, maxDeleteShare: share });
          expectRelease(site, { ...any, files: other });
          const gone = Object.keys(one).filter((path) => !site.bucket.has(`blog/${path}`)).length;
          if (rows >= 10) expect(gone).toBeLessThanOrEqual(rows * share);
          expect(site.rows.length).toBe(site.bucket.size);
          expect(plan.limits.length > 0).toBe(plan.kept.has('max-delete-share'));
        },
      ),
      { numRuns: 100 },
    );
  });
});
