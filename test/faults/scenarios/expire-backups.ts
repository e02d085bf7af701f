import { DeleteSnapshotCommand, DeleteVolumeCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { expireBackups } from '../../../functions/expire-backups/run.ts';
import { reconcileLedger } from '../../../functions/reconcile-ledger/run.ts';
import { entrypoint } from '../../../shared/entrypoint.ts';
import { tagKeys } from '../../../shared/tags.ts';
import type { Look } from '../look.ts';
import type { Scenario } from '../scenario.ts';
import type { World } from '../world.ts';
import { runMeanwhile } from './meanwhile.ts';
import { type Backup, makeBackup, makeImage, makeSnapshot, makeVolume, rowOf, tagsOf } from './seeds.ts';

export const start = new Date('2026-11-21T09:00:02.000Z');
export const due = '2026-11-21T08:00:00.000Z';
const notDue = '2026-12-01T00:00:00.000Z';

export const slotAt = (day: string): string => `data/daily/2026-11-${day}T02:15:00Z`;

/** Exactly these snapshots and backup rows stand. */
export function standing(ids: readonly string[], rowKeys: readonly string[], seen: Look): string[] {
  const backups = [...seen.rows].filter(([, { kind }]) => kind !== 'slot').map(([key]) => key);
  return [
    ...missing(ids, [...seen.snapshots.keys()]).map((id) => `${id} should stand`),
    ...missing([...seen.snapshots.keys()], ids).map((id) => `${id} should be gone`),
    ...missing(rowKeys, backups).map((key) => `the row ${key} should stand`),
    ...missing(backups, rowKeys).map((key) => `the row ${key} should be gone`),
  ];
}

const missing = (wanted: readonly string[], there: readonly string[]) =>
  wanted.filter((id) => !there.includes(id));

export const keyOf = ({ slot, source }: Backup) => `${slot}/${source}`;

export const handlerOf: Scenario['handlerOf'] = (tools) => entrypoint(expireBackups, tools);

/** A living volume with a floor that is due itself, and a deleted one of which the newest backup stays. */
const hourly: Scenario = {
  name: 'expire-backups/hourly',
  stores: ['simpledb', 'dynamodb'],
  thorough: true,
  start,
  handlerOf,
  seed: async (world) => {
    const source = await makeVolume(world);
    const old: Backup = { source, slot: slotAt('10'), expires: due };
    const used: Backup = { source, slot: slotAt('11'), expires: due };
    const floor: Backup = { source, slot: slotAt('12'), expires: due };
    const deleted = await makeVolume(world);
    const older: Backup = { source: deleted, slot: slotAt('11'), expires: due };
    const orphan: Backup = { source: deleted, slot: slotAt('12'), expires: due };
    await makeBackup(world, old);
    const usedId = await makeBackup(world, used);
    await makeImage(world, usedId);
    const floorId = await makeBackup(world, floor);
    await makeBackup(world, older);
    const orphanId = await makeBackup(world, orphan);
    await world.ec2.send(new DeleteVolumeCommand({ VolumeId: deleted }));
    await leaveSpentLock(world, slotAt('12'));
    world.time.moveTo(start);
    return {
      event: { maxDeleteShare: 0.5, keepOfGoneSources: 1 },
      settled: (seen) => [
        ...standing([usedId, floorId, orphanId], [used, floor, orphan].map(keyOf), seen),
        ...[...seen.rows]
          .filter(([, { kind }]) => kind === 'slot')
          .map(([key]) => `the lock ${key} should be gone`),
      ],
    };
  },
};

async function leaveSpentLock({ ledger }: World, slot: string): Promise<void> {
  const now = new Date('2026-11-12T02:15:00.000Z');
  await ledger.acquire({ slot, holder: 'long-ago', now, leaseSeconds: 45, expires: new Date(due) });
  await ledger.release(slot, 'long-ago', 'done');
}

/** Rows that say less than the account, or something else. */
const rows: Scenario = {
  name: 'expire-backups/rows',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const source = await makeVolume(world);
    const unanswered: Backup = { source, slot: slotAt('10'), expires: due };
    const neverMade: Backup = { source, slot: slotAt('11'), expires: due };
    const gone: Backup = { source, slot: slotAt('12'), expires: due };
    const longer: Backup = { source, slot: slotAt('13'), expires: notDue };
    const foreign: Backup = { source, slot: slotAt('14'), expires: due };
    const newest: Backup = { source, slot: slotAt('15'), expires: notDue };
    await makeSnapshot(world, unanswered);
    const longerId = await makeSnapshot(world, longer);
    const foreignId = await makeSnapshot(world, foreign, {
      ...tagsOf(foreign),
      [tagKeys.owner]: 'somebody-else',
    });
    const newestId = await makeBackup(world, newest);
    await world.ledger.put([
      rowOf(unanswered),
      rowOf(neverMade),
      rowOf(gone, 'snap-0000000000000dead'),
      { ...rowOf(longer, longerId), expires: due },
      rowOf(foreign, foreignId),
    ]);
    world.time.moveTo(start);
    return {
      event: {},
      settled: (seen) =>
        standing([longerId, foreignId, newestId], [keyOf(longer), keyOf(foreign), keyOf(newest)], seen),
    };
  },
};

/** Too many of one volume are due at once: it is held back, the other goes on, and every run fails saying so. */
const guarded: Scenario = {
  name: 'expire-backups/guarded',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const many = await makeVolume(world);
    const few = await makeVolume(world);
    const held = ['10', '11', '12', '13'].map(
      (day): Backup => ({ source: many, slot: slotAt(day), expires: due }),
    );
    const heldIds: string[] = [];
    for (const backup of held) heldIds.push(await makeBackup(world, backup));
    await makeBackup(world, { source: few, slot: slotAt('10'), expires: due });
    const floor: Backup = { source: few, slot: slotAt('11'), expires: notDue };
    const floorId = await makeBackup(world, floor);
    world.time.moveTo(start);
    return {
      event: { maxDeleteShare: 0.5 },
      endsWith: 'LimitExceededError',
      settled: (seen) => standing([...heldIds, floorId], [...held.map(keyOf), keyOf(floor)], seen),
    };
  },
};

/** Newer ones that failed or are on their way are no backups yet: the last completed one stays, though it is due. */
const failing: Scenario = {
  name: 'expire-backups/failing',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const source = await makeVolume(world);
    const [older, completed, failed, pending] = ['10', '11', '12', '20'].map(
      (day): Backup => ({ source, slot: slotAt(day), expires: due }),
    ) as [Backup, Backup, Backup, Backup];
    await makeBackup(world, older);
    const completedId = await makeBackup(world, completed);
    world.sandbox.slowSnapshots({ pendingSeconds: 60, endState: 'error' });
    await makeBackup(world, failed);
    world.sandbox.slowSnapshots({ pendingSeconds: 7 * 24 * 3_600 });
    const pendingId = await makeBackup(world, pending);
    world.time.moveTo(start);
    return {
      event: {},
      settled: (seen) => standing([completedId, pendingId], [keyOf(completed), keyOf(pending)], seen),
    };
  },
};

/** While the run is under way, someone deletes a snapshot by hand, makes an image of one, or reconciles the ledger. */
const disturbed: Scenario = {
  name: 'expire-backups/disturbed',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const source = await makeVolume(world);
    const [first, second, third] = ['10', '11', '12'].map(
      (day): Backup => ({ source, slot: slotAt(day), expires: due }),
    ) as [Backup, Backup, Backup];
    const firstId = await makeBackup(world, first);
    await makeBackup(world, second);
    const floorId = await makeBackup(world, third);
    world.time.moveTo(start);
    const stands = async (id: string) => (await standingNow(world)).has(id);
    let used = false;
    return {
      event: {},
      meanwhile: {
        'deleted-by-hand': async () => {
          if (await stands(firstId)) await world.ec2.send(new DeleteSnapshotCommand({ SnapshotId: firstId }));
        },
        'reconcile-ledger-runs': () => runMeanwhile(world, reconcileLedger, {}),
        'image-made': async () => {
          used = await stands(firstId);
          if (used) await makeImage(world, firstId);
        },
      },
      settled: (seen) =>
        used
          ? standing([firstId, floorId], [keyOf(first), keyOf(third)], seen)
          : standing([floorId], [keyOf(third)], seen),
    };
  },
};

async function standingNow({ ec2 }: World): Promise<Set<string>> {
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
  return new Set(Snapshots.map(({ SnapshotId = '' }) => SnapshotId));
}

export const expireBackupsScenarios: readonly Scenario[] = [hourly, rows, guarded, failing, disturbed];
