/** A site: what is published, where to, and who serves it. What needs more than one key at a time is in `rules/sites.ts`. */
import { z } from 'zod';
import * as mini from 'zod/mini';
import { invalidateCdnJob } from '../../../functions/invalidate-cdn/job.ts';
import { nameField } from '../../job.ts';
import { bucketField, headerRuleField, prefixField, publishingFields } from '../../sites/site-fields.ts';
import { priceClasses } from '../site.ts';
import { described } from './fields.ts';
import { time } from './tier.ts';

const rule = headerRuleField.shape;
const headerRule = z
  .strictObject({
    match: described(
      rule.match,
      'Which files: a glob of paths below the prefix. `*` is within a folder, `**` across; one without a slash is of the name in any folder.',
      ['*.html', 'downloads/**'],
    ),
    contentType: described(rule.contentType, 'In place of the type that the ending tells.', ['text/plain']),
    cacheControl: described(rule.cacheControl, 'How long browsers and CloudFront keep it.', [
      'public,max-age=3600',
    ]),
    contentEncoding: described(rule.contentEncoding, 'Of files that are compressed already.', ['br']),
    contentDisposition: described(rule.contentDisposition, 'Whether browsers show or save it.', [
      'attachment',
    ]),
    contentLanguage: described(rule.contentLanguage, 'The language of the content.', ['de']),
    redirect: described(
      rule.redirect,
      "Where to instead: a path of the site or a URL. Only S3's website endpoints redirect; behind origin access control it has no effect.",
      ['/new.html'],
    ),
    storageClass: described(rule.storageClass, 'One of those from which S3 answers at once.', [
      'STANDARD_IA',
    ]),
    metadata: described(rule.metadata, 'Further headers, `x-amz-meta-…`.', [{ team: 'web' }]),
  })
  .refine((given) => Object.keys(given).length > 1, {
    error: 'sets nothing; expected a key beside "match", such as "cacheControl"',
    // A key that is not known was meant for one.
    when: ({ issues }) => issues.length === 0,
  })
  .meta({ minProperties: 2 });

const path = z
  .string()
  .regex(/^[^/\s*?#%]+(\/[^/\s*?#%]+)*$/, 'is not a path of the site; expected one such as 404.html');

/** https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html */
const certificatePattern = /^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate\/[\w-]+$/;

/** Amazon CloudFront developer guide, "Use custom URLs": a wildcard may stand for the first label. */
const alias = z
  .string()
  .max(253, 'is too long; expected 253 characters at most')
  .regex(
    /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
    'is not a domain name; expected one such as www.example.com, in lower case',
  );

const distribution = z.strictObject({
  aliases: z
    .array(alias)
    .min(1, 'names no domain; expected at least one')
    .max(100, 'is too long; expected 100 at most')
    .optional()
    .meta({
      description:
        'The domain names of the site. They need `certificate`, and records in DNS that lead to the distribution.',
      examples: [['www.example.com']],
    }),
  certificate: z
    .string()
    .regex(
      certificatePattern,
      'is not the ARN of a certificate of ACM; expected one such as arn:aws:acm:us-east-1:123456789012:certificate/…',
    )
    .optional()
    .meta({
      description:
        'The certificate of `aliases`: its ARN in us-east-1, wherever the stack is, since CloudFront takes no other.',
      examples: ['arn:aws:acm:us-east-1:123456789012:certificate/1b2c3d4e-0000-4000-8000-123456789012'],
    }),
  priceClass: z
    .enum(priceClasses, { error: `is not a price class; expected one of ${priceClasses.join(', ')}` })
    .default('PriceClass_All')
    .meta({ description: "From which of CloudFront's locations the site is served." }),
  errorPage: path.optional().meta({
    description: 'The page for what is not there, with status 404. Left out: the bare answer 403 of S3.',
    examples: ['404.html'],
  }),
  spa: z.boolean().default(false).meta({
    description:
      'For single-page apps: what is not there is answered with `index` and status 200, and folders have no pages of their own.',
  }),
  folders: z.boolean().default(true).meta({
    description:
      'Whether `/docs/` shows `/docs/index.html`, and `/docs` leads to `/docs/`: a small CloudFront function does that. Switch it off where files have names without a dot.',
  }),
});

const verify = z.union(
  [
    z.literal(false),
    z.strictObject({
      at: time.meta({
        description: "The time of day, in the plan's `timezone`, in quotes.",
        examples: ['03:10'],
      }),
    }),
  ],
  { error: 'is not a time to verify; expected { at: "03:10" }, or false' },
);

export const siteSchema = z.strictObject({
  name: described(nameField, 'The site: part of what it becomes, and how events and reports call it.', [
    'www',
  ]),
  bucket: described(
    mini.optional(bucketField),
    'The bucket that holds the site, if it is your own. Left out: the stack makes one.',
    ['www-example-com'],
  ),
  prefix: described(mini._default(prefixField, ''), 'The folder of the bucket that the site is in.', [
    'blog/',
  ]),
  releases: z
    .strictObject({
      bucket: described(
        mini.optional(bucketField),
        'The bucket for release archives, if it is your own. Left out: one that the stack makes, the same for all sites.',
        ['ci-artifacts'],
      ),
      prefix: described(
        mini.optional(prefixField),
        "The folder of it. Left out: the site's name in the stack's bucket, all of your own.",
        ['www/'],
      ),
    })
    .optional()
    .meta({
      description: 'Where release archives (zip, tar.gz) are uploaded to: each is published at once.',
    }),
  distributions: described(
    invalidateCdnJob.shape.distributions,
    'The CloudFront distributions that serve the site, by id, if they are your own.',
    [['E1EXAMPLE2345']],
  ),
  distribution: distribution.optional().meta({
    description:
      'The distribution that the stack makes. Left out: with the defaults below for a bucket that the stack makes; for your own bucket none, and those that have it as their origin are found when something is invalidated.',
  }),
  index: described(invalidateCdnJob.shape.index, 'The file that stands for its folder.'),
  headers: z.array(headerRule).max(50, 'is too long; expected 50 rules at most').default([]).meta({
    description:
      'Headers of the files that a glob matches. Of several rules that match, a later one wins, header by header.',
  }),
  fingerprinted: described(
    publishingFields.fingerprinted,
    'Files with a hash of their content in their names, which browsers may keep for a year. Left out: what the usual build tools make.',
    [['assets/**']],
  ),
  entryPoints: described(
    publishingFields.entryPoints,
    'What is asked for by a name that stays and refers to the rest: written after all else.',
  ),
  exclude: described(publishingFields.exclude, 'Never touched: not written, not deleted.', [['uploads/**']]),
  keepReleases: described(
    publishingFields.keepReleases,
    'Of so many releases, the standing one among them, the fingerprinted files are kept.',
  ),
  grace: described(
    publishingFields.grace,
    'How long a fingerprinted file stays that no kept release has any more.',
  ),
  maxDeleteShare: described(
    publishingFields.maxDeleteShare,
    "The largest share of the site's files that one run may delete, where it has ten or more.",
  ),
  verify: verify.default({ at: '03:10' }).meta({
    description:
      'When the bucket is compared with the release that stands, every night, and what another hand changed is mended. `false`: only by hand.',
    examples: [{ at: '03:10' }, false],
  }),
  waste: described(
    invalidateCdnJob.shape.waste,
    'What a needless invalidation of one file weighs, in paths: with 0.1 a folder of ten unchanged files is invalidated rather than one path more is paid for.',
  ),
});
