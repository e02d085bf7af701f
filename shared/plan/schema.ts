/**
 * The language of `groundskeeper.yml`, key by key. Messages, the JSON Schema for editors and the
 * reference in docs/plan.md all come from here. What needs more than one key at a time is in
 * `rules/`. Full zod, since this runs at build time only; the fields that a job has too are its own.
 */
import { z } from 'zod';
import { expireBackupsJob } from '../../functions/expire-backups/job.ts';
import { nameField } from '../job.ts';
import { subjectKinds } from './plan.ts';
import { copiesSchema } from './schema/copy.ts';
import { described, oneOfKeys } from './schema/fields.ts';
import { groupSchema } from './schema/group.ts';
import { siteSchema } from './schema/site.ts';
import { subjectSchemas } from './schema/subjects.ts';
import { tierSchema } from './schema/tier.ts';

const backupSchema = z
  .strictObject({
    name: described(
      nameField,
      'The backup: part of the schedules that it becomes and a tag of what it makes.',
      ['data'],
    ),
    ...subjectSchemas,
    tiers: z
      .array(tierSchema, { error: 'is not a list of tiers; expected at least one "- name: …"' })
      .min(1, 'has no tier; expected at least one')
      .meta({
        description:
          'How often and for how long, one schedule each. No two tiers of a backup may start less than 5 minutes apart; of databases 15.',
      }),
    copies: copiesSchema.optional().meta({
      description: 'The regions that backups of some tiers are copied to once they are completed, 5 at most.',
    }),
  })
  .meta(oneOfKeys(subjectKinds));

/** What CloudWatch Logs takes as a group's retention: API reference, PutRetentionPolicy. */
const logRetentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const topicPattern = 'arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}';
const addressPattern = '[^\\s@:]+@[^\\s@:]+\\.[^\\s@:]+';

/** What a plan is of: one of these at least. */
export const parts = ['backups', 'sites', 'groups'] as const;

export const planSchema = z
  .strictObject({
    timezone: z
      .string({ error: 'is not a time zone; expected an IANA name such as Europe/Berlin' })
      .default('UTC')
      .meta({
        description: 'The IANA time zone in which every `at` is meant.',
        examples: ['Europe/Berlin', 'UTC'],
      }),
    ledger: z
      .enum(['simpledb', 'dynamodb'], { error: 'is not a ledger; expected simpledb or dynamodb' })
      .default('simpledb')
      .meta({
        description:
          'Where it is written down what was made and when it is due. SimpleDB costs next to nothing, but only eight regions have it; DynamoDB is everywhere. After a change `reconcile-ledger` fills the new one.',
      }),
    notify: z
      .string({ error: 'is neither an e-mail address nor the ARN of an SNS topic' })
      .regex(
        new RegExp(`^(${topicPattern}|${addressPattern})$`),
        'is neither; expected an e-mail address or the ARN of an SNS topic',
      )
      .optional()
      .meta({
        description:
          'Whom every alarm tells: an e-mail address (it has to be confirmed once) or the ARN of an SNS topic. Left out: the alarms ring in the console only.',
        examples: ['ops@example.com', 'arn:aws:sns:eu-west-1:123456789012:on-call'],
      }),
    maxDeleteShare: z
      .number({ error: 'is not a share; expected a number above 0 and up to 1, such as 0.5' })
      .gt(0, 'is not a share; expected a number above 0 and up to 1, such as 0.5')
      .max(1, 'is not a share; expected a number above 0 and up to 1, such as 0.5')
      .default(0.5)
      .meta({
        description:
          "The largest share of a living source's backups that one run may delete, where it has four or more. What exceeds it is kept, and the run fails saying so.",
      }),
    keepOfGoneSources: described(
      expireBackupsJob.shape.keepOfGoneSources,
      'How many completed backups always stand of a source that exists no more, in each region, however old they are.',
    ),
    logRetentionDays: z
      .literal(logRetentionDays, {
        error: `is not a retention of CloudWatch Logs; expected one of ${logRetentionDays.join(', ')}`,
      })
      .default(30)
      .meta({ description: "How many days the functions' logs are kept." }),
    backups: z
      .array(backupSchema, { error: 'is not a list of backups; expected at least one "- name: …"' })
      .min(1, 'has no backup; expected at least one')
      .optional()
      .meta({ description: 'What is backed up, how often, and for how long.' }),
    sites: z
      .array(siteSchema, { error: 'is not a list of sites; expected at least one "- name: …"' })
      .min(1, 'has no site; expected at least one')
      .optional()
      .meta({
        description: 'What is published, where to, and who serves it.',
      }),
    groups: z
      .array(groupSchema, { error: 'is not a list of groups; expected at least one "- name: …"' })
      .min(1, 'has no group; expected at least one')
      .optional()
      .meta({
        description:
          'Which groups of instances follow their load and the clock. A plan has backups, sites or groups.',
      }),
  })
  .meta({
    anyOf: parts.map((part) => ({ required: [part] })),
    title: 'Groundskeeper plan',
    description:
      'What Groundskeeper does in this account. `serverless deploy` turns it into schedules, alarms and roles.',
  });

export type PlanFile = z.output<typeof planSchema>;
export type BackupFile = z.output<typeof backupSchema>;
export type SiteFile = z.output<typeof siteSchema>;
export type GroupFile = z.output<typeof groupSchema>;
export type TierFile = BackupFile['tiers'][number];
