/** Which backup an event of AWS says is completed. See docs/copy-backups.md for the rules that bring them. */
import * as z from 'zod/mini';
import { EventError } from '../../shared/errors.ts';
import type { CopyBackupsJob } from './job.ts';

// AWS adds fields as it likes: only what is read here must be there.
const envelope = z.looseObject({ 'detail-type': z.string(), detail: z.unknown() });
/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-cloud-watch-events.html */
const snapshotDone = z.looseObject({ event: z.string(), result: z.string(), snapshot_id: z.string() });
const setDone = z.looseObject({
  event: z.string(),
  result: z.string(),
  snapshots: z.array(z.looseObject({ snapshot_id: z.string() })),
});
/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html */
const databaseEvent = z.looseObject({ EventID: z.string(), SourceIdentifier: z.string() });

/** The ids of what is completed; none if the event is of something else. */
const readers: Readonly<Record<string, (detail: unknown) => string[]>> = {
  'EBS Snapshot Notification': (detail) => {
    const { event, result, snapshot_id } = read(snapshotDone, detail);
    return event === 'createSnapshot' && result === 'succeeded' ? [idIn(snapshot_id)] : [];
  },
  'EBS Multi-Volume Snapshots Completion Status': (detail) => {
    const { event, result, snapshots } = read(setDone, detail);
    const isDone = event === 'createSnapshots' && result === 'succeeded';
    return isDone ? snapshots.map(({ snapshot_id }) => idIn(snapshot_id)) : [];
  },
  // "Manual snapshot created"
  'RDS DB Snapshot Event': (detail) => databaseSnapshot(detail, 'RDS-EVENT-0042'),
  // "Manual cluster snapshot created"
  'RDS DB Cluster Snapshot Event': (detail) => databaseSnapshot(detail, 'RDS-EVENT-0075'),
};

function databaseSnapshot(detail: unknown, completion: string): string[] {
  const { EventID, SourceIdentifier } = read(databaseEvent, detail);
  return EventID === completion ? [SourceIdentifier] : [];
}

/** `arn:aws:ec2::eu-west-1:snapshot/snap-…`: an ARN of no usual form. */
const idIn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

function read<Detail>(schema: z.ZodMiniType<Detail>, detail: unknown): Detail {
  const parsed = schema.safeParse(detail);
  if (parsed.success) return parsed.data;
  throw new EventError(`The event is not as AWS documents it:\n${z.prettifyError(parsed.error)}`);
}

/**
 * The job for the backup that the event says is completed; undefined if it says something else, such as that a
 * snapshot failed.
 *
 * @throws EventError if the event is not one of those that complete backups
 */
export function narrow(job: CopyBackupsJob, event: unknown): CopyBackupsJob | undefined {
  const opened = envelope.safeParse(event);
  const type = opened.success ? opened.data['detail-type'] : undefined;
  const idsIn = type !== undefined && Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (!opened.success || !idsIn) {
    const known = Object.keys(readers)
      .map((name) => `"${name}"`)
      .join(', ');
    throw new EventError(`The event is ${JSON.stringify(type ?? null)}: expected one of ${known}`);
  }
  const resources = idsIn(opened.data.detail);
  return resources.length > 0 ? { ...job, resources } : undefined;
}
