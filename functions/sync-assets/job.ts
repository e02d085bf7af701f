import * as z from 'zod/mini';
import { EventError } from '../../shared/errors.ts';
import { commonJobFields } from '../../shared/job.ts';
import { bucketField, prefixField, publishingFields, siteFields } from '../../shared/sites/site-fields.ts';

const archiveEnding = /\.(zip|tar\.gz|tgz)$/;

/** Whether a key is that of a release archive. */
export const isArchive = (key: string): boolean => archiveEnding.test(key);

const archiveKey = z
  .string()
  .check(z.regex(archiveEnding, 'expected a key that ends with .zip, .tar.gz or .tgz'));

/** Makes a site's bucket hold exactly a release. */
export const syncAssetsJob = z
  .strictObject({
    ...commonJobFields,
    ...siteFields,
    ...publishingFields,
    /** An archive, by its key in any bucket that the role may read: what an upload's event narrows the job to. */
    archive: z.optional(
      z.strictObject({
        bucket: bucketField,
        key: archiveKey,
        etag: z.optional(z.string()),
        versionId: z.optional(z.string()),
        /** An upload's event says so: what stands already, or is older than what stands, is left alone. */
        uploadedAt: z.optional(z.iso.datetime()),
      }),
    ),
    /** A prefix of a bucket that holds the files themselves. */
    from: z.optional(z.strictObject({ bucket: bucketField, prefix: z._default(prefixField, '') })),
    /** One that was published: `previous`, or its name. */
    release: z.optional(z.string().check(z.minLength(1))),
    /**
     * List the bucket, and mend what another hand changed. With neither `archive`, `from` nor `release`:
     * of the release that stands.
     */
    verify: z._default(z.boolean(), false),
  })
  .check(
    z.refine(
      ({ archive, from, release }) =>
        [archive, from, release].filter((source) => source !== undefined).length <= 1,
      'expected one of "archive", "from" and "release", or "verify": true alone',
    ),
  );

export type SyncAssetsJob = z.infer<typeof syncAssetsJob>;

/**
 * Which archive was uploaded, only the event says: a job has none of these until it is narrowed.
 *
 * @throws EventError if the job says neither what to publish nor to verify
 */
export function expectSource({ archive, from, release, verify }: SyncAssetsJob): void {
  if (archive || from || release !== undefined || verify) return;
  throw new EventError(
    'The job says nothing to do: expected one of "archive", "from", "release" and "verify": true',
  );
}
