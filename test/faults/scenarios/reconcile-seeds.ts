/** What only reconcile-ledger's scenarios fill their accounts with. */
import { CopySnapshotCommand } from '@aws-sdk/client-ec2';
import { extraTagKeys } from '../../../shared/tags.ts';
import { clientOf, elsewhere } from '../look.ts';
import { region, type World } from '../world.ts';

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
