import { DescribeImagesCommand, type Image } from '@aws-sdk/client-ec2';
import { type Ec2, pages } from './ec2.ts';

/** The ids of all snapshots that an image of this account stands on, disabled and deprecated images included. */
export async function observeImageSnapshots(place: Ec2): Promise<Set<string>> {
  const used = new Set<string>();
  // DescribeImages hides disabled and deprecated images unless it is asked for them.
  const wanted = { Owners: ['self'], IncludeDisabled: true, IncludeDeprecated: true, MaxResults: 1000 };
  const read = (from: { NextToken?: string }) =>
    place.ec2.send(new DescribeImagesCommand({ ...wanted, ...from }));
  for await (const { Images } of pages(place, 'Images', read)) {
    for (const id of (Images ?? []).flatMap(snapshotsOf)) used.add(id);
  }
  return used;
}

const snapshotsOf = ({ BlockDeviceMappings }: Image): string[] =>
  (BlockDeviceMappings ?? []).map(({ Ebs }) => Ebs?.SnapshotId).filter((id) => id !== undefined);
