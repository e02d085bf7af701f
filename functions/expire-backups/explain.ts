/** Says of every backup why it stands, when it is due, and what would block that. Deletes nothing. */
import { filterValues, slices } from '../../shared/aws/ec2.ts';
import type { BackupGateway, StandingBackup } from '../../shared/backups/backup.ts';
import { gatewaysIn } from '../../shared/backups/gateways.ts';
import type { Outcome } from '../../shared/report.ts';
import type { ExpireRun } from './clients.ts';
import { type Account, type SourceStanding, standingOf } from './decide.ts';
import { type Explanation, explanationOf, textOf } from './explanation.ts';
import { accountOf, backupsByGroup, livingOf } from './observe.ts';
import { lookUp, type Obstacles } from './obstacles.ts';

// AWS is asked one by one who may use a snapshot: after so many the time is looked at.
const explainedAtOnce = 50;

export async function explainAll(run: ExpireRun): Promise<void> {
  for (const region of new Set([run.aws.region, ...run.job.regions])) {
    for (const gateway of gatewaysIn(run.awsIn(region))) {
      if (await explainAt(gateway, run)) continue;
      run.report.add(outOfTime);
      return;
    }
  }
}

const outOfTime: Outcome = {
  resource: 'account',
  decision: 'keep',
  reason: 'out-of-time',
  outcome: 'deferred',
  detail: 'there are more: name in "sources" those that you want to know about',
};

/** Source after source, so that no run holds all that stands. False if the time ran out. */
async function explainAt(gateway: BackupGateway, run: ExpireRun): Promise<boolean> {
  const account = accountOf(run);
  for (const sources of slices(await explainSourceless(gateway, account, run), filterValues)) {
    const living = await livingOf(sources, gateway, run);
    for (const backups of (await backupsByGroup(gateway, sources, run.owner)).values()) {
      const standing = standingOf(backups, living.has(backups[0]?.source ?? ''), account);
      if (!(await explainGroup(backups, { gateway, standing, account }, run))) return false;
    }
  }
  return true;
}

/** What is a backup by its tags alone is explained at once; answers the sources of all others. */
async function explainSourceless(
  gateway: BackupGateway,
  account: Account,
  { job, owner, report }: ExpireRun,
): Promise<string[]> {
  const sources = new Set<string>();
  const pages = job.sources ? gateway.ownWith(owner, 'source', job.sources) : gateway.own(owner);
  for await (const page of pages) {
    for (const backup of page) {
      if (backup.source !== undefined) sources.add(backup.source);
      else report.add(outcomeOf(backup, explanationOf({ backup }, account)));
    }
  }
  return [...sources];
}

interface Group {
  gateway: BackupGateway;
  standing: SourceStanding;
  account: Account;
}

async function explainGroup(
  backups: readonly StandingBackup[],
  { gateway, standing, account }: Group,
  { report, timeLeft }: ExpireRun,
): Promise<boolean> {
  const floors = standing.floors.map((id) => backups.find((backup) => backup.id === id));
  for (const slice of slices(backups, explainedAtOnce)) {
    if (timeLeft() <= 0) return false;
    const obstacles = await lookUp(gateway, slice);
    for (const backup of slice) {
      const seen = { backup, standing, floors, obstacle: obstacles.byId.get(backup.id) };
      report.add(outcomeOf(backup, explanationOf(seen, account), obstacles));
    }
  }
  return true;
}

function outcomeOf(
  backup: StandingBackup,
  explanation: Explanation,
  { failure }: Partial<Obstacles> = {},
): Outcome {
  const head = {
    resource: backup.id,
    decision: 'keep',
    reason: explanation.reason,
    detail: textOf(backup, explanation),
  };
  return failure ? { ...head, outcome: 'deferred', error: failure } : { ...head, outcome: 'kept' };
}
