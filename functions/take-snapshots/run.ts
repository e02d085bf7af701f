/** EBS snapshots of the chosen volumes, once for each slot. See docs/take-snapshots.md. */
import { ownSnapshotsWith, type Snapshot } from '../../shared/aws/ec2-snapshots.ts';
import { observeVolumes } from '../../shared/aws/ec2-volumes.ts';
import { addDuration, readDuration } from '../../shared/duration.ts';
import type { AutomationFunction, Run } from '../../shared/entrypoint.ts';
import { EventError } from '../../shared/errors.ts';
import { heartbeatOf, leaseSeconds } from '../../shared/lease.ts';
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
    if (isOver(slot, run)) return sayWhole(run, slot, 'slot-over');
    const lease = await takeLease(slot, run);
    if (lease.state === 'done') return sayWhole(run, slot, 'slot-done');
    if (lease.state === 'held') return sayWhole(run, slot, 'slot-held', `until ${lease.until.toISOString()}`);
    let reachedEnd = false;
    try {
      await takeSlot(slot, run);
      reachedEnd = true;
    } finally {
      await endLease(slot, run, reachedEnd && run.report.isClean);
    }
  },
};

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
  await takeAll(decisions, { slot, expires, run, heartbeat: heartbeatFor(slot, run) });
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

function takeLease(slot: Slot, { job, ledger, invocation, clock }: Run<TakeSnapshotsJob>): Promise<Lease> {
  const now = clock.now();
  const id = slotId(slot);
  if (job.dryRun) return ledger.peek(id, now);
  // After one interval the slot is not taken any more; a day more does no harm where there is none.
  const expires = addDuration(now, readDuration(job.every ?? '1 day'));
  return ledger.acquire({ slot: id, holder: invocation, now, leaseSeconds, expires });
}

/** A slot with failures stays free: each try must fail too, until its event is in the dead-letter queue. */
async function endLease(
  slot: Slot,
  { job, ledger, invocation, log }: Run<TakeSnapshotsJob>,
  finished: boolean,
) {
  if (job.dryRun) return;
  try {
    await ledger.release(slotId(slot), invocation, finished ? 'done' : 'free');
  } catch (error) {
    // Harmless: the lease ends by itself, and the next delivery finds by their tags what was taken.
    log.warn('lease.not-released', { slot: slotId(slot), error: String(error) });
  }
}

const heartbeatFor = (slot: Slot, { ledger, clock, invocation }: Run<TakeSnapshotsJob>) =>
  heartbeatOf({ slot: slotId(slot), holder: invocation, ledger, clock }, clock.now());

async function snapshotsOfSlot(slot: Slot, { ec2, owner }: Run<TakeSnapshotsJob>): Promise<Snapshot[]> {
  const found: Snapshot[] = [];
  for await (const page of ownSnapshotsWith(ec2, owner, 'slot', [slotId(slot)])) found.push(...page);
  return found;
}

function sayWhole({ report }: Run<TakeSnapshotsJob>, slot: Slot, reason: string, detail?: string): void {
  report.add({
    resource: slotId(slot),
    decision: 'keep',
    reason,
    outcome: 'kept',
    ...(detail && { detail }),
  });
}
