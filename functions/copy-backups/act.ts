/** Carries the decisions out: the originals' tags first, then the copies. */
import pMap from 'p-map';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import { type CopyState, copiesText } from '../../shared/backups/backup-tags.ts';
import { extraTagKeys } from '../../shared/tags.ts';
import { type CopyRun, gatewayOf } from './clients.ts';
import type { CopyDecision, Settlement, Start } from './decide.ts';
import { failedEnd, outcomeOf } from './outcomes.ts';
import { copyRow } from './rows.ts';
import { startCopies } from './start.ts';
import { statesOf } from './wanted.ts';

export async function carryOut(decisions: readonly CopyDecision[], run: CopyRun): Promise<void> {
  for (const decision of decisions) if (decision.kind === 'keep') run.report.add(outcomeOf(decision));
  sayLimit(decisions, run);
  const changes = decisions.filter((decision) => decision.kind !== 'keep');
  if (run.job.dryRun) {
    for (const change of changes) run.report.add(outcomeOf(change, 'withheld'));
    return;
  }
  // A run that was cut off may have left these without their ids.
  const rows = changes.filter(isSettled).map(settledRow);
  if (rows.length > 0) await run.ledger.put(rows.filter((row) => row !== undefined));
  await startCopies(await tagOriginals(changes, run), run);
}

function sayLimit(decisions: readonly CopyDecision[], { job, report }: CopyRun): void {
  if (!decisions.some(({ reason }) => reason === 'max-actions')) return;
  report.limit(`maxActions is ${job.maxActions}: more copies are awaited; the next run starts them`);
}

// CreateTags refills at 10 a second: more at once would only be throttled.
const tagsAtOnce = 5;

/** Says of each original how its copies stand; answers the copies that may now be started. */
async function tagOriginals(changes: readonly (Start | Settlement)[], run: CopyRun): Promise<Start[]> {
  const originals = new Map<StandingBackup, (Start | Settlement)[]>();
  for (const change of changes) {
    originals.set(change.original, [...(originals.get(change.original) ?? []), change]);
  }
  const ready = await pMap(
    originals,
    async ([original, own]) => {
      const failure = await tagOriginal(original, own, run);
      for (const change of own) {
        if (failure) run.report.add(failedEnd(change, failure.cause));
        else if (change.kind !== 'copy') run.report.add(outcomeOf(change));
      }
      return failure ? [] : own.filter((change) => change.kind === 'copy');
    },
    { concurrency: tagsAtOnce },
  );
  return ready.flat();
}

const isSettled = (change: Start | Settlement): change is Settlement => change.kind === 'settle';

const settledRow = ({ original, region, copies }: Settlement) =>
  copyRow(original, region, copies[0]?.tags ?? {}, copies[0]?.id);

const stateAfter = { copy: 'wanted', settle: 'done', 'give-up': 'failed' } as const;

/** What went wrong, if anything did. */
async function tagOriginal(
  original: StandingBackup,
  changes: readonly (Start | Settlement)[],
  run: CopyRun,
): Promise<{ cause: unknown } | undefined> {
  const states: Map<string, CopyState> = statesOf(original);
  for (const { region, kind } of changes) states.set(region, stateAfter[kind]);
  const text = copiesText(states);
  if (text === original.tags[extraTagKeys.copies]) return undefined;
  try {
    await gatewayOf(original, run).tag(original, { [extraTagKeys.copies]: text });
    return undefined;
  } catch (cause) {
    return { cause };
  }
}
