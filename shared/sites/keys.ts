/** Keys of a site's bucket. */

/**
 * S3 lists keys in the order of their UTF-8 bytes; JavaScript compares UTF-16, which differs past U+FFFF.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    // Surrogates, of which all code points past U+FFFF are made, come last.
    const isLeftSurrogate = left >= 0xd800 && left <= 0xdfff;
    const isRightSurrogate = right >= 0xd800 && right <= 0xdfff;
    if (isLeftSurrogate !== isRightSurrogate) return isLeftSurrogate ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}

/** Below the site's prefix: what is ours there, and is no file of the site. */
export const ownFolder = '.groundskeeper/';

export const manifestKey = (prefix: string): string => `${prefix}${ownFolder}manifest.gz`;
export const lockKey = (prefix: string): string => `${prefix}${ownFolder}lock.json`;
export const changesFolder = `${ownFolder}changes/`;
/** The list of what a run changes, where it is too long for an event. */
export const changesKey = (prefix: string, run: string): string => `${prefix}${changesFolder}${run}.json`;
