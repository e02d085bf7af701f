import * as z from 'zod/mini';
import { commonJobFields } from '../../shared/job.ts';
import { defaultIndex, defaultWaste } from '../../shared/sites/invalidation.ts';
import { siteFields } from '../../shared/sites/site-fields.ts';
import { changesSchema } from '../../shared/sites/synced.ts';

/** CloudFront developer guide, "Specify the files to invalidate". */
const path = z
  .string()
  .check(
    z.regex(/^\/[^*]*\*?$/, 'expected a path with "/" first and "*" last or nowhere'),
    z.maxLength(4000, 'expected 4000 characters at most'),
  );

/** Invalidates in CloudFront what a release changed, in as few paths as that takes. */
export const invalidateCdnJob = z
  .strictObject({
    ...commonJobFields,
    ...siteFields,
    /** Left out: those that have the bucket and prefix as their origin. */
    distributions: z.optional(
      z
        .array(
          z.string().check(z.regex(/^[A-Z0-9]{8,32}$/, "expected a distribution's id such as E1EXAMPLE2345")),
        )
        .check(z.minLength(1)),
    ),
    /** The file that stands for its folder. */
    index: z._default(
      z
        .string()
        .check(z.regex(/^[^/]+$/, 'expected the name of a file such as index.html, without its folder')),
      defaultIndex,
    ),
    /**
     * What a needless invalidation of one file weighs, in paths: 0.1 invalidates a folder of 10 unchanged
     * files rather than pay for one path more.
     */
    waste: z._default(z.number().check(z.minimum(0)), defaultWaste),
    /** Wait until CloudFront says that it is done. */
    wait: z._default(z.boolean(), false),
    /** By hand: these paths, as CloudFront has them. */
    paths: z.optional(z.array(path).check(z.minLength(1), z.maxLength(3000))),
    /** What an `Assets Synced` event narrows the job to. */
    release: z.optional(z.string()),
    publication: z.optional(z.string()),
    changes: z.optional(changesSchema),
    changesKey: z.optional(z.string()),
    /** What a run writes in a message to itself, when CloudFront had no room. */
    deferral: z.optional(
      z.strictObject({
        attempts: z.int().check(z.minimum(1)),
        since: z.iso.datetime(),
        notBefore: z.iso.datetime(),
      }),
    ),
  })
  .check(
    z.refine(
      ({ paths, changes, changesKey }) =>
        [paths, changes, changesKey].filter((one) => one !== undefined).length <= 1,
      'expected one of "paths", "changes" and "changesKey"',
    ),
  );

export type InvalidateCdnJob = z.infer<typeof invalidateCdnJob>;
