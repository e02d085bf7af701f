/** What forbids deletions that nothing else does. Only AWS knows, and not always. */
import { awsErrorOf } from '../../shared/aws/errors.ts';
import type { BackupGateway, Obstacle, StandingBackup } from '../../shared/backups/backup.ts';
import { ObservationError } from '../../shared/errors.ts';

export interface Obstacles {
  byId: ReadonlyMap<string, Obstacle>;
  /** Why those that are `use-unknown` could not be looked up. */
  failure?: { name: string; message: string };
}

/** A look-up that fails keeps all that it was for, and stops nothing else. */
export async function lookUp(gateway: BackupGateway, backups: readonly StandingBackup[]): Promise<Obstacles> {
  if (backups.length === 0) return { byId: new Map() };
  try {
    return { byId: await gateway.obstacles(backups) };
  } catch (error) {
    if (!(error instanceof ObservationError)) throw error;
    const { name, message } = awsErrorOf(error);
    return { byId: new Map(backups.map(({ id }) => [id, 'use-unknown'])), failure: { name, message } };
  }
}
