import { DescribeImagesCommand } from '@aws-sdk/client-ec2';
import { type Ec2, observing } from './ec2.ts';
import { persist } from './persist.ts';

/** The ids of all snapshots that an image of this account stands on, disabled and deprecated images included. */
export async function observeImageSnapshots({ client, patience }: Ec2): Promise<Set<string>> {
  const used = new Set<string>();
  let token: string | undefined;
  do {
    const page = await observing('Images', () =>
      persist(
        () =>
          client.send(
            new DescribeImagesCommand({
              Owners: ['self'],
              // DescribeImages hides both unless it is asked for them.
              IncludeDisabled: true,
              IncludeDeprecated: true,
              MaxResults: 1000,
              ...(token && { NextToken: token }),
            }),
          ),
        patience,
      ),
    );
    for (const { BlockDeviceMappings } of page.Images ?? []) {
      for (const { Ebs } of BlockDeviceMappings ?? []) if (Ebs?.SnapshotId) used.add(Ebs.SnapshotId);
    }
    token = page.NextToken;
  } while (token);
  return used;
}
