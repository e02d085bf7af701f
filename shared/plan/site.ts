/** A site of the plan: where it lies, what is published how, and who serves it. */
import type { z } from 'zod';
import type { syncAssetsJob } from '../../functions/sync-assets/job.ts';
import type { publishingFields } from '../sites/site-fields.ts';
import { releasesId, siteResourceId } from './logical-ids.ts';
import type { MinuteOfDay } from './plan.ts';
import { reference } from './template.ts';

export interface Place {
  /** The user's own, by name. Undefined: the stack makes it. */
  bucket: string | undefined;
  prefix: string;
}

/** How files are published: as in the jobs of sync-assets. */
export type Publishing = Pick<
  z.output<typeof syncAssetsJob>,
  Exclude<keyof typeof publishingFields, 'releases'>
>;

export const priceClasses = ['PriceClass_100', 'PriceClass_200', 'PriceClass_All'] as const;

/** A distribution that the stack makes. */
export interface DistributionSettings {
  aliases: string[];
  certificate: string | undefined;
  priceClass: (typeof priceClasses)[number];
  /** A path below the site's prefix. */
  errorPage: string | undefined;
  spa: boolean;
  folders: boolean;
}

export type Cdn =
  | { kind: 'made'; settings: DistributionSettings }
  | { kind: 'own'; ids: string[] }
  /** Those that have the bucket and prefix as their origin, when there is something to invalidate. */
  | { kind: 'found' };

export interface Site extends Place {
  name: string;
  releases: Place;
  publishing: Publishing;
  cdn: Cdn;
  index: string;
  waste: number;
  /** Undefined: never by itself. */
  verifyAt: MinuteOfDay | undefined;
}

/** In jobs and ARNs: a name, or what CloudFormation makes one of. */
export const bucketOf = ({ name, bucket }: Pick<Site, 'name' | 'bucket'>): string =>
  bucket ?? reference(siteResourceId(name, 'Bucket'));

/** One for all sites that name none; each has a folder in it. */
export const releasesBucketOf = ({ releases }: Pick<Site, 'releases'>): string =>
  releases.bucket ?? reference(releasesId('Bucket'));

/** Undefined: they are found by their origin. */
export function distributionsOf({ name, cdn }: Pick<Site, 'name' | 'cdn'>): string[] | undefined {
  switch (cdn.kind) {
    case 'made':
      return [reference(siteResourceId(name, 'Distribution'))];
    case 'own':
      return cdn.ids;
    case 'found':
      return undefined;
  }
}
