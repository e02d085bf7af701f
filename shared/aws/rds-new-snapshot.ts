/** Begins a snapshot of an instance or a cluster under an identifier that is its own: repeating it makes no second one. */
import { CreateDBClusterSnapshotCommand, CreateDBSnapshotCommand } from '@aws-sdk/client-rds';
import { AutomationError } from '../errors.ts';
import type { Tags } from '../tags.ts';
import { tagListOf } from './ec2.ts';
import { awsErrorOf, natureOf } from './errors.ts';
import { persist, UncertainError } from './persist.ts';
import type { Rds } from './rds.ts';
import type { Database } from './rds-databases.ts';
import { type DatabaseSnapshot, type DatabaseType, databaseSnapshotsById } from './rds-snapshots.ts';

export interface NewDatabaseSnapshot {
  database: Pick<Database, 'type' | 'id' | 'status'>;
  /** See `db-snapshot-id.ts`. */
  id: string;
  tags: Tags;
  /** Whether one that stands under this identifier is the one that is to be made. */
  isIt: (standing: DatabaseSnapshot) => boolean;
}

/** RDS takes no snapshot of it now. */
export class DatabaseBusyError extends AutomationError {
  override name = 'DatabaseBusyError';
}

/** Something else has the identifier. */
export class IdentifierTakenError extends AutomationError {
  override name = 'IdentifierTakenError';
}

/** The region has as many manual snapshots as the account may have there. */
export class SnapshotQuotaError extends AutomationError {
  override name = 'SnapshotQuotaError';
}

/**
 * Starts a snapshot, tagged from this call on, or finds that an earlier attempt did; answers its identifier.
 * Throws `DatabaseBusyError`, `IdentifierTakenError` or `SnapshotQuotaError` for what RDS refuses so.
 */
export async function createDatabaseSnapshot(place: Rds, snapshot: NewDatabaseSnapshot): Promise<string> {
  const { database, id, tags, isIt } = snapshot;
  const standing = async () => (await databaseSnapshotsById(place, database.type, [id])).get(id);
  const find = async () => {
    const found = await standing();
    return found && isIt(found) ? id : undefined;
  };
  const attempt = async () => {
    await send(place, database, id, tags);
    return id;
  };
  try {
    return await persist(attempt, place.patience, { find });
  } catch (error) {
    const last = lastWord(error);
    if (natureOf(last) !== 'exists') throw explained(last, snapshot);
    const found = await standing();
    if (found && isIt(found)) return id;
    // What RDS does not show yet may be ours.
    throw found ? explained(last, snapshot) : new UncertainError(last);
  }
}

/** Repeating is harmless, and these two say nothing against an earlier attempt, of which the answer was lost. */
function lastWord(error: unknown): unknown {
  if (!(error instanceof UncertainError)) return error;
  const nature = natureOf(error.cause);
  return nature === 'busy' || nature === 'exists' ? error.cause : error;
}

async function send({ rds }: Rds, { type, id: of }: NewDatabaseSnapshot['database'], id: string, tags: Tags) {
  const Tags = tagListOf(tags);
  if (type === 'db') {
    await rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier: of, DBSnapshotIdentifier: id, Tags }));
  } else {
    await rds.send(
      new CreateDBClusterSnapshotCommand({ DBClusterIdentifier: of, DBClusterSnapshotIdentifier: id, Tags }),
    );
  }
}

function explained(error: unknown, { database, id }: NewDatabaseSnapshot): unknown {
  const { name, message } = awsErrorOf(error);
  const said = `${name}: ${message}`;
  switch (natureOf(error)) {
    case 'busy':
      return new DatabaseBusyError(`${database.id} was ${database.status}; ${said}`, { cause: error });
    case 'exists':
      return new IdentifierTakenError(
        `${id} is there, but is not this backup, or has failed: delete or rename it; ${said}`,
        { cause: error },
      );
    case 'quota':
      return new SnapshotQuotaError(quotaAdvice(database.type, said), { cause: error });
    default:
      return error;
  }
}

/** Names of the quotas: https://docs.aws.amazon.com/general/latest/gr/rds-service.html, 100 a region each unless raised. */
const quotas: Readonly<Record<DatabaseType, string>> = {
  db: 'Manual DB instance snapshots',
  cluster: 'Manual DB cluster snapshots',
};

const quotaAdvice = (type: DatabaseType, said: string): string =>
  `${said}. Delete manual snapshots that nobody needs, keep backups for a shorter time, or have the quota "${quotas[type]}" of Amazon RDS raised in the Service Quotas console; only manual snapshots count`;
