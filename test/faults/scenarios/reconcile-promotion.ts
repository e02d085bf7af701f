/** What takes the place of a weekly backup that is missing, whatever happens meanwhile. */
import { CreateTagsCommand } from '@aws-sdk/client-ec2';
import { expireBackups } from '../../../functions/expire-backups/run.ts';
import { reconcileLedger } from '../../../functions/reconcile-ledger/run.ts';
import { entrypoint } from '../../../shared/entrypoint.ts';
import { extraTagKeys, tagKeys } from '../../../shared/tags.ts';
import type { Look } from '../look.ts';
import type { Scenario } from '../scenario.ts';
import type { World } from '../world.ts';
import { runMeanwhile } from './meanwhile.ts';
import { reconcileKindsScenarios } from './reconcile-kinds.ts';
import { agreed, backupOn } from './reconcile-seeds.ts';
import { makeBackup, makeVolume } from './seeds.ts';

const start = new Date('2026-11-21T09:30:02.000Z');

const handlerOf: Scenario['handlerOf'] = (tools) => entrypoint(reconcileLedger, tools);

/** The last Sunday, 02:10, of which nobody took a backup, or what was taken failed. */
const weeklySlot = 'data/weekly/2026-11-15T02:10:00Z';

/** Of the weekly backup of these sources one stands, promoted from what was the first of the week, with its row. */
function promotedOnce(firsts: ReadonlyMap<string, string>, seen: Look): string[] {
  return [...firsts].flatMap(([source, first]) => {
    const weekly = [...seen.snapshots.values()].filter(
      ({ state, tags }) =>
        state === 'completed' && tags[tagKeys.slot] === weeklySlot && tags[tagKeys.source] === source,
    );
    const [one] = weekly;
    if (one?.id !== first || weekly.length > 1) return [`${weekly.length} weekly backups of ${source}`];
    const { [tagKeys.tier]: tier, [tagKeys.expires]: expires, [extraTagKeys.promotedFrom]: from } = one.tags;
    const tags = [tier, expires, from].join(' ');
    const expected = `weekly 2026-12-15T02:15:00.000Z data/daily/2026-11-15T02:15:00Z`;
    return [...(tags === expected ? [] : [`${first} is tagged ${tags}`]), ...agreed([first], seen)];
  });
}

/** Two volumes: one without the week's backup, one whose failed; a daily one for each day of the week. */
async function seedPromotion(world: World) {
  const sources = [await makeVolume(world, { Backup: 'data' }), await makeVolume(world, { Backup: 'data' })];
  const firsts = new Map<string, string>();
  for (const source of sources) {
    await makeBackup(world, backupOn(source, '14', '2026-11-22T02:15:00.000Z'));
    firsts.set(source, await makeBackup(world, backupOn(source, '15', '2026-11-22T02:15:00.000Z')));
    await makeBackup(world, backupOn(source, '16', '2026-11-23T02:15:00.000Z'));
  }
  const failing = { source: sources[1] ?? '', slot: weeklySlot, expires: '2026-12-15T02:10:00.000Z' };
  world.sandbox.failSnapshotsOf(failing.source, true);
  await makeBackup(world, failing);
  world.sandbox.failSnapshotsOf(failing.source, false);
  world.time.moveTo(start);
  return { sources, firsts };
}

const weekly = { keep: '1 month', starts: { every: 'week', on: 'sunday', at: '02:10' } };
const promoting = {
  backups: [
    {
      backup: 'data',
      volumes: { tags: { Backup: ['data'] } },
      tiers: { daily: { keep: '7 days' }, weekly },
    },
  ],
};

/** Crashes between the tags and the rows, and others at work: nothing is lost, and one is promoted. */
const promotion: Scenario = {
  name: 'reconcile-ledger/promotion',
  stores: ['simpledb', 'dynamodb'],
  thorough: true,
  start,
  handlerOf,
  seed: async (world) => {
    const { firsts } = await seedPromotion(world);
    return {
      event: promoting,
      meanwhile: {
        'reconcile-ledger-runs': () => runMeanwhile(world, reconcileLedger, promoting),
        'expire-backups-runs': () => runMeanwhile(world, expireBackups, {}),
      },
      settled: (seen) => promotedOnce(firsts, seen),
    };
  },
};

/** What a run left that was cut off after the tags: the row of the old slot, and none of the new one. */
const halfPromoted: Scenario = {
  name: 'reconcile-ledger/half-promoted',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const { firsts } = await seedPromotion(world);
    const ids = [...firsts.values()];
    const tags = {
      [tagKeys.tier]: 'weekly',
      [tagKeys.slot]: weeklySlot,
      [tagKeys.expires]: '2026-12-15T02:15:00.000Z',
      [extraTagKeys.promotedFrom]: 'data/daily/2026-11-15T02:15:00Z',
    };
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    await world.ec2.send(new CreateTagsCommand({ Resources: ids, Tags }));
    return { event: promoting, settled: (seen) => promotedOnce(firsts, seen) };
  },
};

export const reconcilePromotionScenarios: readonly Scenario[] = [
  promotion,
  halfPromoted,
  ...reconcileKindsScenarios,
];
