/** What only reconcile-ledger's scenarios fill their accounts with, and look for in the end. */
import { CopySnapshotCommand } from '@aws-sdk/client-ec2';
import { extraTagKeys, tagKeys } from '../../../shared/tags.ts';
import { clientOf, elsewhere, type Look, type SeenRow } from '../look.ts';
import { region, type World } from '../world.ts';
import type { Backup } from './seeds.ts';

/** A copy of a snapshot in the other region, as copy-backups makes them, without its row. */
export async function makeCopyElsewhere(
  world: World,
  id: string,
  tags: Readonly<Record<string, string>>,
): Promise<string> {
  const ref = `${region}/${id}`;
  const all = { ...tags, [extraTagKeys.copyOf]: ref };
  const { SnapshotId = '' } = await clientOf(world, elsewhere).send(
    new CopySnapshotCommand({
      SourceRegion: region,
      SourceSnapshotId: id,
      Description: `Groundskeeper copy of ${ref}`,
      TagSpecifications: [
        { ResourceType: 'snapshot', Tags: Object.entries(all).map(([Key, Value]) => ({ Key, Value })) },
      ],
    }),
  );
  return SnapshotId;
}

export const backupOn = (source: string, day: string, expires: string): Backup => ({
  source,
  slot: `data/daily/2026-11-${day}T02:15:00Z`,
  expires,
});

/** The ledger says of these what their tags say. */
export function agreed(ids: readonly string[], seen: Look): string[] {
  return ids.flatMap((id) => {
    const { tags = {}, region: where = '' } = seen.snapshots.get(id) ?? {};
    const rows = rowsOf(id, seen);
    const agrees = rows.every(
      (row) =>
        row['expires'] === tags[tagKeys.expires] &&
        row['slot'] === tags[tagKeys.slot] &&
        row['source'] === tags[tagKeys.source] &&
        row['region'] === where,
    );
    return agrees && rows.length === 1 ? [] : [`${id} has the rows ${JSON.stringify(rows)}`];
  });
}

const rowsOf = (id: string, { rows }: Look): SeenRow[] =>
  [...rows.values()].filter((row) => row['resource'] === id);
