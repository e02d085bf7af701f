/** What the scenarios of copy-backups seed, and how its copies must look in the end. */
import { CopySnapshotCommand } from '@aws-sdk/client-ec2';
import { copyBackups } from '../../../functions/copy-backups/run.ts';
import { entrypoint } from '../../../shared/entrypoint.ts';
import { extraTagKeys, tagKeys } from '../../../shared/tags.ts';
import { clientOf, elsewhere, type Look, type SeenSnapshot } from '../look.ts';
import type { Scenario } from '../scenario.ts';
import { region, type World } from '../world.ts';
import { type Backup, makeSnapshot, rowOf, tagsOf } from './seeds.ts';

export const start = new Date('2026-11-21T09:30:02.000Z');
export const days = 86_400;
export const event = {
  copies: [{ backup: 'data', region: elsewhere, kmsKey: 'alias/backups', keep: { daily: '7 days' } }],
};

export const handlerOf: Scenario['handlerOf'] = (tools) => entrypoint(copyBackups, tools);

export const backupOn = (source: string, day: string): Backup => ({
  source,
  slot: `data/daily/2026-11-${day}T02:15:00Z`,
  expires: `2026-11-${Number(day) + 7}T02:15:00.000Z`,
});

export const wanted = { [extraTagKeys.copies]: `${elsewhere}:wanted` };

/** A backup as it stands before it is copied, with its row. */
export async function makeWanted(world: World, backup: Backup): Promise<string> {
  const id = await makeSnapshot(world, backup, { ...tagsOf(backup), ...wanted });
  await world.ledger.put([rowOf(backup, id)]);
  return id;
}

/** A copy as an earlier run left it that was cut off before it wrote the row. */
export async function makeCopy(world: World, backup: Backup, id: string, kmsKey: string): Promise<string> {
  const ref = `${region}/${id}`;
  const tags = { ...tagsOf(backup), [extraTagKeys.copyOf]: ref, [tagKeys.expires]: expiryOf(backup) };
  const { SnapshotId = '' } = await clientOf(world, elsewhere).send(
    new CopySnapshotCommand({
      SourceRegion: region,
      SourceSnapshotId: id,
      Description: `Groundskeeper copy of ${ref}`,
      Encrypted: true,
      KmsKeyId: kmsKey,
      TagSpecifications: [
        { ResourceType: 'snapshot', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
      ],
    }),
  );
  return SnapshotId;
}

/** Seven days from the start of the original. */
const expiryOf = ({ expires }: Backup): string => expires;

export const copiesOf = (id: string, { snapshots }: Look): SeenSnapshot[] =>
  [...snapshots.values()]
    .filter(({ tags }) => tags[extraTagKeys.copyOf] === `${region}/${id}`)
    .filter(({ state }) => state !== 'error');

/** These have their one copy, which lives as long as the job says and has its row; nothing else has one. */
export function copied(ids: readonly string[], seen: Look): string[] {
  const refs = ids.map((id) => `${region}/${id}`);
  const strays = [...seen.snapshots.values()]
    .filter((snapshot) => snapshot.region === elsewhere)
    .filter(({ tags }) => !refs.includes(tags[extraTagKeys.copyOf] ?? ''));
  return [
    ...strays.map(({ id }) => `${id} is a copy of what is not to be copied`),
    ...ids.flatMap((id) => copiedOnce(id, seen)),
  ];
}

function copiedOnce(id: string, seen: Look): string[] {
  const copies = copiesOf(id, seen);
  const [copy] = copies;
  if (!copy || copies.length > 1) return [`${id} has ${copies.length} copies`];
  const { tags } = copy;
  const slotTime = new Date(tags[tagKeys.slot]?.split('/')[2] ?? '').getTime();
  const lives = (new Date(tags[tagKeys.expires] ?? '').getTime() - slotTime) / 1_000;
  return [
    ...wrongRow(copy, seen),
    ...(lives === 7 * days ? [] : [`${copy.id} lives for ${lives} seconds`]),
    ...(tags[extraTagKeys.copies] === undefined ? [] : [`${copy.id} says that it is to be copied`]),
  ];
}

/** A run that was cut off leaves the row without the id until the copy stands. */
function wrongRow({ id, tags }: SeenSnapshot, { rows }: Look): string[] {
  const row = rows.get(`${tags[tagKeys.slot]}/${tags[tagKeys.source]}@${elsewhere}`);
  const isKnown = row?.['resource'] === undefined || row['resource'] === id;
  const agrees = isKnown && row?.['region'] === elsewhere && row['expires'] === tags[tagKeys.expires];
  return agrees ? [] : [`${id} has the row ${JSON.stringify(row)}`];
}

/** These say that their copies stand. */
export const settledCopies = (ids: readonly string[], { snapshots }: Look): string[] =>
  ids.flatMap((id) => {
    const says = snapshots.get(id)?.tags[extraTagKeys.copies];
    return says === `${elsewhere}:done` ? [] : [`${id} says of its copies: ${says}`];
  });
