import * as z from 'zod/mini';
import {
  commonJobFields,
  databaseSelectorField,
  durationField,
  exactlyOne,
  instanceSelectorField,
  nameField,
  regionField,
  timezoneField,
  volumeSelectorField,
} from '../../shared/job.ts';

/** When a tier of weeks or months starts, in the job's time zone. */
const startsField = z.discriminatedUnion('every', [
  z.strictObject({
    every: z.literal('week'),
    on: z.enum(['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']),
    at: z.string().check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as "03:35"')),
  }),
  z.strictObject({
    every: z.literal('month'),
    on: z.int().check(z.minimum(1), z.maximum(28)),
    at: z.string().check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as "03:35"')),
  }),
]);

/** Tags and ledger agree again, in every region; then, for each backup named, its age, retention and gaps. */
export const reconcileLedgerJob = z.strictObject({
  ...commonJobFields,
  backups: z._default(
    z.array(
      z
        .strictObject({
          backup: nameField,
          volumes: z.optional(volumeSelectorField),
          instances: z.optional(instanceSelectorField),
          databases: z.optional(databaseSelectorField),
          images: z.optional(instanceSelectorField),
          /** As the plan has them now. `starts`: a missing one is replaced by the earliest of its period. */
          tiers: z.record(
            nameField,
            z.strictObject({ keep: durationField, starts: z.optional(startsField) }),
          ),
        })
        .check(
          z.refine(
            ({ volumes, instances, databases, images }) =>
              exactlyOne({ volumes, instances, databases, images }),
            'expected exactly one of "volumes", "instances", "databases" and "images"',
          ),
        ),
    ),
    [],
  ),
  /** The zone of every `at`. */
  timezone: timezoneField,
  /** The other regions that hold copies. */
  regions: z._default(z.array(regionField), []),
  /** How many completed backups always stand of a source that no longer exists: what the report says of them. */
  keepOfGoneSources: z._default(z.int().check(z.minimum(0)), 1),
  /** Give existing backups the retention that the plan has now; left out, the report says what differs. */
  retag: z._default(z.boolean(), false),
});

export type ReconcileLedgerJob = z.infer<typeof reconcileLedgerJob>;
