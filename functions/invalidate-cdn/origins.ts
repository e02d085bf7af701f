/** Which of a distribution's origins are a site's bucket, and which paths are asked of them. Pure. */
import type { Behavior, Distribution, Origin } from '../../shared/aws/cloudfront.ts';
import type { SiteView } from '../../shared/sites/paths.ts';

export interface SiteOrigin {
  id: string;
  view: SiteView;
}

interface Wanted {
  bucket: string;
  prefix: string;
  index: string;
}

/**
 * All that S3 calls a bucket's endpoints, after the bucket's name: `s3.amazonaws.com`, `s3.eu-west-1.…`,
 * `s3-eu-west-1.…`, `s3.dualstack.eu-west-1.…`, `s3-website-eu-west-1.…`, `s3-website.eu-west-1.…`,
 * `s3-accelerate.…`. AWS general reference, "Amazon S3 endpoints and quotas".
 */
const endpoint =
  /^s3(-website|-accelerate)?((\.dualstack)?[.-][a-z]{2}(-[a-z]+)+-\d+|\.dualstack)?\.amazonaws\.com(\.cn)?$/;

/**
 * The origins that show the site, or a part of it, and that a behavior uses.
 *
 * @param isTrusted origins that are not known for the bucket's are taken for it, too: an access point, a host
 * name of one's own
 */
export function siteOrigins(
  { origins, behaviors, rootObject = '' }: Distribution & { rootObject?: string },
  { bucket, prefix, index }: Wanted,
  isTrusted = false,
): SiteOrigin[] {
  const originsOf = router(behaviors);
  return origins.flatMap((origin) => {
    const originPath = pathInBucket(origin, bucket) ?? (isTrusted ? origin.path : undefined);
    if (originPath === undefined || !meets(originPath, prefix)) return [];
    if (!behaviors.some((behavior) => behavior.origins.includes(origin.id))) return [];
    const serves = (path: string) => originsOf(path).includes(origin.id);
    return [{ id: origin.id, view: { originPath, index, rootObject, serves } }];
  });
}

/** Undefined: it is not of this bucket. */
function pathInBucket({ domain, path }: Origin, bucket: string): string | undefined {
  const host = domain.toLowerCase();
  const own = path.replace(/\/$/, '');
  if (host.startsWith(`${bucket}.`) && endpoint.test(host.slice(bucket.length + 1))) return own;
  // The bucket may be the first part of the path, as S3 has it, too.
  const isFirst = endpoint.test(host) && `${own}/`.startsWith(`/${bucket}/`);
  return isFirst ? own.slice(bucket.length + 1) : undefined;
}

/** Whether one lies within the other: `/www` shows all of the site `www/blog/`, and a part of the site at `''`. */
function meets(originPath: string, prefix: string): boolean {
  const base = originPath === '' ? '' : `${originPath.slice(1)}/`;
  return prefix.startsWith(base) || base.startsWith(prefix);
}

/** Which origins may be asked for a path. CloudFront takes the first pattern that fits: developer guide, "Path pattern". */
function router(behaviors: readonly Behavior[]): (path: string) => readonly string[] {
  const routes = behaviors.map(({ pattern, origins }) => ({ pattern: patternOf(pattern), origins }));
  return (path) => routes.find(({ pattern }) => pattern.test(path))?.origins ?? [];
}

/** `*` stands for any number of characters, `?` for one; the first slash may be left out. */
function patternOf(pattern: string): RegExp {
  const whole = /^[/*]/.test(pattern) ? pattern : `/${pattern}`;
  const escaped = whole.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'su');
}
