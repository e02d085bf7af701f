import { AttachVolumeCommand, DescribeImagesCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { expect } from 'vitest';
import type { Cases, Setting } from './setting.ts';

/** An instance with the tag Role=shop, a boot volume and a data volume. */
async function startShop({ account, volume }: Setting): Promise<void> {
  const { Instances } = await account.ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-12c6146b',
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Role', Value: 'shop' }] }],
    }),
  );
  const InstanceId = Instances?.[0]?.InstanceId;
  await account.ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId: volume, Device: '/dev/sdf' }));
}

/** How many devices each image has, by its tier. */
async function imagesIn({ account }: Setting): Promise<[string | undefined, number | undefined][]> {
  const { Images = [] } = await account.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  return Images.map(({ Tags = [], BlockDeviceMappings }) => [
    Tags.find(({ Key }) => Key === 'groundskeeper:tier')?.Value,
    BlockDeviceMappings?.length,
  ]);
}

export const createImagesCases: Cases = {
  'create-images.weekly.json': async (setting) => {
    await startShop(setting);
    expect(await setting.run('create-images.weekly.json')).toMatchObject({ summary: { done: 1 } });
    expect(await imagesIn(setting)).toEqual([['weekly', 1]]);
  },
  'create-images.by-hand.json': async (setting) => {
    await startShop(setting);
    expect(await setting.run('create-images.by-hand.json')).toMatchObject({ summary: { done: 1 } });
    expect(await imagesIn(setting)).toEqual([['manual', 2]]);
  },
  'create-images.dry-run.json': async (setting) => {
    await startShop(setting);
    expect(await setting.run('create-images.dry-run.json')).toMatchObject({ summary: { withheld: 1 } });
    expect(await imagesIn(setting)).toEqual([]);
    expect(await setting.account.ledgerRows()).toEqual([]);
  },
};
