/** Globs of a site's paths: see `globField`. */
import picomatch from 'picomatch';

/** Whether a path, below the site's prefix, is one of those that the globs speak of. */
export type Matcher = (path: string) => boolean;

// Dot files are files as others; `!` is a character; and a path has slashes on every machine.
const options = { dot: true, nonegate: true, windows: false } as const;

/** Compiled once for all paths: a site has 100,000 of them. */
export function matcherOf(globs: readonly string[]): Matcher {
  // What is written out as it is, matches: `[slug].js` is a name that build tools make.
  const exact = new Set(globs);
  const ofPaths = anyOf(globs.filter((glob) => glob.includes('/')));
  const ofNames = anyOf(globs.filter((glob) => !glob.includes('/')));
  return (path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return exact.has(path) || exact.has(name) || ofPaths.test(path) || ofNames.test(name);
  };
}

const nothing = /(?!)/;

const anyOf = (globs: readonly string[]): RegExp =>
  globs.length === 0
    ? nothing
    : new RegExp(globs.map((glob) => `(?:${picomatch.makeRe(glob, options).source})`).join('|'));
