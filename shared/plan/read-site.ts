/** A site that has passed every rule. */
import { minuteOfDay } from './cadence.ts';
import type { SiteFile } from './schema.ts';
import type { Cdn, Place, Publishing, Site } from './site.ts';

export function siteOf(file: SiteFile): Site {
  const { name, bucket, prefix, index, waste, verify } = file;
  return {
    name,
    bucket,
    prefix,
    releases: releasesOf(file),
    publishing: publishingOf(file),
    cdn: cdnOf(file),
    index,
    waste,
    verifyAt: verify === false ? undefined : minuteOfDay(verify.at),
  };
}

/** In the stack's own bucket each site has a folder. */
function releasesOf({ name, releases }: SiteFile): Place {
  const bucket = releases?.bucket;
  return { bucket, prefix: releases?.prefix ?? (bucket === undefined ? `${name}/` : '') };
}

function publishingOf(file: SiteFile): Publishing {
  const { headers, fingerprinted, entryPoints, exclude, keepReleases, grace, maxDeleteShare } = file;
  return {
    headers,
    ...(fingerprinted && { fingerprinted }),
    entryPoints,
    exclude,
    keepReleases,
    grace,
    maxDeleteShare,
  };
}

/** Your own bucket may well be served already: what it has is left alone unless the plan asks for more. */
function cdnOf({ bucket, distributions, distribution }: SiteFile): Cdn {
  if (distributions) return { kind: 'own', ids: distributions };
  if (!distribution && bucket !== undefined) return { kind: 'found' };
  const {
    aliases = [],
    certificate,
    priceClass = 'PriceClass_All',
    errorPage,
    spa = false,
  } = distribution ?? {};
  const folders = !spa && (distribution?.folders ?? true);
  return { kind: 'made', settings: { aliases, certificate, priceClass, errorPage, spa, folders } };
}
