import { DeleteSnapshotCommand } from '@aws-sdk/client-ec2';
import { takeSnapshots } from '../../../functions/take-snapshots/run.ts';
import { extraTagKeys, tagKeys } from '../../../shared/tags.ts';
import { elsewhere, type Look } from '../look.ts';
import type { Scenario } from '../scenario.ts';
import { owner } from '../world.ts';
import { databaseCopies } from './copy-backups-databases.ts';
import {
  backupOn,
  copied,
  copiesOf,
  days,
  event,
  handlerOf,
  makeCopy,
  makeWanted,
  settledCopies,
  start,
  wanted,
} from './copy-backups-seeds.ts';
import { runMeanwhile } from './meanwhile.ts';
import { makeServer, makeSnapshot, makeVolume, tagsOf } from './seeds.ts';

/** Two awaited; one of a tier that is not copied, one of another owner. Their copies take days. */
const queue: Scenario = {
  name: 'copy-backups/queue',
  stores: ['simpledb', 'dynamodb'],
  thorough: true,
  start,
  handlerOf,
  seed: async (world) => {
    const source = await makeVolume(world, { Backup: 'data' });
    const ids = [
      await makeWanted(world, backupOn(source, '18')),
      await makeWanted(world, backupOn(source, '19')),
    ];
    await makeWanted(world, { ...backupOn(source, '19'), slot: 'data/hourly/2026-11-19T03:15:00Z' });
    const foreign = { ...tagsOf(backupOn(source, '20')), ...wanted, [tagKeys.owner]: 'somebody-else' };
    await makeSnapshot(world, backupOn(source, '20'), foreign);
    world.time.moveTo(start);
    world.sandbox.slowCopies({ pendingSeconds: 3 * days });
    return { event, settled: (seen) => copied(ids, seen) };
  },
};

/** One whose copy stands and one whose copy failed, both started by runs that were cut off. */
const settling: Scenario = {
  name: 'copy-backups/settling',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const source = await makeVolume(world, { Backup: 'data' });
    const [first, second] = [backupOn(source, '18'), backupOn(source, '19')];
    const standing = await makeWanted(world, first);
    await makeCopy(world, first, standing, 'alias/backups');
    const failing = await makeWanted(world, second);
    world.sandbox.failKmsKey('alias/lost');
    await makeCopy(world, second, failing, 'alias/lost');
    world.time.moveTo(start);
    world.sandbox.slowCopies({ pendingSeconds: 3 * days });
    return {
      event,
      settled: (seen) => [...copied([standing, failing], seen), ...settledCopies([standing], seen)],
    };
  },
};

/** The event of its completion names one backup; it, or the other one, is deleted while the run is under way. */
const vanishing: Scenario = {
  name: 'copy-backups/vanishing',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const source = await makeVolume(world, { Backup: 'data' });
    const id = await makeWanted(world, backupOn(source, '19'));
    world.time.moveTo(start);
    world.sandbox.slowCopies({ pendingSeconds: 3 * days });
    let gone = false;
    const leave = async () => {
      gone = true;
      await world.ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }));
    };
    return {
      event: { ...event, resources: [id] },
      meanwhile: { 'original-deleted': leave },
      settled: (seen) => (gone && copiesOf(id, seen).length === 0 ? [] : copied([id], seen)),
    };
  },
};

/** A set of an instance: a copy of each member, and one row. */
const set: Scenario = {
  name: 'copy-backups/set',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const { id: server } = await makeServer(world, { Role: 'shop' });
    const slot = 'data/daily/2026-11-19T02:15:00Z';
    world.time.moveTo(new Date('2026-11-19T02:15:00Z'));
    await runMeanwhile(world, takeSnapshots, {
      backup: 'data',
      tier: 'daily',
      keep: '7 days',
      scheduledTime: '2026-11-19T02:15:00Z',
      instances: { ids: [server] },
      copies: [elsewhere],
    });
    world.time.moveTo(start);
    world.sandbox.slowCopies({ pendingSeconds: 3 * days });
    return { event, settled: (seen) => wholeCopy(`${slot}/${server}`, seen) };
  },
};

/** @param key of the set's row */
function wholeCopy(key: string, seen: Look): string[] {
  const name = `${owner}/${key}`;
  const members = [...seen.snapshots.values()].filter(({ tags }) => tags[extraTagKeys.set] === name);
  const originals = members.filter(({ tags }) => tags[extraTagKeys.copyOf] === undefined);
  const uncopied = originals.filter(({ id }) => copiesOf(id, seen).length !== 1);
  const row = seen.rows.get(`${key}@${elsewhere}`);
  const isKnown = row?.['kind'] === 'set' && [undefined, name].includes(row['resource']);
  return [
    ...(originals.length === 2 && members.length === 4 ? [] : [`${name} has ${members.length} members`]),
    ...uncopied.map(({ id }) => `${id} of ${name} has ${copiesOf(id, seen).length} copies`),
    ...(isKnown ? [] : [`The copy of ${name} has the row ${JSON.stringify(row)}`]),
  ];
}

export const copyBackupsScenarios: readonly Scenario[] = [queue, settling, vanishing, set, databaseCopies];
