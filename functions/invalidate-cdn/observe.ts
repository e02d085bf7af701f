/** What changed, and what else there is of the site. */
import { awsErrorOf } from '../../shared/aws/errors.ts';
import { readObject } from '../../shared/aws/s3/objects.ts';
import { EventError, ObservationError } from '../../shared/errors.ts';
import { type Changes, changesSchema } from '../../shared/sites/synced.ts';
import type { CdnRun } from './clients.ts';

const none: Changes = { added: [], changed: [], deleted: [] };

/** As the job says, or the list in the bucket to which it refers. */
export async function observeChanges({ aws, job }: CdnRun): Promise<Changes> {
  const { bucket, changes, changesKey: key, paths } = job;
  if (changes) return changes;
  if (paths) return none;
  if (key === undefined) {
    throw new EventError('The job has none of "paths", "changes" and "changesKey": expected one of them');
  }
  const read = await readObject(aws, { bucket, key });
  if (!read) throw new ObservationError(`s3://${bucket}/${key}, which says what changed, is not there`);
  try {
    return changesSchema.parse(JSON.parse(Buffer.from(read.body).toString()));
  } catch (error) {
    throw new ObservationError(
      `s3://${bucket}/${key} does not say what changed: ${awsErrorOf(error).message}`,
    );
  }
}
