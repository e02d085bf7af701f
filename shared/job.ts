/**
 * What every job may carry, and the fields that more than one job has. Jobs are validated strictly:
 * a key that is not known is an error, so that a typo never becomes a default.
 * `zod/mini`, since these schemas run at each cold start.
 */
import * as z from 'zod/mini';
import { parseDuration } from './duration.ts';
import { neverFrozen } from './never-frozen.ts';
import { isZone } from './plan/zones.ts';

export const commonJobFields = {
  /** Show every decision and change nothing. */
  dryRun: z._default(z.boolean(), false),
  /** The most writes of one run; what exceeds it is kept, and the run fails saying so. */
  maxActions: z.optional(z.int().check(z.minimum(1))),
};

/** The zone in which a job's times of day are meant. */
export const timezoneField = z._default(
  z.string().check(z.refine(isZone, 'expected an IANA name of a time zone such as "Europe/Berlin"')),
  'UTC',
);

/** A backup's or a tier's name: it becomes part of logical ids, tags and ledger keys. */
export const nameField = z
  .string()
  .check(
    z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case letters, digits and single hyphens'),
    z.maxLength(40, 'expected 40 characters at most'),
  );

/** "24 hours", "7 days", "1 month". */
export const durationField = z
  .string()
  .check(
    z.refine(
      (text) => parseDuration(text) !== undefined,
      'expected a whole number and a unit, such as "24 hours", "7 days", "2 weeks", "1 month" or "1 year"',
    ),
  );

const filterValues = 200; // DescribeVolumes and DescribeInstances take at most 200 values a filter

const idList = (prefix: string) =>
  z
    .array(
      z
        .string()
        .check(
          z.regex(
            new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`),
            `expected an id such as ${prefix}-0123456789abcdef0`,
          ),
        ),
    )
    .check(
      z.minLength(1, 'expected at least one id'),
      z.maxLength(filterValues, `expected ${filterValues} ids at most`),
    );

/** All keys must be there, each with one of its values. */
export const tagFilter = z
  .record(
    z.string().check(z.minLength(1), z.maxLength(128)),
    z
      .array(z.string().check(z.maxLength(256)))
      .check(
        z.minLength(1, 'expected at least one value'),
        z.maxLength(filterValues, `expected ${filterValues} values at most`),
      ),
    'expected tag keys of 1 to 128 characters, each with a list of values',
  )
  .check(z.refine((tags) => Object.keys(tags).length > 0, 'expected at least one tag'));

export const exactlyOne = (selector: object) =>
  Object.values(selector).filter((value) => value !== undefined).length === 1;

const chosenBy = (prefix: string) => ({ ids: z.optional(idList(prefix)), tags: z.optional(tagFilter) });

const chosen = (prefix: string) =>
  z.strictObject(chosenBy(prefix)).check(z.refine(exactlyOne, 'expected exactly one of "ids" and "tags"'));

/** Which volumes: by id or by tag. */
export const volumeSelectorField = chosen('vol');
export type VolumeSelector = z.infer<typeof volumeSelectorField>;

/** Which instances: by id or by tag. */
export const instanceSelectorField = chosen('i');
export type InstanceSelector = z.infer<typeof instanceSelectorField>;

/** A path as `findmnt` shows a mount point; what else may not be frozen is for the instance to say. */
const mountPoint = z.string().check(
  z.regex(
    /^(\/[^/\0\n]+)+$/,
    'expected the absolute path of a mount point other than "/", such as "/var/www"',
  ),
  z.maxLength(1024, 'expected 1024 characters at most'),
  z.refine(
    (path) => path === '/' || !neverFrozen.includes(path),
    `expected none of ${neverFrozen.join(', ')}, which the thaw needs`,
  ),
);

const commands = z
  .array(z.string().check(z.minLength(1), z.maxLength(4096)))
  .check(z.minLength(1, 'expected at least one command'), z.maxLength(20, 'expected 20 commands at most'));

/** Which instances, and how a set of their volumes' snapshots is taken. */
export const instanceBackupField = z
  .strictObject({
    ...chosenBy('i'),
    /** False: the data volumes alone. */
    bootVolume: z._default(z.boolean(), true),
    /** Volumes that are left out of the set. EC2 takes 40 at most. */
    excludeVolumes: z.optional(idList('vol').check(z.maxLength(40, 'expected 40 ids at most'))),
    /** Mount points that are frozen while the set is begun. */
    freeze: z.optional(
      z
        .array(mountPoint)
        .check(z.minLength(1, 'expected at least one path'), z.maxLength(20, 'expected 20 paths at most')),
    ),
    /** After so long the instance thaws by itself, whatever has become of us. */
    freezeSeconds: z._default(z.int().check(z.minimum(10), z.maximum(600)), 60),
    /** What to do if the freeze or a command cannot be confirmed: no backup, or one that is tagged crash-consistent. */
    unfrozen: z._default(z.enum(['refuse', 'take']), 'refuse'),
    /** Shell commands on the instance before the freeze, such as a database's flush, and after the thaw. */
    before: z.optional(commands),
    after: z.optional(commands),
    /** How long all of `before`, and all of `after`, may take. */
    commandSeconds: z._default(z.int().check(z.minimum(5), z.maximum(600)), 60),
  })
  .check(z.refine(({ ids, tags }) => exactlyOne({ ids, tags }), 'expected exactly one of "ids" and "tags"'));
export type InstanceBackup = z.infer<typeof instanceBackupField>;

/**
 * RDS API reference, CreateDBInstance: DBInstanceIdentifier, and CreateDBCluster: DBClusterIdentifier; both
 * are kept in lower case.
 */
const databaseId = z
  .string()
  .check(
    z.regex(
      /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
      'expected the identifier of a database: lower-case letters, digits and single hyphens, a letter first',
    ),
    z.maxLength(63, 'expected 63 characters at most'),
  );
const databaseIds = z
  .array(databaseId)
  .check(z.minLength(1, 'expected at least one identifier'), z.maxLength(100, 'expected 100 at most'));

/** Which databases: RDS instances and Aurora clusters by identifier, or both by tag. */
export const databaseSelectorField = z
  .strictObject({
    instances: z.optional(databaseIds),
    clusters: z.optional(databaseIds),
    tags: z.optional(tagFilter),
  })
  .check(
    z.refine(
      ({ instances, clusters, tags }) =>
        (tags !== undefined) !== (instances !== undefined || clusters !== undefined),
      'expected "tags", or identifiers in "instances", "clusters" or both',
    ),
  );
export type DatabaseSelector = z.infer<typeof databaseSelectorField>;

/** `eu-west-1` */
export const regionField = z
  .string()
  .check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected a region such as "eu-west-1"'));

/** The regions that a backup is copied to by copy-backups: what is tagged so from its creation on. */
export const copiesField = z._default(
  z.array(regionField).check(z.maxLength(5, 'expected 5 regions at most')),
  [],
);

/** What every job has that makes the backups of one slot. */
export const appointmentFields = {
  ...commonJobFields,
  backup: nameField,
  tier: z._default(nameField, 'manual'),
  /** How long the backups are kept, from the later of the slot and the start. */
  keep: durationField,
  /** The tier's interval: a slot older than this is not taken any more. Left out by hand. */
  every: z.optional(durationField),
  /** The slot's time, `<aws.scheduler.scheduled-time>` in a schedule; now if left out. */
  scheduledTime: z.optional(z.iso.datetime('expected a time in UTC such as "2026-11-21T02:15:00Z"')),
  copies: copiesField,
};
