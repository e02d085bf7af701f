/** What CloudFront is to forget after a release: the cheapest way to name all that changed. */
import { type Cover, type CoverLimits, cheapestCover, invalidationLimits } from './cover.ts';
import { countOther, newTree, nodeOf, type PathNode } from './path-tree.ts';
import { encodePath, nameablePart, pathsOf, type SiteView } from './paths.ts';
import type { Changes } from './synced.ts';

export interface InvalidationOptions {
  /** The site's. */
  prefix: string;
  /**
   * How the distribution shows the bucket; several, if it has several origins of it. Left out: by an origin
   * whose path is the site's prefix.
   */
  views?: readonly SiteView[] | undefined;
  /** What a needless invalidation of one file weighs, in paths. */
  waste?: number | undefined;
  /** Also keys that are new: where answers that they were not there may be kept. */
  withAdded?: boolean | undefined;
  /** All of the distribution: where what changed is answered at paths that no one can know. */
  everything?: boolean | undefined;
  limits?: CoverLimits | undefined;
}

export interface Invalidation {
  /** As CloudFront wants them, sorted; none where nothing is to be invalidated. */
  paths: string[];
  /** How many of them are wildcards. */
  wildcards: number;
  /** How many it would be one by one. */
  naive: number;
  /** How many files these hit that did not change; undefined where that is not known. */
  needless: number | undefined;
  /** A few of those, as paths. */
  examples: string[];
}

/** As the job has it where the plan says nothing else. */
export const defaultWaste = 0.1;
export const defaultIndex = 'index.html';

export type Keys = Iterable<string> | AsyncIterable<string>;

/**
 * @param readKeys all of the site's keys; those among the changes do not count. Called only where they can
 * matter, and none is kept. Undefined where they are not known.
 * @returns undefined where the limits leave no way, as they may if they allow no wildcards
 */
export async function invalidationOf(
  changes: Changes,
  readKeys: () => Keys | undefined | Promise<Keys | undefined>,
  options: InvalidationOptions,
): Promise<Invalidation | undefined> {
  const views = options.views ?? [viewOf(options.prefix)];
  const tree = newTree();
  const needed = [...neededPaths(changes, views, options)];
  const naive = plant(needed, tree);
  if (options.everything) tree.needsWildcard = true;
  const { limits = invalidationLimits, waste = defaultWaste, everything } = options;
  // One path has no better cover than itself.
  const isSimple = !everything && needed.length <= Math.min(limits.paths, 1) && needed.every(isNameable);
  const keys = isSimple ? [] : await readKeys();
  if (keys) await countOthers(tree, keys, changes, views);
  const cover = cheapestCover(tree, {
    limits,
    waste,
    within: views.map((view) => rootOf(options.prefix, view)),
    othersUnknown: keys === undefined,
  });
  return cover && { ...inWords(cover), naive, needless: keys && cover.needless };
}

/** How an origin shows the bucket that has the site's prefix as its path. */
const viewOf = (prefix: string): SiteView => ({
  originPath: `/${prefix}`.replace(/\/$/, ''),
  index: defaultIndex,
  rootObject: defaultIndex,
});

function neededPaths(
  { changed, deleted, added }: Changes,
  views: readonly SiteView[],
  { withAdded }: InvalidationOptions,
): Set<string> {
  const keys = [...changed, ...deleted, ...(withAdded ? added : [])];
  return new Set(keys.flatMap((key) => views.flatMap((view) => pathsOf(key, view))));
}

const isNameable = (path: string): boolean => nameablePart(path) === path;

/** Answers how many paths it takes to name each by itself, or by its own wildcard where it cannot be named. */
function plant(paths: readonly string[], tree: PathNode): number {
  const nodes = new Set<PathNode>();
  for (const path of paths) {
    const nameable = nameablePart(path);
    const node = nodeOf(tree, nameable);
    if (nameable === path) node.isNeeded = true;
    else node.needsWildcard = true;
    nodes.add(node);
  }
  return nodes.size;
}

async function countOthers(
  tree: PathNode,
  keys: Keys,
  { added, changed, deleted }: Changes,
  views: readonly SiteView[],
): Promise<void> {
  const changes = new Set([...added, ...changed, ...deleted]);
  for await (const key of keys) {
    if (changes.has(key)) continue;
    for (const view of views) {
      // Its other paths are starts of the longest: a wildcard that reaches one of them reaches this, too.
      const longest = pathsOf(key, view).at(-1);
      if (longest !== undefined) countOther(tree, longest);
    }
  }
}

/** Where a site begins at a distribution. */
function rootOf(prefix: string, { originPath }: SiteView): string {
  const base = originPath === '' ? '/' : `${originPath}/`;
  const root = `/${prefix}`;
  return root.startsWith(base) ? root.slice(base.length - 1) : '/';
}

function inWords({ paths, wildcards, needless }: Cover): Omit<Invalidation, 'naive' | 'needless'> {
  const named = [...paths.map(encodePath), ...wildcards.map(({ path }) => `${encodePath(path)}*`)];
  const examples = needless > 0 ? wildcards.flatMap((node) => node.examples) : [];
  return { paths: named.sort(), wildcards: wildcards.length, examples: examples.slice(0, examplesTold) };
}

const examplesTold = 5;
