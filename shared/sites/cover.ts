/**
 * The cheapest cover: which paths to name, and which wildcards, so that all that changed is invalidated.
 * A path costs the same with a wildcard or without; what a wildcard hits needlessly has a weight of its own.
 */
import type { PathNode } from './path-tree.ts';

export interface CoverLimits {
  /** How many of the paths may be wildcards. */
  wildcards: number;
  /** How many may be none. */
  paths: number;
}

/** A distribution's, in progress at once: CloudFront developer guide, "Quotas on invalidations". */
export const invalidationLimits: CoverLimits = { wildcards: 15, paths: 3000 };

export interface CoverOptions {
  limits: CoverLimits;
  /** What a needless invalidation of one file weighs, in paths. */
  waste: number;
  /** Where the site begins. A wildcard above that would hit what is no part of it: none does, if others fit. */
  within: readonly string[];
  /** It is not known what else lies below a wildcard: none is used that the limits do not force. */
  othersUnknown?: boolean | undefined;
}

export interface Cover {
  /** Named one by one, in plain characters. */
  paths: string[];
  /** What is below each of these. */
  wildcards: PathNode[];
  /** How many unchanged files they hit. */
  needless: number;
}

/** A way to cover a part of the tree. */
interface Way {
  /** Paths that are named one by one. */
  singles: number;
  /** The weight of all that its wildcards hit needlessly. */
  waste: number;
  wildcards: Wildcards | undefined;
}
type Wildcards = PathNode | readonly [Wildcards, Wildcards];

/** Ways by their number of wildcards. */
type Ways = readonly (readonly Way[])[];

/**
 * A wildcard of the whole site also hits what nobody has counted: files of others beside it, answers of another
 * origin. Below so many paths it is never worth that.
 */
const wholeSite = 10;

/** What goes against a rule that limits alone may break weighs more than any number of files. */
const forbidden = 1e9;
const unknown = 1e6;
/** Between wildcards that cost the same, the one that hits fewer is right even where `waste` is 0. */
const leastWaste = 1e-9;

/**
 * Undefined where the limits leave no cover, as they do if they allow no wildcards.
 *
 * Tree knapsack: the ways to cover a node come of those to cover its children, for each number of wildcards,
 * of which there are few. Of each number the cheapest is kept: that is the optimum, as long as it has no more
 * single paths than there may be. If it has, a small tree is searched with all ways kept that may be of use;
 * in a large one single paths get dearer until so few are left.
 */
export function cheapestCover(root: PathNode, options: CoverOptions): Cover | undefined {
  const free = { ...options, limits: { ...options.limits, paths: Infinity } };
  const cheapest = bestWay(root, { ...free, thin: cheapestAt(1), allLeaves: false });
  if (cheapest && cheapest.way.singles <= options.limits.paths) return coverOf(root, cheapest.way);
  const best = isSmall(root) ? allWays(root, options) : byPrice(root, options);
  return best && coverOf(root, best.way);
}

interface Search extends CoverOptions {
  thin: (ways: Way[]) => Way[];
  /** Whether a wildcard may stand where a path would do: worth it only to save the number of paths. */
  allLeaves: boolean;
}

interface Best {
  way: Way;
  cost: number;
}

/** The cheapest within the limit of single paths; undefined where that is none. */
function bestWay(root: PathNode, search: Search): Best | undefined {
  let best: Best | undefined;
  for (const [wildcards, some] of waysFor(root, search)
    .slice(0, search.limits.wildcards + 1)
    .entries()) {
    for (const way of some) {
      const cost = wildcards + way.singles + way.waste;
      if (way.singles <= search.limits.paths && cost < (best?.cost ?? Infinity)) best = { way, cost };
    }
  }
  return best;
}

const allWays = (root: PathNode, options: CoverOptions): Best | undefined =>
  bestWay(root, { ...options, thin: useful, allLeaves: true });

/** Looks by halves for the lowest price of a path at which few enough are left. */
function byPrice(root: PathNode, options: CoverOptions): Best | undefined {
  let [low, high] = [0, highestPrice];
  let best: Best | undefined;
  for (let step = 0; step < pricesTried; step += 1) {
    const middle = (low + high) / 2;
    const found = bestWay(root, { ...options, thin: cheapestAt(2 ** middle), allLeaves: false });
    if (found) high = middle;
    else low = middle;
    if (found && found.cost < (best?.cost ?? Infinity)) best = found;
  }
  return best;
}

/** As a power of 2: above `forbidden`. */
const highestPrice = 40;
const pricesTried = 8;

function waysFor(node: PathNode, search: Search): Ways {
  const here = wildcardAt(node, search);
  if (node.needsWildcard) return [[], [here]];
  const [none = [], ...ways] = waysBelow(node, search);
  if (isPath(node) && !search.allLeaves) return [none];
  // One wildcard here is better in all than a way with more of them that costs as much.
  const better = ways.map((some, i) => some.filter((way) => i + way.singles + way.waste < here.waste));
  const last = better.findLastIndex((some) => some.length > 0);
  return [none, search.thin([...(better[0] ?? []), here]), ...better.slice(1, last + 1)];
}

/** Without a wildcard at the node itself. */
function waysBelow(node: PathNode, search: Search): Ways {
  let singles = node.isNeeded ? 1 : 0;
  let ways: Ways = [[nothing]];
  for (const child of node.children.values()) {
    if (isPath(child) && !search.allLeaves) singles += 1;
    else ways = join(ways, waysFor(child, search), search);
  }
  return ways.map((some) => some.map((way) => ({ ...way, singles: way.singles + singles })));
}

const nothing: Way = { singles: 0, waste: 0, wildcards: undefined };

/** Whether there is nothing here but a path that can be named. */
const isPath = ({ children, needsWildcard }: PathNode): boolean => children.size === 0 && !needsWildcard;

function wildcardAt(node: PathNode, { waste, within, othersUnknown }: CoverOptions): Way {
  let weight = node.others * Math.max(waste, leastWaste);
  if (othersUnknown) weight += unknown;
  if (!within.some((root) => node.path.startsWith(root))) weight += forbidden;
  else if (within.includes(node.path)) weight += wholeSite;
  return { singles: 0, waste: weight, wildcards: node };
}

/** All ways to cover two parts, with as many wildcards as there may be. */
function join(some: Ways, others: Ways, { limits, thin }: Search): Ways {
  const ways: Way[][] = [];
  for (const [i, left] of some.entries()) {
    for (const [j, right] of others.slice(0, limits.wildcards - i + 1).entries()) {
      ways[i + j] ??= [];
      for (const one of left) ways[i + j]?.push(...right.map((other) => both(one, other)));
    }
  }
  return ways.map(thin);
}

const both = (one: Way, other: Way): Way => ({
  singles: one.singles + other.singles,
  waste: one.waste + other.waste,
  wildcards:
    one.wildcards && other.wildcards ? [one.wildcards, other.wildcards] : (one.wildcards ?? other.wildcards),
});

/** Keeps the one that costs least, where a path costs so much. */
const cheapestAt =
  (price: number) =>
  (ways: Way[]): Way[] => {
    let best: Way | undefined;
    let least = Infinity;
    for (const way of ways) {
      const cost = way.singles * price + way.waste;
      if (cost < least) [best, least] = [way, cost];
    }
    return best ? [best] : [];
  };

/** Keeps those that are not worse both ways than another. */
function useful(ways: Way[]): Way[] {
  const kept: Way[] = [];
  for (const way of ways.sort((a, b) => a.singles - b.singles || a.waste - b.waste)) {
    if (way.waste < (kept.at(-1)?.waste ?? Infinity)) kept.push(way);
  }
  return kept;
}

/** Whether all ways can be tried in no time. */
function isSmall(root: PathNode): boolean {
  const open = [root];
  for (let seen = 0; seen < 100; seen += 1) {
    const node = open.pop();
    if (!node) return true;
    open.push(...node.children.values());
  }
  return false;
}

function coverOf(root: PathNode, { wildcards }: Way): Cover {
  const chosen = new Set(wildcards ? flat(wildcards) : []);
  const paths: string[] = [];
  const open = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    if (chosen.has(node)) continue;
    if (node.isNeeded) paths.push(node.path);
    open.push(...node.children.values());
  }
  const hits = [...chosen].reduce((sum, { others }) => sum + others, 0);
  return { paths: paths.sort(), wildcards: [...chosen], needless: hits };
}

const flat = (wildcards: Wildcards): PathNode[] =>
  'path' in wildcards ? [wildcards] : wildcards.flatMap(flat);
