/** What browsers are told of a file: the plan's rules, and what goes without saying. docs/cache-rules.md. */
import { createHash } from 'node:crypto';
import type { ObjectHeaders } from '../../shared/aws/s3/s3.ts';
import type { HeaderRule } from '../../shared/sites/site-fields.ts';
import { contentTypeOf } from './content-type.ts';
import { looksFingerprinted } from './fingerprint.ts';
import { type Matcher, matcherOf } from './globs.ts';

/** Of paths below the site's prefix. */
export interface SiteRules {
  isExcluded: Matcher;
  /** Written after all else: what refers to the rest by a name that stays. */
  isEntryPoint: Matcher;
  /** Its content never changes. An entry point is never one, whatever its name. */
  isFingerprinted: Matcher;
  /** The same object for the same headers. */
  headersOf: (path: string) => ObjectHeaders;
}

/** As jobs have them: see `publishingFields`. */
export interface RuleFields {
  headers: readonly HeaderRule[];
  fingerprinted?: readonly string[] | undefined;
  entryPoints: readonly string[];
  exclude: readonly string[];
}

/** Compiles the globs of a job, once a run. */
export function rulesOf({ headers, fingerprinted, entryPoints, exclude }: RuleFields): SiteRules {
  const isEntryPoint = matcherOf(entryPoints);
  const hasFingerprint = fingerprinted ? matcherOf(fingerprinted) : looksFingerprinted;
  const rules = headers.map(({ match, ...rest }) => ({
    matches: matcherOf([match]),
    headers: namesOf(rest),
  }));
  const known = new Map<string, ObjectHeaders>();
  const cacheControlOf = (path: string): string => {
    if (isEntryPoint(path)) return askFirst;
    if (hasFingerprint(path)) return forEver;
    return partOfPage.test(path) ? askFirst : aMoment;
  };
  return {
    isExcluded: matcherOf(exclude),
    isEntryPoint,
    isFingerprinted: (path) => !isEntryPoint(path) && hasFingerprint(path),
    headersOf(path) {
      const contentType = contentTypeOf(path);
      const cacheControl = cacheControlOf(path);
      const applied = rules.filter(({ matches }) => matches(path));
      const key = applied.reduce(
        (text, rule) => `${text} ${rules.indexOf(rule)}`,
        contentType + cacheControl,
      );
      const same = known.get(key);
      if (same) return same;
      const made = applied.reduce((under, rule) => merged(under, rule.headers), {
        contentType,
        cacheControl,
      } as ObjectHeaders);
      known.set(key, made);
      return made;
    },
  };
}

const forEver = 'public, max-age=31536000, immutable';
const askFirst = 'no-cache';
const aMoment = 'public, max-age=300, must-revalidate';

/**
 * Scripts, styles and data without a fingerprint belong to the page of the same release: one from the browser's
 * cache beside a newer page is a mixture that nobody has tested. Pictures and the like may be five minutes old.
 */
const partOfPage = /\.(js|mjs|cjs|css|json|wasm)$/i;

const namesOf = ({ redirect, ...rest }: Omit<HeaderRule, 'match'>): ObjectHeaders => ({
  ...rest,
  ...(redirect !== undefined && { websiteRedirect: redirect }),
});

/** A header that a rule leaves out is as it was; each field of the metadata is a header. */
const merged = (under: ObjectHeaders, over: ObjectHeaders): ObjectHeaders => ({
  ...under,
  ...over,
  ...(under.metadata && over.metadata && { metadata: { ...under.metadata, ...over.metadata } }),
});

const digests = new WeakMap<ObjectHeaders, string>();

/**
 * Short, and the same for the same headers in any order: a manifest's rows have it. 72 bits, since a change of
 * rules that is missed stays missed; nobody gains by making two alike.
 */
export function digestOf(headers: ObjectHeaders): string {
  const known = digests.get(headers);
  if (known !== undefined) return known;
  const { metadata = {}, ...rest } = headers;
  const fields = [
    ...Object.entries(rest),
    ...Object.entries(metadata).map(([name, text]) => [`meta.${name}`, text]),
  ]
    .filter(([, text]) => text !== undefined)
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  const digest = createHash('sha256').update(JSON.stringify(fields)).digest('base64url').slice(0, 12);
  digests.set(headers, digest);
  return digest;
}
