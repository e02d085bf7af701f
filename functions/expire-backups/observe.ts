/** What stands in the account of the sources that have something due. */
import { filterValues, slices } from '../../shared/aws/ec2.ts';
import { awsErrorOf } from '../../shared/aws/errors.ts';
import type { BackupGateway, StandingBackup } from '../../shared/backups/backup.ts';
import { gatewaysIn } from '../../shared/backups/gateways.ts';
import { ObservationError } from '../../shared/errors.ts';
import { type ExpireRun, gatewayOf } from './clients.ts';
import { type Account, exceedsShare, reasonToKeep, type SourceStanding, standingOf } from './decide.ts';
import { type Group, groupKey } from './due.ts';
import { lookUp } from './obstacles.ts';

export interface Observation {
  account: Account;
  /** By `groupKey`. */
  standings: ReadonlyMap<string, SourceStanding>;
  /** Regions other than our own that could not be read: nothing is done there. */
  unreadable: ReadonlySet<string>;
}

export const accountOf = ({ owner, startedAt: now, job }: ExpireRun): Account => ({
  owner,
  now,
  maxDeleteShare: job.maxDeleteShare,
  keepOfGoneSources: job.keepOfGoneSources,
});

/** Holds a few numbers for each source that has something due, never a source's backups. */
export async function observeDue(groups: readonly Group[], run: ExpireRun): Promise<Observation> {
  const account = accountOf(run);
  const standings = new Map<string, SourceStanding>();
  const unreadable = new Set<string>();
  for (const region of new Set(groups.map((group) => group.region))) {
    const there = groups.filter((group) => group.region === region);
    try {
      for (const [key, standing] of await standingsIn(region, there, account, run))
        standings.set(key, standing);
    } catch (error) {
      // Without our own region nothing can be judged; another one that is gone or closed must not stop the rest.
      if (region === run.aws.region || !(error instanceof ObservationError)) throw error;
      unreadable.add(region);
      sayUnreadable(region, error, run);
    }
  }
  return { account, standings, unreadable };
}

function sayUnreadable(resource: string, error: unknown, { report }: ExpireRun): void {
  const { name, message } = awsErrorOf(error);
  report.add({
    resource,
    decision: 'keep',
    reason: 'region-unreadable',
    outcome: 'failed',
    error: { name, message },
  });
}

async function standingsIn(
  region: string,
  groups: readonly Group[],
  account: Account,
  run: ExpireRun,
): Promise<Map<string, SourceStanding>> {
  const standings = new Map<string, SourceStanding>();
  for (const gateway of gatewaysIn(run.awsIn(region))) {
    const seen = groups.filter(({ kind }) => gateway.kinds.includes(kind));
    for (const sources of slices([...new Set(seen.map(({ source }) => source))], filterValues)) {
      const living = await livingOf(sources, gateway, run);
      for (const [key, backups] of await backupsByGroup(gateway, sources, run.owner)) {
        standings.set(key, await standing(backups, living, gateway, account));
      }
    }
  }
  return standings;
}

/** Backups are made in our own region: that is where a source lives, wherever its copies are. */
export function livingOf(
  sources: readonly string[],
  { kinds: [kind = 'snapshot'] }: BackupGateway,
  run: ExpireRun,
): Promise<Set<string>> {
  return gatewayOf({ region: run.aws.region, kind }, run).living(sources);
}

async function standing(
  backups: readonly StandingBackup[],
  living: ReadonlySet<string>,
  gateway: BackupGateway,
  account: Account,
): Promise<SourceStanding> {
  const isLiving = living.has(backups[0]?.source ?? '');
  const first = standingOf(backups, isLiving, account);
  if (!exceedsShare(first, account.maxDeleteShare)) return first;
  // What stands in any case, such as what images stand on, must not hold back the rest for ever.
  const { byId } = await lookUp(
    gateway,
    backups.filter((backup) => !first.floors.includes(backup.id) && !reasonToKeep(backup, account)),
  );
  const blocked = [...byId].filter(([, obstacle]) => obstacle !== 'use-unknown').map(([id]) => id);
  return standingOf(backups, isLiving, account, new Set(blocked));
}

/** Without those that are backups by their tags alone. */
export async function backupsByGroup(gateway: BackupGateway, sources: readonly string[], owner: string) {
  const groups = new Map<string, Map<string, StandingBackup>>();
  for await (const page of gateway.ownWith(owner, 'source', sources)) {
    for (const backup of page) {
      const { region, kind, source, id } = backup;
      if (source === undefined) continue;
      const key = groupKey({ region, kind, source });
      // What changes while it is paged through may come twice.
      groups.set(key, (groups.get(key) ?? new Map<string, StandingBackup>()).set(id, backup));
    }
  }
  return new Map([...groups].map(([key, backups]) => [key, [...backups.values()]]));
}
