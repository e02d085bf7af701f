/** What the jobs of a site have in common, and the plan says. */
import * as z from 'zod/mini';
import { durationField, nameField } from '../job.ts';
import { ownFolder } from './keys.ts';

/** S3 user guide, "General purpose bucket naming rules". */
export const bucketField = z
  .string()
  .check(
    z.regex(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      'expected the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens',
    ),
  );

/** `''` for a whole bucket, else with its last slash: `blog/`. */
export const prefixField = z.string().check(
  z.regex(/^([^/\p{Cc}]+\/)*$/u, 'expected "" or a path with its last slash and none before it, as "blog/"'),
  z.maxLength(512, 'expected 512 characters at most'),
  z.refine((prefix) => !/(^|\/)\.{1,2}\//.test(prefix), 'expected no "." or ".." in it'),
  z.refine(
    (prefix) => !`/${prefix}`.includes(`/${ownFolder}`),
    `expected no "${ownFolder}" in it, where a site's manifest and lock are`,
  ),
);

/**
 * A glob of paths below the site's prefix, as picomatch reads it: `*` within a folder, `**` across, `{a,b}`.
 * One without a slash is of the name in any folder: `*.html` is `<any folder>/*.html`.
 */
export const globField = z.string().check(
  z.minLength(1, 'expected a glob such as "*.html" or "assets/**"'),
  z.maxLength(256, 'expected 256 characters at most'),
  z.refine((glob) => !glob.startsWith('/'), 'expected no "/" at its start: paths are below the prefix'),
  z.refine(
    isClosed,
    'expected a "]" after each "[" and a "}" after each "{", or a "\\" before one that is meant itself',
  ),
);

/** What is left open matches a name that nobody means, or nothing at all. */
function isClosed(glob: string): boolean {
  return !/\[[^\]]*$|\{[^}]*$/.test(glob.replaceAll(/\\./g, ''));
}

const globs = z.array(globField).check(z.maxLength(50, 'expected 50 globs at most'));

const headerText = z
  .string()
  .check(z.regex(/^[\x20-\x7e]{1,1024}$/, 'expected 1 to 1024 printable ASCII characters, as of a header'));

/** S3 API reference, PutObject: x-amz-storage-class; those that answer at once. */
const storageClass = z.enum(['STANDARD', 'INTELLIGENT_TIERING', 'STANDARD_IA', 'ONEZONE_IA', 'GLACIER_IR']);

/** The headers of the paths that a glob matches. Of several rules that match, a later one wins, header by header. */
export const headerRuleField = z.strictObject({
  match: globField,
  contentType: z.optional(headerText),
  cacheControl: z.optional(headerText),
  contentEncoding: z.optional(headerText),
  contentDisposition: z.optional(headerText),
  contentLanguage: z.optional(headerText),
  /** A path of the site, or a URL. */
  redirect: z.optional(
    headerText.check(z.regex(/^(\/|https?:\/\/)/, 'expected a path with "/" first, or a URL')),
  ),
  storageClass: z.optional(storageClass),
  metadata: z.optional(
    z.record(
      z.string().check(z.regex(/^[a-z0-9-]{1,64}$/, 'expected lower-case letters, digits and hyphens')),
      headerText,
    ),
  ),
});
export type HeaderRule = z.infer<typeof headerRuleField>;

/** Where a site is, and how its files are published. */
export const siteFields = {
  site: nameField,
  bucket: bucketField,
  prefix: z._default(prefixField, ''),
};

export const publishingFields = {
  /** Where its release archives are uploaded to. */
  releases: z.optional(z.strictObject({ bucket: bucketField, prefix: z._default(prefixField, '') })),
  headers: z._default(z.array(headerRuleField).check(z.maxLength(50, 'expected 50 rules at most')), []),
  /** Names with a hash of their content in them. Left out: what the usual build tools make. */
  fingerprinted: z.optional(globs),
  /** What browsers ask for by a name that stays, and what refers to the rest: written after all else. */
  entryPoints: z._default(globs, ['*.html', '*.htm', 'sw.js', 'service-worker.js', '*.webmanifest']),
  /** Never touched: not written, not deleted. */
  exclude: z._default(globs, []),
  /** Of so many releases, the standing one among them, the fingerprinted files are kept. */
  keepReleases: z._default(z.int().check(z.minimum(1), z.maximum(100)), 3),
  /** How long a fingerprinted file is kept that no kept release has any more. */
  grace: z._default(durationField, '1 day'),
  /** The largest share of the site's files that one run may delete, where it has ten or more. */
  maxDeleteShare: z._default(z.number().check(z.gt(0), z.lte(1)), 0.5),
};
