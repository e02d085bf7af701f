/** Copies of a backup in another region. */
import { z } from 'zod';
import { regionField } from '../../job.ts';
import { described, duration } from './fields.ts';

/** AWS KMS developer guide, "Key identifiers": ids, ids of multi-region keys, aliases, and the ARNs of all. */
const keyId = '([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})';
const alias = 'alias/[A-Za-z0-9/_-]{1,250}';
const keyPattern = `^(${keyId}|${alias}|arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:(key/${keyId}|${alias}))$`;

const keyExpected =
  'is not a key of KMS; expected its ARN, its id, or an alias such as alias/backups, of the region that is copied to';
const arnExpected =
  'is not the ARN of a key of KMS; expected one such as arn:aws:kms:eu-west-3:123456789012:alias/backups, or :key/ and its id';

export const copySchema = z.strictObject({
  region: described(regionField, 'Where to: a region other than that of the stack.', ['eu-west-3']),
  kmsKey: z
    .string({ error: keyExpected })
    .regex(new RegExp(keyPattern), {
      error: ({ input }) => (String(input).startsWith('arn:') ? arnExpected : keyExpected),
    })
    .optional()
    .meta({
      description:
        "The key of that region with which the copies are encrypted: its ARN, id or alias. Left out: AWS's own key there for EBS or RDS.",
      examples: ['alias/backups'],
    }),
  keep: z
    .record(z.string(), duration, { error: 'does not say what is copied; expected tiers and durations' })
    .refine(
      (record) => Object.keys(record).length > 0,
      'copies nothing; expected at least one tier, such as "daily: 7 days"',
    )
    .meta({
      description: 'The tiers whose backups are copied, and how long the copies of each are kept.',
      examples: [{ daily: '7 days', monthly: '1 year' }],
    }),
});

/** As in a job: `copiesField`. */
const mostRegions = 5;

export const copiesSchema = z
  .array(copySchema, { error: 'is not a list of copies; expected "- region: …"' })
  .min(1, 'names no region; expected at least one')
  .max(mostRegions, `is too long; expected ${mostRegions} regions at most`);
