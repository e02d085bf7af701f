/** Which paths a release may have: each becomes a key of the site's bucket and a URL. */
import { ownFolder } from '../../../shared/sites/keys.ts';
import { SourceError } from './source-error.ts';

/** S3 user guide, "Object key naming guidelines". */
const longestKey = 1024;

/**
 * @param where the source, for people
 * @param prefix the site's
 * @throws SourceError if the path must not become a key
 */
export function checkPath(path: string, { where, prefix }: { where: string; prefix: string }): void {
  const wrong = whatIsWrong(path, prefix);
  if (wrong !== undefined) throw new SourceError(`${where}: ${JSON.stringify(path)} ${wrong}`);
}

function whatIsWrong(path: string, prefix: string): string | undefined {
  if (Buffer.byteLength(prefix + path) > longestKey) {
    return `is longer than S3 takes: ${longestKey} bytes with the site's prefix`;
  }
  return wrongs.find(({ has }) => has(path))?.says;
}

const matches = (pattern: RegExp) => (path: string) => pattern.test(path);

const wrongs: readonly { has: (path: string) => boolean; says: string }[] = [
  { has: matches(/^\/|^[a-z]:\//i), says: 'is absolute: expected a path within the release' },
  { has: matches(/\\/), says: 'has a backslash: expected slashes' },
  // All of Unicode's: S3's own listing, which is XML 1.0, cannot even say some of them.
  { has: matches(/[\p{Cc}\u2028\u2029]/u), says: 'has a control character' },
  // An unpaired half of a character, or what stands for bytes that are no text.
  { has: matches(/[\p{Cs}\ufffd\ufffe\uffff]/u), says: 'is not written in UTF-8' },
  { has: matches(/(^|\/)\.\.?(\/|$)/), says: 'has "." or ".." in it' },
  { has: matches(/^$|(^|\/)(\/|$)/), says: 'has an empty name in it' },
  {
    has: (path) => `/${path}`.includes(`/${ownFolder}`),
    says: `lies in ${ownFolder}, where Groundskeeper keeps what it knows of a site`,
  },
];

/**
 * What systems leave behind and nobody means to publish: left out without a word. `.git` would publish the source
 * and all that was ever in it. docs/sync-assets.md lists these.
 */
const junk =
  /(^|\/)(__MACOSX|\.git|\.svn|\.hg|\.Spotlight-V100|\.Trashes)(\/|$)|(^|\/)(\.DS_Store|\._[^/]*|Thumbs\.db|desktop\.ini)$/;

export const isJunk = (path: string): boolean => junk.test(path);

/**
 * What is in a folder for tools and servers, and may hold passwords: dot-files but `.well-known`, which is for all,
 * and packages.
 *
 * @param name of the file or folder itself
 */
export const isHidden = (name: string): boolean => /^\.(?!well-known$)|^node_modules$/.test(name);
