/**
 * A compressed radix tree of the paths that are to be invalidated, which counts the others that lie below
 * each of its nodes. A wildcard that ends within an edge reaches the same changed paths as one at the edge's
 * lower end, and no fewer others: so only nodes are worth a wildcard, and others need not be kept.
 */

export interface PathNode {
  /** From `/` to here. */
  path: string;
  /** By the next character. */
  children: Map<number, PathNode>;
  /** This path itself is to be invalidated. */
  isNeeded: boolean;
  /** What is to be invalidated starts with this, and cannot be named: only a wildcard here or above reaches it. */
  needsWildcard: boolean;
  /** How many unchanged paths start with this. */
  others: number;
  /** A few of them, for people. */
  examples: string[];
}

/** How many a node keeps. */
const examplesKept = 3;

const newNode = (path: string): PathNode => ({
  path,
  children: new Map(),
  isNeeded: false,
  needsWildcard: false,
  others: 0,
  examples: [],
});

export const newTree = (): PathNode => newNode('/');

/** The node of a path, made if it is not there. */
export function nodeOf(root: PathNode, path: string): PathNode {
  let node = root;
  while (node.path.length < path.length) {
    const first = path.codePointAt(node.path.length) as number;
    const child = node.children.get(first);
    if (!child) return attach(node, first, newNode(path));
    const shared = sharedLength(path, child.path, node.path.length);
    node = shared === child.path.length ? child : split(node, first, child, shared);
  }
  return node;
}

function split(parent: PathNode, first: number, child: PathNode, at: number): PathNode {
  const between = attach(parent, first, newNode(child.path.slice(0, at)));
  attach(between, child.path.codePointAt(at) as number, child);
  return between;
}

function attach(parent: PathNode, first: number, child: PathNode): PathNode {
  parent.children.set(first, child);
  return child;
}

/** Counts a path that did not change. */
export function countOther(root: PathNode, path: string): void {
  let node: PathNode | undefined = root;
  while (node && path.startsWith(node.path)) {
    node.others += 1;
    if (node.examples.length < examplesKept) node.examples.push(path);
    node = node.children.get(path.codePointAt(node.path.length) ?? -1);
  }
}

/** How far two paths are the same, of which so much is known to be; whole characters, no halves of pairs. */
function sharedLength(a: string, b: string, from: number): number {
  const end = Math.min(a.length, b.length);
  let at = from;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at < end && isHighSurrogate(a.charCodeAt(at - 1)) ? at - 1 : at;
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
