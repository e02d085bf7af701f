/** What the plan selects now: the sources that should have backups. */
import { observeInstances } from '../../shared/aws/ec2-instances.ts';
import { observeVolumes } from '../../shared/aws/ec2-volumes.ts';
import { observeDatabases, sourceNameOf } from '../../shared/aws/rds-databases.ts';
import type { BackupKind } from '../../shared/backups/backup.ts';
import type { InstanceSelector } from '../../shared/job.ts';
import type { ReconcileLedgerJob } from './job.ts';
import type { ReconcileRun } from './reconcile-run.ts';

export interface SelectedSource {
  kind: BackupKind;
  /** As in the tag `source`. */
  id: string;
  /** Since when there is something to back up, as far as AWS says it. */
  since: Date;
}

export type PlannedBackup = ReconcileLedgerJob['backups'][number];

export interface SelectedBackup extends Pick<PlannedBackup, 'backup' | 'tiers'> {
  sources: readonly SelectedSource[];
}

export async function observeSelected(run: ReconcileRun): Promise<SelectedBackup[]> {
  const selected: SelectedBackup[] = [];
  for (const planned of run.job.backups) {
    const { backup, tiers } = planned;
    selected.push({ backup, tiers, sources: await sourcesOf(planned, run) });
  }
  return selected;
}

async function sourcesOf(
  { volumes, instances, databases, images }: PlannedBackup,
  { aws, startedAt }: ReconcileRun,
): Promise<SelectedSource[]> {
  if (instances) return instancesAs('set', instances, aws);
  if (images) return instancesAs('image', images, aws);
  if (databases) {
    const all = await observeDatabases(aws, databases);
    // What is a member of a cluster has its backups with the cluster.
    const whole = all.filter(({ memberOf }) => memberOf === undefined);
    return whole.map((database) => ({
      kind: database.type === 'db' ? 'db-snapshot' : 'cluster-snapshot',
      id: sourceNameOf(database),
      // RDS says it only once it has made the database.
      since: database.createdAt ?? startedAt,
    }));
  }
  const all = await observeVolumes(aws, volumes ?? {});
  // Nothing can be taken of the others: their age would ring for ever.
  return all
    .filter(({ state }) => state !== 'error' && state !== 'deleting' && state !== 'deleted')
    .map(({ id, createdAt }) => ({ kind: 'snapshot', id, since: createdAt }));
}

async function instancesAs(
  kind: 'set' | 'image',
  selector: InstanceSelector,
  aws: ReconcileRun['aws'],
): Promise<SelectedSource[]> {
  const instances = await observeInstances(aws, selector);
  // EC2 tells the last launch, not the first: a source with backups counts from these.
  return instances.map(({ id, launchedAt }) => ({ kind, id, since: launchedAt }));
}
