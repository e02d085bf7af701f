/** What else there is of the site: that a wildcard does not hit more of it than it must. */
import type { Keys } from '../../shared/sites/invalidation.ts';
import type { CdnRun } from './clients.ts';

/** Undefined: not known. */
export async function readKeys(_run: CdnRun): Promise<Keys | undefined> {
  return undefined;
}
