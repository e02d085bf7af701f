/** The rules that start copies as soon as AWS says that a backup is completed. */
import type { EventRule } from './event-rules.ts';
import { copyBackupsJobOf } from './jobs.ts';
import type { Backup, Plan } from './plan.ts';

interface Completion extends Pick<EventRule, 'description' | 'pattern'> {
  id: string;
  /** Whether AWS would say so of backups of this one. */
  isOf: (backup: Backup) => boolean;
}

/**
 * Amazon EBS user guide, "EventBridge events for EBS"; Amazon RDS user guide, "RDS event categories":
 * RDS-EVENT-0042 is a manual snapshot, RDS-EVENT-0075 a manual one of a cluster.
 */
const completions: readonly Completion[] = [
  {
    id: 'CopyCompletedSnapshotRule',
    description: 'Starts the copies of a snapshot that is completed',
    pattern: {
      source: ['aws.ec2'],
      'detail-type': ['EBS Snapshot Notification'],
      detail: { event: ['createSnapshot'], result: ['succeeded'] },
    },
    isOf: ({ subject }) => subject.kind === 'volumes',
  },
  {
    id: 'CopyCompletedSetRule',
    description: 'Starts the copies of a set of snapshots that is completed',
    pattern: {
      source: ['aws.ec2'],
      'detail-type': ['EBS Multi-Volume Snapshots Completion Status'],
      detail: { event: ['createSnapshots'], result: ['succeeded'] },
    },
    isOf: ({ subject }) => subject.kind === 'instances',
  },
  {
    id: 'CopyCompletedDbSnapshotRule',
    description: 'Starts the copies of a database snapshot that is completed',
    pattern: {
      source: ['aws.rds'],
      'detail-type': ['RDS DB Snapshot Event'],
      detail: { EventID: ['RDS-EVENT-0042'] },
    },
    isOf: ({ subject }) =>
      subject.kind === 'databases' && (subject.chosen.instances ?? subject.chosen.tags) !== undefined,
  },
  {
    id: 'CopyCompletedClusterSnapshotRule',
    description: 'Starts the copies of a cluster snapshot that is completed',
    pattern: {
      source: ['aws.rds'],
      'detail-type': ['RDS DB Cluster Snapshot Event'],
      detail: { EventID: ['RDS-EVENT-0075'] },
    },
    isOf: ({ subject }) =>
      subject.kind === 'databases' && (subject.chosen.clusters ?? subject.chosen.tags) !== undefined,
  },
];

/** After an hour the schedule has long seen to it. */
const retrySeconds = 3600;

/** None if nothing is copied; otherwise those of the kinds that are. */
export function copyRulesOf(plan: Plan): EventRule[] {
  const copied = plan.backups.filter(({ copies }) => copies.length > 0);
  const job = copyBackupsJobOf(plan);
  return completions
    .filter(({ isOf }) => copied.some(isOf))
    .map(({ id, description, pattern }) => ({
      logicalId: id,
      description,
      startsFunction: 'copy-backups',
      pattern,
      job,
      retrySeconds,
    }));
}
