/** The plan's sites as far as they can be understood: what the rules look at. See `draft.ts`. */
import { nameField } from '../job.ts';
import { bucketField, prefixField } from '../sites/site-fields.ts';
import { minuteOfDay } from './cadence.ts';
import type { Path } from './mistakes.ts';
import type { Cadence } from './plan.ts';
import { time } from './schema/tier.ts';

/** Where something lies, if that can be read. A bucket that the stack makes is nobody else's. */
export interface DraftPlace {
  path: Path;
  bucket?: string;
  prefix: string;
}

export interface DraftSite extends DraftPlace {
  name?: string;
  releases?: DraftPlace;
  /** Its keys, if it has any. */
  distribution?: Record<string, unknown>;
  hasDistributions: boolean;
  /** When it is verified, if the plan says so. */
  verify?: { path: Path; cadence: Cadence };
}

export function siteDraftsOf(sites: unknown): DraftSite[] {
  const list: unknown[] = Array.isArray(sites) ? sites : [];
  return list.flatMap((site, index) => (isRecord(site) ? [siteDraft(site, ['sites', index])] : []));
}

function siteDraft(site: Record<string, unknown>, path: Path): DraftSite {
  const { name, releases, distribution, verify } = site as Record<string, unknown>;
  const at = isRecord(verify) ? time.safeParse(verify['at']).data : undefined;
  const known = nameField.safeParse(name).data;
  return {
    ...placeDraft(site, path),
    ...(known !== undefined && { name: known }),
    ...(isRecord(releases) && { releases: placeDraft(releases, [...path, 'releases']) }),
    ...(isRecord(distribution) && { distribution }),
    hasDistributions: 'distributions' in site,
    ...(at !== undefined && {
      verify: { path: [...path, 'verify'], cadence: { unit: 'day', at: minuteOfDay(at) } },
    }),
  };
}

function placeDraft(value: Record<string, unknown>, path: Path): DraftPlace {
  const bucket = bucketField.safeParse(value['bucket']).data;
  return {
    path,
    ...(bucket !== undefined && { bucket }),
    prefix: prefixField.safeParse(value['prefix']).data ?? '',
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
