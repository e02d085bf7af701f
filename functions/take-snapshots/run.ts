/** EBS snapshots of the chosen volumes, once for each slot. See docs/take-snapshots.md. */
import { ownSnapshotsWith, type Snapshot } from '../../shared/aws/ec2-snapshots.ts';
import { observeVolumes } from '../../shared/aws/ec2-volumes.ts';
import { addDuration, readDuration } from '../../shared/duration.ts';
import type { AutomationFunction, Run } from '../../shared/entrypoint.ts';
import { EventError } from '../../shared/errors.ts';
import { acquireLease, heartbeatOf } from '../../shared/lease.ts';
import type { Lease } from '../../shared/ledger/ledger.ts';
import { resolveRows } from '../../shared/ledger/rows.ts';
import { type Slot, slotId } from '../../shared/slot.ts';
import { takeAll } from './act.ts';
import { decideTake, expiryOf, isSlotOver } from './decide.ts';
import { type TakeSnapshotsJob, takeSnapshotsJob } from './job.ts';

export const takeSnapshots: AutomationFunction<TakeSnapshotsJob> = {
  name: 'take-snapshots',
  job: takeSnapshotsJob,
  run: async (run) => {
    const slot = slotOf(run);
    if (isOver(slot, run)) return saySlotOver(run, slot);
    if (run.job.dryRun) return previewSlot(slot, run);
    const { lease, acquiredAt } = await takeLease(slot, run);
    if (lease.state !== 'acquired') return sayLease(run, slot, lease);
    let reachedEnd = false;
    try {
      await takeSlot(slot, holding(slot, run, acquiredAt));
      reachedEnd = true;
    } finally {
      await endLease(slot, run, reachedEnd && run.report.isClean);
    }
  },
};

async function previewSlot(slot: Slot, run: Run<TakeSnapshotsJob>): Promise<void> {
  const lease = await run.ledger.peek(slotId(slot), run.clock.now());
  if (lease.state === 'acquired') await takeSlot(slot, run);
  else sayLease(run, slot, lease);
}

async function takeSlot(slot: Slot, run: Run<TakeSnapshotsJob>): Promise<void> {
  const { job, report } = run;
  const expires = expiryOf(slot, readDuration(job.keep), run.startedAt);
  const seen = {
    volumes: await observeVolumes(run.ec2, job.volumes),
    namedIds: job.volumes.ids ?? job.volumes.instances?.ids ?? [],
    ofSlot: await snapshotsOfSlot(slot, run),
  };
  if (seen.volumes.length === 0) {
    run.log.warn('selector.empty', { backup: slot.backup, volumes: job.volumes });
    report.add({ resource: slot.backup, decision: 'keep', reason: 'nothing-selected', outcome: 'kept' });
  }
  const decisions = decideTake(seen, { owner: run.owner, slot, expires, maxActions: job.maxActions });
  if (!job.dryRun) await resolveRows(run);
  await takeAll(decisions, { slot, expires, run });
}

function slotOf({ job, startedAt }: Run<TakeSnapshotsJob>): Slot {
  const time = job.scheduledTime === undefined ? startedAt : new Date(job.scheduledTime);
  // Clocks differ by seconds; a slot of tomorrow is a mistake.
  if (time.getTime() - startedAt.getTime() > 300_000) {
    throw new EventError(
      `scheduledTime ${job.scheduledTime} lies in the future: expected a time that has come`,
    );
  }
  return { backup: job.backup, tier: job.tier, time };
}

const isOver = (slot: Slot, { job, startedAt }: Run<TakeSnapshotsJob>): boolean =>
  job.every !== undefined && isSlotOver(slot, readDuration(job.every), startedAt);

function takeLease(slot: Slot, { job, ledger, invocation: holder, clock, timeLeft }: Run<TakeSnapshotsJob>) {
  // After one interval the slot is not taken any more; a day more does no harm where there is none.
  const expires = addDuration(clock.now(), readDuration(job.every ?? '1 day'));
  return acquireLease(ledger, { slot: slotId(slot), holder, expires }, { clock, timeLeft });
}

/** The run with a heartbeat in its patience: every call to EC2 keeps the lease, or ends when it is lost. */
function holding(slot: Slot, run: Run<TakeSnapshotsJob>, acquiredAt: Date): Run<TakeSnapshotsJob> {
  const { ledger, clock, invocation: holder, ec2 } = run;
  const heartbeat = heartbeatOf({ slot: slotId(slot), holder, ledger, clock }, acquiredAt);
  return { ...run, ec2: { ...ec2, patience: { ...ec2.patience, heartbeat } } };
}

/** A slot with failures stays free: each try must fail too, until its event is in the dead-letter queue. */
async function endLease(slot: Slot, { ledger, invocation, log }: Run<TakeSnapshotsJob>, finished: boolean) {
  try {
    await ledger.release(slotId(slot), invocation, finished ? 'done' : 'free');
  } catch (error) {
    // Harmless: the lease ends by itself, and the next delivery finds by their tags what was taken.
    log.warn('lease.not-released', { slot: slotId(slot), error: String(error) });
  }
}

async function snapshotsOfSlot(slot: Slot, { ec2, owner }: Run<TakeSnapshotsJob>): Promise<Snapshot[]> {
  const found: Snapshot[] = [];
  for await (const page of ownSnapshotsWith(ec2, owner, 'slot', [slotId(slot)])) found.push(...page);
  return found;
}

function saySlotOver({ report, log }: Run<TakeSnapshotsJob>, slot: Slot): void {
  // The next slot has come; the age alarm rings if that one fails, too.
  log.warn('slot.over', { slot: slotId(slot) });
  report.add({ resource: slotId(slot), decision: 'keep', reason: 'slot-over', outcome: 'kept' });
}

function sayLease(
  { report }: Run<TakeSnapshotsJob>,
  slot: Slot,
  lease: Exclude<Lease, { state: 'acquired' }>,
): void {
  const head = { resource: slotId(slot), decision: 'keep', outcome: 'kept' } as const;
  if (lease.state === 'done') report.add({ ...head, reason: 'slot-done' });
  else
    report.add({
      ...head,
      reason: 'slot-held',
      detail: `until ${lease.until.toISOString()}, by a run that lives`,
    });
}
