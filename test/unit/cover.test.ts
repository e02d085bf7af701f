import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CoverLimits, invalidationLimits } from '../../shared/sites/cover.ts';
import {
  type Invalidation,
  type InvalidationOptions,
  invalidationOf,
} from '../../shared/sites/invalidation.ts';
import { encodePath } from '../../shared/sites/paths.ts';

/** Neither index nor root object: each key has one path. */
const plain = { originPath: '', index: 'none', rootObject: 'none' };

interface Site {
  changed: readonly string[];
  unchanged: readonly string[];
}

const cover = (site: Site, options: Partial<InvalidationOptions> = {}): Promise<Invalidation | undefined> =>
  invalidationOf({ added: [], changed: [...site.changed], deleted: [] }, () => site.unchanged, {
    prefix: '',
    views: [plain],
    ...options,
  });

async function pathsFor(site: Site, options: Partial<InvalidationOptions> = {}): Promise<string[]> {
  return (await cover(site, options))?.paths ?? [];
}

const many = (folder: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${folder}/${String(i).padStart(5, '0')}`);

const isHitBy = (paths: readonly string[], key: string): boolean =>
  paths.some((path) => {
    const own = encodePath(`/${key}`);
    return path.endsWith('*') ? own.startsWith(path.slice(0, -1)) : own === path;
  });

describe('the cheapest cover', () => {
  it('names few paths one by one', async () => {
    expect(await pathsFor({ changed: ['a.html', 'b/c.css'], unchanged: many('b', 50) })).toEqual([
      '/a.html',
      '/b/c.css',
    ]);
  });

  it('takes one wildcard for a folder of which all changed', async () => {
    const changed = [...many('img', 200), 'a.html'];
    expect(await pathsFor({ changed, unchanged: many('css', 50) })).toEqual(['/a.html', '/img/00*']);
  });

  it('ends a wildcard within a name where that spares what did not change', async () => {
    const site = {
      changed: many('img/a', 100).map((key) => key.replace('a/', 'a-')),
      unchanged: many('img', 100),
    };
    expect(await pathsFor(site)).toEqual(['/img/a-000*']);
  });

  it('weighs what a wildcard hits needlessly by the setting', async () => {
    const site = { changed: many('x', 100).filter((_, i) => i % 10 === 0), unchanged: many('x', 100) };
    expect(await cover(site, { waste: 0.05 })).toMatchObject({ paths: ['/x/000*'], needless: 90, naive: 10 });
    expect(await cover(site, { waste: 0.2 })).toMatchObject({ wildcards: 0, needless: 0 });
  });

  it('keeps from the whole site what a few paths can name, whatever the waste weighs', async () => {
    expect(await pathsFor({ changed: ['a', 'b'], unchanged: ['c'] }, { waste: 0 })).toEqual(['/a', '/b']);
  });

  it('takes the whole site where nothing else fits', async () => {
    const folders = 'a b c d e f g h'.split(' ');
    const unchanged = folders.flatMap((folder) => many(folder, 3));
    const changed = unchanged.filter((key) => !key.endsWith('1'));
    const limits = { wildcards: 1, paths: 1 };
    expect(await pathsFor({ changed, unchanged }, { limits, waste: 1 })).toEqual(['/*']);
  });

  it('has nothing to say where nothing changed that anyone was served', async () => {
    const changes = { added: ['new.html'], changed: [], deleted: [] };
    expect(await invalidationOf(changes, () => [], { prefix: '' })).toMatchObject({ paths: [] });
    expect(await invalidationOf(changes, () => [], { prefix: '', withAdded: true })).toMatchObject({
      paths: ['/new.html'],
    });
  });

  it('reads the unchanged keys only where they can matter', async () => {
    const unread = () => {
      throw new Error('read');
    };
    const changes = { added: [], changed: ['a.html'], deleted: [] };
    expect(await invalidationOf(changes, unread, { prefix: '' })).toMatchObject({
      paths: ['/a.html'],
      needless: 0,
    });
  });

  it('uses no wildcard that the limits do not force where the unchanged keys are not known', async () => {
    const changes = { added: [], changed: many('x', 40), deleted: [] };
    const free = await invalidationOf(changes, () => undefined, { prefix: '' });
    expect(free).toMatchObject({ wildcards: 0, needless: undefined });
    const limits = { wildcards: 15, paths: 39 };
    expect(await invalidationOf(changes, () => undefined, { prefix: '', limits })).toMatchObject({
      wildcards: 1,
    });
  });

  it('covers what cannot be named by a wildcard that ends before it', async () => {
    const changed = ['img/a*b.png', 'old/~me/index', 'q/what?.html', 'plain'];
    expect(await pathsFor({ changed, unchanged: [] })).toEqual(['/img/a*', '/old/*', '/plain', '/q/what*']);
    expect(await pathsFor({ changed: ['~'], unchanged: [] })).toEqual(['/*']);
  });

  it('has no cover where a wildcard is needed and none is left', async () => {
    expect(
      await cover({ changed: ['~'], unchanged: [] }, { limits: { wildcards: 0, paths: 9 } }),
    ).toBeUndefined();
  });

  it('stays below the site, where other sites lie beside it', async () => {
    const changed = ['blog/index.html', ...many('blog', 50)];
    const views = [{ originPath: '', index: 'index.html', rootObject: '' }];
    expect(await pathsFor({ changed, unchanged: [] }, { prefix: 'blog/', views })).toEqual([
      '/blog',
      '/blog/',
      '/blog/000*',
      '/blog/index.html',
    ]);
  });

  it('covers all where answers of what changed are kept at paths that nobody knows', async () => {
    const site = { changed: ['index.html'], unchanged: ['a', 'b'] };
    expect(await cover(site, { everything: true })).toMatchObject({ paths: ['/*'], needless: 2 });
  });

  it('never ends a wildcard within a character', async () => {
    const changed = ['é', 'è', 'ê', 'ë', 'ē', 'ė', 'ę'].map((letter) => `caf${letter}`);
    expect(await pathsFor({ changed, unchanged: [] })).toEqual(['/caf*']);
    expect(
      await pathsFor({
        changed: ['😀', '😁', '😂', '🤣', '😃', '😄'].map((face) => `x${face}`),
        unchanged: [],
      }),
    ).toEqual(['/x*']);
  });

  it('needs less than a second for 100,000 keys', async () => {
    const all = Array.from({ length: 100_000 }, (_, i) => `d${i % 37}/s${i % 911}/file-${i}.html`);
    const started = performance.now();
    const found = await cover({ changed: all.filter((_, i) => i % 37 < 4), unchanged: all });
    const seconds = (performance.now() - started) / 1_000;
    expect(found).toMatchObject({ wildcards: 4, needless: 0 });
    // Three times what it should be: the machine may be busy.
    expect(seconds).toBeLessThan(3);
  });
});

const name = fc.string({ unit: fc.constantFrom('a', 'b', '/', '~'), minLength: 1, maxLength: 5 });
const sites = fc
  .uniqueArray(name, { minLength: 1, maxLength: 14 })
  .chain((keys) =>
    fc.record({ keys: fc.constant(keys), split: fc.integer({ min: 1, max: Math.min(keys.length, 6) }) }),
  )
  .map(({ keys, split }) => ({ changed: keys.slice(0, split), unchanged: keys.slice(split) }));
const anyLimits = fc.record({
  wildcards: fc.integer({ min: 1, max: 3 }),
  paths: fc.integer({ min: 0, max: 6 }),
});
const anyWaste = fc.constantFrom(0, 0.01, 0.1, 0.5, 1, 3);

describe('every cover', () => {
  const trials = fc.record({ site: sites, limits: anyLimits, waste: anyWaste });

  it('covers every changed path within the limits', async () => {
    await fc.assert(
      fc.asyncProperty(trials, async ({ site, limits, waste }) => {
        const { paths, wildcards } = (await cover(site, { limits, waste })) as Invalidation;
        expect(site.changed.filter((key) => !isHitBy(paths, key))).toEqual([]);
        expect(wildcards).toBeLessThanOrEqual(limits.wildcards);
        expect(paths.length - wildcards).toBeLessThanOrEqual(limits.paths);
        expect(paths.filter((path) => path.endsWith('*'))).toHaveLength(wildcards);
      }),
    );
  });

  it('says how many unchanged files it hits', async () => {
    await fc.assert(
      fc.asyncProperty(trials, async ({ site, limits, waste }) => {
        const { paths, needless } = (await cover(site, { limits, waste })) as Invalidation;
        const starts = paths.filter((path) => path.endsWith('*')).map((path) => path.slice(0, -1));
        const hit = site.unchanged.filter((key) => starts.some((start) => `/${key}`.startsWith(start)));
        expect(needless).toBe(hit.length);
      }),
    );
  });

  it('has never more paths than one by one', async () => {
    await fc.assert(
      fc.asyncProperty(trials, async ({ site, waste }) => {
        const { paths, naive } = (await cover(site, { waste })) as Invalidation;
        expect(paths.length).toBeLessThanOrEqual(naive);
      }),
    );
  });

  it('is as cheap as the cheapest of all that there are', async () => {
    await fc.assert(
      fc.asyncProperty(trials, async ({ site, limits, waste }) => {
        const { paths } = (await cover(site, { limits, waste })) as Invalidation;
        const starts = paths.filter((path) => path.endsWith('*')).map((path) => path.slice(0, -1));
        expect(costOf(starts, site, { limits, waste })).toBeCloseTo(cheapest(site, { limits, waste }), 5);
      }),
      { numRuns: 300 },
    );
  });
});

interface Rules {
  limits: CoverLimits;
  waste: number;
}

/** Tries all sets of wildcards, wherever they end. */
function cheapest({ changed, unchanged }: Site, rules: Rules): number {
  const starts = new Set(
    changed.flatMap((key) => Array.from({ length: key.length + 1 }, (_, end) => `/${key.slice(0, end)}`)),
  );
  const nameable = [...starts].filter((start) => !start.includes('~'));
  let best = Number.POSITIVE_INFINITY;
  const tryAll = (from: number, chosen: readonly string[]): void => {
    best = Math.min(best, costOf(chosen, { changed, unchanged }, rules));
    if (chosen.length === rules.limits.wildcards) return;
    for (let i = from; i < nameable.length; i += 1) tryAll(i + 1, [...chosen, nameable[i] as string]);
  };
  tryAll(0, []);
  return best;
}

function costOf(starts: readonly string[], { changed, unchanged }: Site, { limits, waste }: Rules): number {
  const isHit = (key: string) => starts.some((start) => `/${key}`.startsWith(start));
  const singles = changed.filter((key) => !isHit(key));
  if (singles.length > limits.paths || singles.some((key) => key.includes('~')))
    return Number.POSITIVE_INFINITY;
  const wholeSite = starts.includes('/') ? 10 : 0;
  return starts.length + singles.length + unchanged.filter(isHit).length * waste + wholeSite;
}

describe("CloudFront's limits", () => {
  it('are kept with however many paths', async () => {
    const all = Array.from({ length: 20_000 }, (_, i) => `s${i % 211}/${i}`);
    const found = await cover({ changed: all.filter((_, i) => i % 2 === 0), unchanged: all }, { waste: 1 });
    const { paths, wildcards } = found as Invalidation;
    expect(wildcards).toBeLessThanOrEqual(invalidationLimits.wildcards);
    expect(paths.length - wildcards).toBeLessThanOrEqual(invalidationLimits.paths);
  });
});
