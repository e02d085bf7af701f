import { expireBackups } from '../../../functions/expire-backups/run.ts';
import { reconcileLedger } from '../../../functions/reconcile-ledger/run.ts';
import { entrypoint } from '../../../shared/entrypoint.ts';
import { tagKeys } from '../../../shared/tags.ts';
import type { Look } from '../look.ts';
import type { Scenario } from '../scenario.ts';
import { runMeanwhile } from './meanwhile.ts';
import { type Backup, makeBackup, makeSnapshot, makeVolume, rowOf, tagsOf } from './seeds.ts';

const start = new Date('2026-11-21T09:30:02.000Z');
const tiers = { daily: '7 days' };
const event = {
  backups: [
    { backup: 'data', volumes: { tags: { Backup: ['data'] } }, tiers },
    { backup: 'nothing', volumes: { instances: { tags: { Role: ['nobody'] } } }, tiers },
  ],
};

const backupOn = (source: string, day: string, expires: string): Backup => ({
  source,
  slot: `data/daily/2026-11-${day}T02:15:00Z`,
  expires,
});

/** The ledger says of these what their tags say. */
function agreed(ids: readonly string[], { snapshots, rows }: Look): string[] {
  return ids.flatMap((id) => {
    const tags = snapshots.get(id)?.tags ?? {};
    const row = [...rows.values()].find(({ resource }) => resource === id);
    const agrees =
      row?.['expires'] === tags[tagKeys.expires] &&
      row?.['slot'] === tags[tagKeys.slot] &&
      row?.['source'] === tags[tagKeys.source];
    return agrees ? [] : [`${id} has the row ${JSON.stringify(row)}`];
  });
}

const handlerOf: Scenario['handlerOf'] = (tools) => entrypoint(reconcileLedger, tools);

/** A row lost, one wrong, one without its id, one right; a snapshot of others, one of ours that cannot be read. */
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
    await world.ledger.put([
      { ...rowOf(wrong, ids[1]), expires: '2026-11-20T00:00:00.000Z' },
      rowOf(unanswered),
    ]);
    world.time.moveTo(start);
    return { event, settled: (seen) => agreed(ids, seen) };
  },
};

/** Nothing is left of the ledger, not even the domain; and two snapshots of one slot and source stand. */
const lost: Scenario = {
  name: 'reconcile-ledger/lost',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const source = await makeVolume(world, { Backup: 'data' });
    const backup = backupOn(source, '19', '2026-11-26T02:15:00.000Z');
    const ids = [
      await makeSnapshot(world, backup),
      await makeSnapshot(world, backup),
      await makeSnapshot(world, backupOn(source, '20', '2026-11-27T02:15:00.000Z')),
    ];
    world.time.moveTo(start);
    return { event, settled: (seen) => agreed(ids, seen) };
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

export const reconcileLedgerScenarios: readonly Scenario[] = [hourly, lost, retag, expiring];
