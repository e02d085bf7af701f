import { DeleteSnapshotCommand } from '@aws-sdk/client-ec2';
import { expireBackups } from '../../../functions/expire-backups/run.ts';
import { reconcileLedger } from '../../../functions/reconcile-ledger/run.ts';
import { entrypoint } from '../../../shared/entrypoint.ts';
import { rowKey } from '../../../shared/ledger/ledger.ts';
import { tagKeys } from '../../../shared/tags.ts';
import { elsewhere } from '../look.ts';
import type { Scenario } from '../scenario.ts';
import type { World } from '../world.ts';
import { runMeanwhile } from './meanwhile.ts';
import { reconcilePromotionScenarios } from './reconcile-promotion.ts';
import { agreed, backupOn, makeCopyElsewhere } from './reconcile-seeds.ts';
import { type Backup, makeBackup, makeSnapshot, makeVolume, rowOf, tagsOf } from './seeds.ts';

const start = new Date('2026-11-21T09:30:02.000Z');
const tiers = { daily: { keep: '7 days' } };
const event = {
  backups: [
    { backup: 'data', volumes: { tags: { Backup: ['data'] } }, tiers },
    { backup: 'nothing', volumes: { tags: { Role: ['nobody'] } }, tiers },
  ],
};

const handlerOf: Scenario['handlerOf'] = (tools) => entrypoint(reconcileLedger, tools);

/** Rows of backups that somebody deleted: of a volume's, and of a copy in a region that the plan has no more. */
async function makeLostRows(world: World, source: string): Promise<string[]> {
  const gone = backupOn(source, '15', '2026-11-22T02:15:00.000Z');
  const id = await makeBackup(world, gone);
  await world.ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }));
  const copy = { ...rowOf(gone, 'snap-00000000000000001'), region: elsewhere };
  const key = rowKey(gone.slot, source, elsewhere);
  await world.ledger.put([{ ...copy, key }]);
  return [rowOf(gone).key, key];
}

/**
 * A row lost, one wrong, one without its id, one right, two with nothing behind them, one that may yet get
 * its backup; a snapshot of others, one of ours that cannot be read.
 */
const hourly: Scenario = {
  name: 'reconcile-ledger/hourly',
  stores: ['simpledb', 'dynamodb'],
  thorough: true,
  start,
  handlerOf,
  seed: async (world) => {
    const source = await makeVolume(world, { Backup: 'data' });
    const [lost, wrong, unanswered, right] = ['16', '17', '18', '19'].map((day) =>
      backupOn(source, day, `2026-11-${Number(day) + 7}T02:15:00.000Z`),
    ) as [Backup, Backup, Backup, Backup];
    const foreign = { ...tagsOf(lost), [tagKeys.owner]: 'somebody-else' };
    const ids = [
      await makeSnapshot(world, lost),
      await makeSnapshot(world, wrong),
      await makeSnapshot(world, unanswered),
      await makeBackup(world, right),
    ];
    await makeSnapshot(world, lost, foreign);
    const gone = await makeLostRows(world, source);
    const awaited = rowOf(backupOn(source, '21', '2026-11-28T02:15:00.000Z'));
    await world.ledger.put([
      { ...rowOf(wrong, ids[1]), expires: '2026-11-20T00:00:00.000Z' },
      rowOf(unanswered),
      awaited,
    ]);
    world.time.moveTo(start);
    return {
      event,
      settled: (seen) => [
        ...agreed(ids, seen),
        ...gone.filter((key) => seen.rows.has(key)).map((key) => `${key} has nothing behind it, and stands`),
        ...(seen.rows.has(awaited.key) ? [] : [`${awaited.key} was forgotten before it was answered`]),
      ],
    };
  },
};

/** Nothing is left of the ledger, not even the domain; two snapshots of one slot and source stand, and a copy. */
const lost: Scenario = {
  name: 'reconcile-ledger/lost',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const source = await makeVolume(world, { Backup: 'data' });
    const backup = backupOn(source, '19', '2026-11-26T02:15:00.000Z');
    const first = await makeSnapshot(world, backup);
    const ids = [
      first,
      await makeSnapshot(world, backup),
      await makeSnapshot(world, backupOn(source, '20', '2026-11-27T02:15:00.000Z')),
      await makeCopyElsewhere(world, first, {
        ...tagsOf(backup),
        [tagKeys.expires]: '2027-11-19T02:15:00.000Z',
      }),
    ];
    world.time.moveTo(start);
    return { event: { ...event, regions: [elsewhere] }, settled: (seen) => agreed(ids, seen) };
  },
};

/** The plan keeps them for 7 days now, their tags say otherwise, and the job asks for the plan's time. */
const retag: Scenario = {
  name: 'reconcile-ledger/retag',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const source = await makeVolume(world, { Backup: 'data' });
    const ids = [
      await makeBackup(world, backupOn(source, '18', '2026-12-18T02:15:00.000Z')),
      await makeBackup(world, backupOn(source, '19', '2026-11-26T02:15:00.000Z')),
      await makeSnapshot(world, backupOn(source, '20', '2026-12-20T02:15:00.000Z')),
    ];
    world.time.moveTo(start);
    const planned = ['25', '26', '27'].map((day) => `2026-11-${day}T02:15:00.000Z`);
    return {
      event: { ...event, retag: true },
      settled: (seen) => [
        ...agreed(ids, seen),
        ...ids.flatMap((id, index) => {
          const expires = seen.snapshots.get(id)?.tags[tagKeys.expires];
          return expires === planned[index]
            ? []
            : [`${id} expires ${expires}, by the plan ${planned[index]}`];
        }),
      ],
    };
  },
};

/** What is due is deleted while the run is under way. */
const expiring: Scenario = {
  name: 'reconcile-ledger/expiring',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const source = await makeVolume(world, { Backup: 'data' });
    const due = '2026-11-21T02:15:00.000Z';
    await makeBackup(world, backupOn(source, '13', due));
    await makeSnapshot(world, backupOn(source, '14', due));
    const newest = await makeSnapshot(world, backupOn(source, '20', '2026-11-27T02:15:00.000Z'));
    world.time.moveTo(start);
    return {
      event,
      meanwhile: { 'expire-backups-runs': () => runMeanwhile(world, expireBackups, {}) },
      settled: (seen) => agreed([newest, ...seen.snapshots.keys()], seen),
    };
  },
};

export const reconcileLedgerScenarios: readonly Scenario[] = [
  hourly,
  lost,
  retag,
  expiring,
  ...reconcilePromotionScenarios,
];
