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

/**
 * A way to cover a part of the tree with a number of wildcards. Of those with the same number only such are
 * kept as are not worse both ways.
 */
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

/** What goes against a rule that limits alone may break weighs more than any number of files. */
const forbidden = 1e9;
const unknown = 1e6;
/** Between wildcards that cost the same, the one that hits fewer is right even where `waste` is 0. */
const leastWaste = 1e-9;

/**
 * Undefined where the limits leave no cover, as they do if they allow no wildcards.
 *
 * Tree knapsack: the ways to cover a node come of those to cover its children, for each number of wildcards,
 * of which there are few. Where the cheapest way keeps within the limit of single paths, as it nearly always
 * does, it is the optimum; else ways are looked for again, several for each number of wildcards, and it is
 * the optimum where no more than `waysKept` were worth keeping.
 */
export function cheapestCover(root: PathNode, options: CoverOptions): Cover | undefined {
  const cheapest = bestOf(waysFor(root, { ...options, thin: cheapestOnly, allLeaves: false }), options);
  const best = cheapest ?? bestOf(waysFor(root, { ...options, thin: spread, allLeaves: true }), options);
  return best && coverOf(root, best);
}

interface Search extends CoverOptions {
  thin: (ways: Way[]) => Way[];
  /** Whether a wildcard may stand where a path would do: worth it only to save the number of paths. */
  allLeaves: boolean;
}

/** The cheapest within the limits; undefined where that is none. */
function bestOf(ways: Ways, { limits }: CoverOptions): Way | undefined {
  let best: { way: Way; cost: number } | undefined;
  for (const [wildcards, some] of ways.entries()) {
    for (const way of some) {
      const cost = wildcards + way.singles + way.waste;
      if (way.singles <= limits.paths && (!best || cost < best.cost)) best = { way, cost };
    }
  }
  return best?.way;
}

function waysFor(node: PathNode, search: Search): Ways {
  const here = wildcardAt(node, search);
  if (node.needsWildcard) return [[], [here]];
  const ways = waysBelow(node, search);
  if (isPath(node) && !search.allLeaves) return ways;
  return [ways[0] ?? [], search.thin([...(ways[1] ?? []), here]), ...ways.slice(2)];
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
  return { singles: 0, waste: weight, wildcards: node };
}

/** All ways to cover two parts, with as many wildcards as there may be. */
function join(some: Ways, others: Ways, { limits, thin }: Search): Ways {
  const ways: Way[][] = [];
  for (const [i, left] of some.entries()) {
    for (const [j, right] of others.entries()) {
      if (i + j > limits.wildcards) break;
      ways[i + j] = thin([
        ...(ways[i + j] ?? []),
        ...left.flatMap((way) => right.map((other) => both(way, other))),
      ]);
    }
  }
  return ways;
}

const both = (one: Way, other: Way): Way => ({
  singles: one.singles + other.singles,
  waste: one.waste + other.waste,
  wildcards:
    one.wildcards && other.wildcards ? [one.wildcards, other.wildcards] : (one.wildcards ?? other.wildcards),
});

/** The one that costs least. */
function cheapestOnly(ways: Way[]): Way[] {
  let best: Way | undefined;
  for (const way of ways) if (!best || way.singles + way.waste < best.singles + best.waste) best = way;
  return best ? [best] : [];
}

/** Of each part of the tree, for each number of wildcards. */
const waysKept = 16;

/** Those that are not worse both ways than another; of too many some, from the fewest paths to the least waste. */
function spread(ways: Way[]): Way[] {
  const front: Way[] = [];
  for (const way of ways.sort((a, b) => a.singles - b.singles || a.waste - b.waste)) {
    if (way.waste < (front.at(-1)?.waste ?? Number.POSITIVE_INFINITY)) front.push(way);
  }
  if (front.length <= waysKept) return front;
  const step = (front.length - 1) / (waysKept - 1);
  return Array.from({ length: waysKept }, (_, i) => front[Math.round(i * step)] as Way);
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
