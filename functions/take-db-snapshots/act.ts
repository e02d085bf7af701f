/** Carries the decisions out: a snapshot of each database. */
import { createDatabaseSnapshot } from '../../shared/aws/rds-new-snapshot.ts';
import type { DatabaseSnapshot } from '../../shared/aws/rds-snapshots.ts';
import type { Appointment } from '../../shared/backups/appointment.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import { stateOf } from '../../shared/backups/rds.ts';
import { type Ending, takeAll } from '../../shared/backups/take.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { rowOf } from '../../shared/ledger/rows.ts';
import { extraTagKeys, type Tags, tagKeys } from '../../shared/tags.ts';
import type { TakeDbSnapshotsClients } from './clients.ts';
import type { DatabaseCreation, TakeDecision } from './decide.ts';
import type { TakeDbSnapshotsJob } from './job.ts';

const endings: Record<string, Ending> = {
  'database-not-found': { name: 'DatabaseNotFound', what: 'such database' },
  'cluster-not-chosen': {
    name: 'ClusterNotChosen',
    what: 'backup of it by itself: its data is that of its cluster, which has to be chosen',
  },
};

export async function takeDatabases(
  decisions: readonly TakeDecision[],
  appointment: Appointment<TakeDbSnapshotsJob, TakeDbSnapshotsClients>,
): Promise<void> {
  const { aws } = appointment.run;
  await takeAll<TakeDbSnapshotsJob, TakeDbSnapshotsClients, DatabaseCreation>(decisions, {
    ...appointment,
    endings,
    // RDS publishes no rates; so few are not throttled beside other callers.
    creationsAtOnce: 3,
    create: async ({ database, id, tags, unfit }) => {
      const isIt = (standing: DatabaseSnapshot) => isSameBackup(standing, tags);
      const detail = unfit.length > 0 ? `RDS does not take its tags ${unfit.join(', ')}` : undefined;
      return { id: await createDatabaseSnapshot(aws, { database, id, tags, isIt }), detail };
    },
  });
}

/** What failed stands until it expires: the row of its slot is for the snapshot that takes its place. */
export async function recordFailed(
  ofSlot: readonly StandingBackup[],
  ledger: Pick<Ledger, 'put'>,
): Promise<void> {
  const rows = ofSlot.filter(({ state }) => state === 'error').map(rowOf);
  const own = rows.flatMap((row) => (row ? [{ ...row, key: `${row.key}/${row.resource}` }] : []));
  if (own.length > 0) await ledger.put(own);
}

/** One that an earlier attempt made, as it may have become since: promoted, for example. */
function isSameBackup(standing: DatabaseSnapshot, tags: Tags): boolean {
  const { tags: has } = standing;
  return (
    stateOf(standing) !== 'error' &&
    has[tagKeys.owner] === tags[tagKeys.owner] &&
    has[tagKeys.source] === tags[tagKeys.source] &&
    (has[extraTagKeys.promotedFrom] ?? has[tagKeys.slot]) === tags[tagKeys.slot]
  );
}
