/** The plan's sites as far as they can be understood: what the rules look at. See `draft.ts`. */
import { nameField } from '../job.ts';
import { bucketField, prefixField } from '../sites/site-fields.ts';
import { minuteOfDay } from './cadence.ts';
import type { Path } from './mistakes.ts';
import type { Cadence } from './plan.ts';
import { defined, isRecord, listOf, recordOf } from './raw-values.ts';
import { time } from './schema/tier.ts';

/** The one that the stack makes for the releases of all sites that name none. */
export const stacksReleases = Symbol('the bucket that the stack makes for releases');

/** Where something lies, if that can be read. A bucket that the stack makes for a site is no other's. */
export interface DraftPlace {
  path: Path;
  bucket?: string | typeof stacksReleases;
  prefix: string;
}

export interface DraftSite extends DraftPlace {
  name?: string;
  releases: DraftPlace;
  /** Its keys, if it has any. */
  distribution?: Record<string, unknown>;
  hasDistributions: boolean;
  /** When it is verified, if the plan says so. */
  verify?: { path: Path; cadence: Cadence };
}

export function siteDraftsOf(sites: unknown): DraftSite[] {
  return listOf(sites).flatMap((site, index) => (isRecord(site) ? [siteDraft(site, ['sites', index])] : []));
}

function siteDraft(site: Record<string, unknown>, path: Path): DraftSite {
  const { name, releases, distribution, verify } = site as Record<string, unknown>;
  const at = isRecord(verify) ? time.safeParse(verify['at']).data : undefined;
  const known = nameField.safeParse(name).data;
  return {
    ...placeDraft(site, path),
    ...(known !== undefined && { name: known }),
    releases: releasesDraft(releases, known, path),
    ...(isRecord(distribution) && { distribution }),
    hasDistributions: 'distributions' in site,
    ...(at !== undefined && {
      verify: { path: [...path, 'verify'], cadence: { unit: 'day', at: minuteOfDay(at) } },
    }),
  };
}

/** As it will be: in the stack's own bucket each site has a folder of its name. */
function releasesDraft(releases: unknown, name: string | undefined, path: Path): DraftPlace {
  const at = [...path, 'releases'];
  const { bucket, prefix } = recordOf(releases) as Record<string, unknown>;
  return bucket === undefined
    ? placeAt(at, stacksReleases, prefix ?? `${name}/`)
    : placeDraft({ bucket, prefix }, at);
}

const placeDraft = ({ bucket, prefix }: Record<string, unknown>, path: Path): DraftPlace =>
  placeAt(path, bucketField.safeParse(bucket).data, prefix ?? '');

/** With a prefix that is none nobody knows where in its bucket it is. */
function placeAt(path: Path, bucket: DraftPlace['bucket'], prefix: unknown): DraftPlace {
  const known = prefixField.safeParse(prefix).data;
  return { path, ...(known !== undefined && defined('bucket', bucket)), prefix: known ?? '' };
}
