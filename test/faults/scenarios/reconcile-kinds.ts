/** The promotion of sets, images and databases' snapshots: what their tags and their rows take. */
import { CreateDBClusterCommand, CreateDBInstanceCommand } from '@aws-sdk/client-rds';
import { createImages } from '../../../functions/create-images/run.ts';
import { reconcileLedger } from '../../../functions/reconcile-ledger/run.ts';
import { takeDbSnapshots } from '../../../functions/take-db-snapshots/run.ts';
import { takeSnapshots } from '../../../functions/take-snapshots/run.ts';
import { entrypoint } from '../../../shared/entrypoint.ts';
import { tagKeys } from '../../../shared/tags.ts';
import { type Look, rdsIn } from '../look.ts';
import type { Scenario } from '../scenario.ts';
import { region, type World } from '../world.ts';
import { runMeanwhile } from './meanwhile.ts';
import { makeServer } from './seeds.ts';

const start = new Date('2026-11-21T09:30:02.000Z');
const days = ['14', '15'];
const tiers = {
  daily: { keep: '8 days' },
  weekly: { keep: '1 month', starts: { every: 'week', on: 'sunday', at: '02:10' } },
};

/** The first backup of the week, of Sunday the 15th, is the week's from now on, with its row and no other one. */
function isWeekly(backup: string, source: string, { snapshots, rows }: Look): string[] {
  const slot = `${backup}/weekly/2026-11-15T02:10:00Z`;
  const parts = [...snapshots.values()].filter(
    ({ tags }) =>
      tags[tagKeys.plan] === backup && tags[tagKeys.source] === source && tags[tagKeys.slot] === slot,
  );
  const row = rows.get(`${slot}/${source}`);
  const agrees = row?.['expires'] === parts[0]?.tags[tagKeys.expires] && row?.['resource'] !== undefined;
  const old = rows.get(`${backup}/daily/2026-11-15T02:15:00Z/${source}`);
  return [
    ...(parts.length > 0 ? [] : [`${source} has no weekly backup`]),
    ...(agrees ? [] : [`the weekly backup of ${source} has the row ${JSON.stringify(row)}`]),
    ...(old === undefined ? [] : [`${source} still has the row ${JSON.stringify(old)}`]),
  ];
}

const handlerOf: Scenario['handlerOf'] = (tools) => entrypoint(reconcileLedger, tools);

async function makeDatabases(world: World): Promise<void> {
  const rds = rdsIn(world, region);
  const login = { MasterUsername: 'admin', MasterUserPassword: 'not-a-secret' };
  const size = { DBInstanceClass: 'db.t3.micro', AllocatedStorage: 20 };
  const engine = { Engine: 'aurora-mysql', ...login };
  await rds.send(
    new CreateDBInstanceCommand({ DBInstanceIdentifier: 'orders', Engine: 'mysql', ...size, ...login }),
  );
  await rds.send(new CreateDBClusterCommand({ DBClusterIdentifier: 'shop', ...engine }));
}

/** A set with an image of the same instance, and two databases; the functions themselves take the daily ones. */
const kinds: Scenario = {
  name: 'reconcile-ledger/kinds',
  stores: ['simpledb'],
  sparing: true,
  start,
  handlerOf,
  seed: async (world) => {
    const { id: server } = await makeServer(world, { Role: 'web' });
    await makeDatabases(world);
    const instances = { ids: [server] };
    const databases = { instances: ['orders'], clusters: ['shop'] };
    for (const day of days) {
      const scheduledTime = `2026-11-${day}T02:15:00Z`;
      const slot = { tier: 'daily', keep: '8 days', every: '1 day', scheduledTime };
      world.time.moveTo(new Date(scheduledTime));
      await runMeanwhile(world, takeSnapshots, { backup: 'web', ...slot, instances });
      await runMeanwhile(world, createImages, { backup: 'machine', ...slot, instances });
      await runMeanwhile(world, takeDbSnapshots, { backup: 'orders', ...slot, databases });
    }
    world.time.moveTo(start);
    const backups = [
      { backup: 'web', instances, tiers },
      { backup: 'machine', images: instances, tiers },
      { backup: 'orders', databases, tiers },
    ];
    return {
      event: { backups },
      settled: (seen) => [
        ...isWeekly('web', server, seen),
        ...isWeekly('machine', server, seen),
        ...isWeekly('orders', 'db:orders', seen),
        ...isWeekly('orders', 'cluster:shop', seen),
      ],
    };
  },
};

export const reconcileKindsScenarios: readonly Scenario[] = [kinds];
