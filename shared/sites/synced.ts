/** The event `Assets Synced`: what sync-assets says when a release is out, and invalidate-cdn hears. */
import * as z from 'zod/mini';

export const syncedSource = 'groundskeeper';
export const syncedDetailType = 'Assets Synced';

const keys = z.array(z.string());

/** What a run changed in the bucket. Keys are whole, with the site's prefix. */
export const changesSchema = z.object({
  /** That were not there before: no one can have been served them. */
  added: keys,
  /** Whose content or headers are others now. */
  changed: keys,
  deleted: keys,
});
export type Changes = z.infer<typeof changesSchema>;

/** The event's detail. Tolerant, as with all that comes from outside: it may be of a later version. */
export const syncedSchema = z.object({
  owner: z.string(),
  site: z.string(),
  /** Its name for people. */
  release: z.string(),
  /** Different for every publication: what makes an invalidation the same or another. */
  publication: z.string(),
  bucket: z.string(),
  prefix: z.string(),
  /** Or, where they are too many for an event, */
  changes: z.optional(changesSchema),
  /** the key in the bucket under which they are, as JSON. */
  changesKey: z.optional(z.string()),
});
export type Synced = z.infer<typeof syncedSchema>;
