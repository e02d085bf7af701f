/**
 * Which URL paths of a distribution a key of its bucket is served at, and how CloudFront wants them named
 * when it is to forget them.
 */

/** How a distribution shows a bucket. */
export interface SiteView {
  /** The origin's path as CloudFront has it: `''`, or `/www`. */
  originPath: string;
  /** The file that stands for its folder: `index.html`. */
  index: string;
  /** What the distribution answers at `/`: its default root object; `''` where it has none. */
  rootObject: string;
  /** Whether a path is asked of this origin at all: a distribution may have several. */
  serves?: ((path: string) => boolean) | undefined;
}

/**
 * All paths, in plain characters, at which a key is served; none if it lies outside the origin's path.
 * An index is its folder, too, with and without the slash: S3's website endpoint answers there, or a
 * function at the edge that rewrites paths. A longer one starts with each that is shorter.
 */
export function pathsOf(key: string, view: SiteView): string[] {
  const base = view.originPath.replace(/^\//, '');
  const root = base === '' ? '' : `${base}/`;
  if (!key.startsWith(root)) return [];
  const path = `/${key.slice(root.length)}`;
  const paths = [...folderPaths(path, view), path];
  return view.serves ? paths.filter(view.serves) : paths;
}

function folderPaths(path: string, { index, rootObject }: SiteView): string[] {
  const slash = path.lastIndexOf('/');
  const isFolder = slash > 0 && path.slice(slash + 1) === index;
  return [
    // CloudFront puts the default root object in its place itself, whatever the index.
    ...(path === `/${rootObject || index}` ? ['/'] : []),
    ...(isFolder ? [path.slice(0, slash), path.slice(0, slash + 1)] : []),
  ];
}

/** CloudFront developer guide, "Specify the files to invalidate": a path, its asterisk included. */
const longestPath = 4000;

/**
 * What no path can name: CloudFront takes `~` neither raw nor encoded ("Specify the files to invalidate"), reads
 * an asterisk as a wildcard (or refuses it), and after a question mark there is the query.
 */
const unnameable = new Set(['~', '*', '?']);

/** What the same page says is to be encoded, and nothing else is: RFC 1738's unsafe characters, and all but ASCII. */
const toEncode = /[^\x21-\x7e]|["#%<>[\\\]^`{|}]/u;

/** As CloudFront wants it named. */
export function encodePath(path: string): string {
  let encoded = '';
  for (const character of path) encoded += encodeCharacter(character);
  return encoded;
}

/** A half of a pair, which only JSON can hold, is in no key of S3. */
const encodeCharacter = (character: string): string =>
  toEncode.test(character) ? encodeURIComponent(character.replace(/\p{Cs}/u, '\ufffd')) : character;

/**
 * The start of a path that can be named; the whole path, if all of it can. The rest only a wildcard reaches.
 */
export function nameablePart(path: string): string {
  let length = 0;
  let end = 0;
  for (const character of path) {
    length += encodeCharacter(character).length;
    // One less, so that each start of it may also end with an asterisk.
    if (unnameable.has(character) || length > longestPath - 1) break;
    end += character.length;
  }
  return path.slice(0, end);
}
