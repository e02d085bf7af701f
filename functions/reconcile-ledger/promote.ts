/** Lets backups take the place of missing ones: first the tags, which decide, then the rows. */
import { slices } from '../../shared/aws/ec2.ts';
import { awsErrorOf } from '../../shared/aws/errors.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import type { BackupListing } from '../../shared/backups/gateways.ts';
import { type BackupRow, rowsPerBatch } from '../../shared/ledger/ledger.ts';
import type { Outcome } from '../../shared/report.ts';
import { extraTagKeys, type Tags, tagKeys } from '../../shared/tags.ts';
import type { Candidates, WatchedBackup } from './candidates.ts';
import { decideRow } from './decide.ts';
import { decidePromotions, type Promotion } from './decide-promotions.ts';
import { type Entries, entryOf } from './ledger-entries.ts';
import type { NewestBackups } from './newest-backups.ts';
import type { Budget, ReconcileRun } from './reconcile-run.ts';
import type { SelectedBackup, SelectedSource } from './selected.ts';

export interface PromotionMeans {
  ledger: Entries;
  candidates: Candidates;
  newest: NewestBackups;
  /** Of the home region. */
  gateways: readonly BackupListing[];
  budget: Budget;
  run: ReconcileRun;
}

interface Planned extends Promotion {
  source: SelectedSource;
}

export async function promoteMissing(
  watched: readonly WatchedBackup[],
  selected: readonly SelectedBackup[],
  means: PromotionMeans,
): Promise<void> {
  const promotions: Planned[] = [];
  for (const one of watched) {
    const sources = selected.find(({ backup }) => backup === one.backup)?.sources ?? [];
    promotions.push(...planFor(one, sources, means));
  }
  for (const gateway of means.gateways) {
    const ofKinds = promotions.filter(({ source }) => gateway.kinds.includes(source.kind));
    for (const slice of slices(ofKinds, rowsPerBatch)) await promoteSlice(slice, gateway, means);
  }
}

/** What is to be promoted of one backup's sources; slots that find nothing are said. */
function planFor(
  watched: WatchedBackup,
  sources: readonly SelectedSource[],
  { candidates, newest, run }: PromotionMeans,
): Planned[] {
  const decisions = sources.flatMap((source) => {
    const oldest = newest.oldest(watched.backup, source) ?? source.since;
    const existedAt = new Date(Math.min(oldest.getTime(), source.since.getTime()));
    const backups = candidates.of(watched.backup, source);
    const ofSource = decidePromotions(watched, { existedAt, backups }, run.startedAt);
    return ofSource.map((decision) => ({ ...decision, source }));
  });
  sayGaps(
    decisions.filter((decision) => decision.kind === 'keep'),
    run,
  );
  return decisions.filter((decision) => decision.kind === 'promote');
}

const told = 20;

/** One outcome a slot, with the first few of its sources. */
function sayGaps(gaps: readonly { slot: string; source: SelectedSource }[], { report }: ReconcileRun): void {
  for (const slot of new Set(gaps.map((gap) => gap.slot))) {
    const sources = gaps.filter((gap) => gap.slot === slot).map(({ source }) => source.id);
    const more = sources.length > told ? ` and ${sources.length - told} more` : '';
    const detail = `nothing stands yet that could take its place, of ${sources.slice(0, told).join(', ')}${more}`;
    report.add({ resource: slot, decision: 'keep', reason: 'nothing-to-promote', outcome: 'kept', detail });
  }
}

async function promoteSlice(
  promotions: readonly Planned[],
  gateway: BackupListing,
  means: PromotionMeans,
): Promise<void> {
  const { run, budget } = means;
  const affordable = promotions.filter((promotion) => {
    if (budget.spend()) return true;
    run.report.add(outcomeOf(promotion, { decision: 'keep', reason: 'max-actions', outcome: 'kept' }));
    return false;
  });
  if (affordable.length === 0) return;
  // Read again, just before they are changed: other runs go on meanwhile.
  const standing = await gateway.byId(affordable.map(({ id }) => id));
  const tagged: Tagged[] = [];
  for (const promotion of affordable) {
    const before = standing.get(promotion.id);
    const { outcome, after } = await tagAnew(promotion, before, gateway, run);
    if (before && after) tagged.push({ before, after, outcome });
    else run.report.add(outcome);
  }
  await recordAnew(tagged, means);
}

interface Tagged {
  before: StandingBackup;
  after: StandingBackup;
  outcome: Outcome;
}

async function tagAnew(
  promotion: Planned,
  backup: StandingBackup | undefined,
  gateway: BackupListing,
  run: ReconcileRun,
): Promise<{ outcome: Outcome; after?: StandingBackup }> {
  if (!backup || !isAsDecided(backup, promotion, run.owner)) {
    return {
      outcome: outcomeOf(promotion, { decision: 'keep', reason: 'changed-meanwhile', outcome: 'kept' }),
    };
  }
  const tags: Tags = {
    [tagKeys.tier]: promotion.tier,
    [tagKeys.slot]: promotion.slot,
    [tagKeys.expires]: promotion.expires.toISOString(),
    // Of one that is promoted twice, still the slot that it was made for.
    [extraTagKeys.promotedFrom]: backup.tags[extraTagKeys.promotedFrom] ?? backup.tags[tagKeys.slot] ?? '',
  };
  const after = { ...backup, tags: { ...backup.tags, ...tags } };
  if (run.job.dryRun) return { outcome: outcomeOf(promotion, { outcome: 'withheld' }), after };
  if (run.timeLeft() <= 0)
    return { outcome: outcomeOf(promotion, { reason: 'out-of-time', outcome: 'deferred' }) };
  try {
    await gateway.tag(backup, tags);
    return { outcome: outcomeOf(promotion, { outcome: 'done' }), after };
  } catch (error) {
    const { name, message } = awsErrorOf(error);
    return { outcome: outcomeOf(promotion, { outcome: 'failed', error: { name, message } }) };
  }
}

/** Still there, ours, completed and nobody else's choice; where another run was quicker, the same once more. */
const isAsDecided = ({ state, source, tags }: StandingBackup, promotion: Planned, owner: string): boolean =>
  state === 'completed' &&
  source === promotion.source.id &&
  tags[tagKeys.owner] === owner &&
  (tags[tagKeys.slot] === promotion.from || tags[tagKeys.slot] === promotion.slot);

/** The new rows, then the old ones away: a crash between leaves both, and the next run sees which is right. */
async function recordAnew(tagged: readonly Tagged[], { ledger, newest, run }: PromotionMeans): Promise<void> {
  const rows: BackupRow[] = [];
  const spent: string[] = [];
  for (const { before, after } of tagged) {
    const { row: old } = decideRow(before, ledger);
    const { row } = decideRow(after, ledger);
    if (!row) continue;
    rows.push(row);
    ledger.set(row.key, entryOf(row, true));
    newest.see(after);
    if (!old || old.key === row.key || !ledger.delete(old.key)) continue;
    spent.push(old.key);
  }
  if (!run.job.dryRun) {
    await run.ledger.put(rows);
    await run.ledger.remove(spent);
  }
  for (const { outcome } of tagged) run.report.add(outcome);
}

function outcomeOf(
  { id, slot, source, expires, reason }: Planned,
  change: Pick<Outcome, 'outcome'> & Partial<Outcome>,
): Outcome {
  const detail = `${source.id}: becomes ${slot}, and stays until ${expires.toISOString()}`;
  return { resource: id, decision: 'promote', reason, detail, ...change };
}
