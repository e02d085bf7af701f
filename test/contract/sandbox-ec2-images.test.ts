/** What the local AWS promises of images of instances, and of launch templates. */
import {
  CopyImageCommand,
  CreateImageCommand,
  type CreateImageCommandInput,
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  type DescribeLaunchTemplateVersionsCommandInput,
  type EC2Client,
  RegisterImageCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { codeOf, runInstance, snapshotsIn, type TwoRegions, twoRegions } from './two-regions.ts';

let aws: TwoRegions;
let ec2: EC2Client;
let abroad: EC2Client;

beforeAll(async () => {
  aws = await twoRegions();
  ({ ec2, abroad } = aws);
});

beforeEach(() => aws.reset());

afterAll(() => aws?.close());

describe('images of instances', () => {
  const create = async (InstanceId: string, rest: Partial<CreateImageCommandInput> = {}) => {
    const { ImageId = '' } = await ec2.send(new CreateImageCommand({ InstanceId, Name: 'shop', ...rest }));
    return ImageId;
  };
  const imagesIn = async (client: EC2Client) =>
    (await client.send(new DescribeImagesCommand({ Owners: ['self'] }))).Images ?? [];
  const devicesOf = (BlockDeviceMappings: { DeviceName?: string | undefined }[] = []) =>
    BlockDeviceMappings.map(({ DeviceName }) => DeviceName);

  test('have a snapshot of each volume that is not left out, tagged and named as AWS names them', async () => {
    const { instance, root, data } = await runInstance(ec2);
    const tag = (Value: string) => [{ Key: 'of', Value }];
    const image = await create(instance, {
      BlockDeviceMappings: [{ DeviceName: '/dev/sdf', NoDevice: '' }],
      NoReboot: true,
      TagSpecifications: [
        { ResourceType: 'image', Tags: tag('image') },
        { ResourceType: 'snapshot', Tags: tag('snapshot') },
      ],
    });
    const [seen] = await imagesIn(ec2);
    expect(seen).toMatchObject({ ImageId: image, State: 'available', Tags: tag('image') });
    expect(devicesOf(seen?.BlockDeviceMappings)).toEqual(['/dev/sda1', '/dev/sdg']);
    const snapshots = await snapshotsIn(ec2);
    expect(new Set(snapshots.map(({ VolumeId }) => VolumeId))).toEqual(new Set([root, data[1]]));
    for (const snapshot of snapshots) {
      expect(snapshot.Tags).toEqual(tag('snapshot'));
      expect(snapshot.Description).toBe(`Created by CreateImage(${instance}) for ${image}`);
    }
  });

  test('restart their instance unless they are told not to', async () => {
    const { instance } = await runInstance(ec2);
    await create(instance, { NoReboot: true });
    expect((await aws.sandbox.instanceOs(instance)).restarts).toBe(0);
    await create(instance, { Name: 'shop-2' });
    expect((await aws.sandbox.instanceOs(instance)).restarts).toBe(1);
  });

  test('are pending as long as their snapshots, and fail with one of them', async () => {
    const { instance, data } = await runInstance(ec2);
    aws.sandbox.slowSnapshots({ pendingSeconds: 60 });
    await create(instance);
    aws.sandbox.failSnapshotsOf(data[0], true);
    await create(instance, { Name: 'shop-2' });
    const states = async () => new Map((await imagesIn(ec2)).map(({ Name, State }) => [Name, State]));
    expect([...(await states()).values()]).toEqual(['pending', 'pending']);
    aws.pass(60);
    expect(await states()).toEqual(
      new Map([
        ['shop', 'available'],
        ['shop-2', 'failed'],
      ]),
    );
  });

  test('have names of their own', async () => {
    const { instance } = await runInstance(ec2);
    await create(instance);
    expect(await codeOf(create(instance))).toBe('InvalidAMIName.Duplicate');
    expect(await codeOf(create(instance, { Name: 'a:b:c' }))).toBe('InvalidAMIName.Malformed');
  });

  test('take their snapshots with them on request, and say of each what became of it', async () => {
    const { instance } = await runInstance(ec2);
    const ImageId = await create(instance);
    const [one = '', other = '', third = ''] = (await snapshotsIn(ec2)).map(({ SnapshotId }) => SnapshotId);
    await ec2.send(
      new RegisterImageCommand({
        Name: 'of-one',
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: one } }],
      }),
    );
    aws.sandbox.setDeregisterResult(other, 'missing-permissions');
    const { DeleteSnapshotResults = [] } = await ec2.send(
      new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }),
    );
    const results = new Map(
      DeleteSnapshotResults.map(({ SnapshotId, ReturnCode }) => [SnapshotId, ReturnCode]),
    );
    expect(results).toEqual(
      new Map([
        [one, 'skipped'],
        [other, 'missing-permissions'],
        [third, 'success'],
      ]),
    );
    expect((await snapshotsIn(ec2)).map(({ SnapshotId }) => SnapshotId)).toEqual([one, other]);
  });

  test('are told from those that never were', async () => {
    const { instance } = await runInstance(ec2);
    const ImageIds = [await create(instance), 'ami-00000000'];
    expect(await codeOf(ec2.send(new DescribeImagesCommand({ ImageIds })))).toBe('InvalidAMIID.NotFound');
  });

  test('are copied to another region with their snapshots, as slowly as those', async () => {
    const { instance } = await runInstance(ec2);
    const SourceImageId = await create(instance);
    aws.sandbox.slowCopies({ pendingSeconds: 60 });
    const Tags = [{ Key: 'tier', Value: 'daily' }];
    const copy = { SourceRegion: 'us-east-1', SourceImageId, Name: 'shop' };
    const { ImageId } = await abroad.send(
      new CopyImageCommand({ ...copy, TagSpecifications: [{ ResourceType: 'image' as const, Tags }] }),
    );
    expect(await imagesIn(abroad)).toMatchObject([{ ImageId, Name: 'shop', State: 'pending', Tags }]);
    aws.pass(60);
    const [seen] = await imagesIn(abroad);
    expect([seen?.State, devicesOf(seen?.BlockDeviceMappings)]).toEqual([
      'available',
      ['/dev/sda1', '/dev/sdf', '/dev/sdg'],
    ]);
    expect((await snapshotsIn(abroad)).map(({ VolumeId }) => VolumeId)).toEqual(
      Array.from({ length: 3 }, () => 'vol-ffffffff'),
    );
    expect(await codeOf(abroad.send(new CopyImageCommand(copy)))).toBe('InvalidAMIName.Duplicate');
  });
});

describe('launch templates', () => {
  test('and their versions are shown in pages, filtered by image, or the latest and default of all', async () => {
    const data = (ImageId: string) => ({ ImageId, InstanceType: 't3.micro' as const });
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      const { LaunchTemplate } = await ec2.send(
        new CreateLaunchTemplateCommand({
          LaunchTemplateName: name,
          LaunchTemplateData: data('ami-11111111'),
        }),
      );
      ids.push(LaunchTemplate?.LaunchTemplateId ?? '');
    }
    for (let version = 2; version <= 20; version += 1) {
      const LaunchTemplateData = data(version === 20 ? 'ami-33333333' : 'ami-22222222');
      await ec2.send(
        new CreateLaunchTemplateVersionCommand({ LaunchTemplateId: ids[0], LaunchTemplateData }),
      );
    }
    const page = await ec2.send(new DescribeLaunchTemplatesCommand({ MaxResults: 2 }));
    const rest = await ec2.send(
      new DescribeLaunchTemplatesCommand({ MaxResults: 2, NextToken: page.NextToken }),
    );
    const seen = [...(page.LaunchTemplates ?? []), ...(rest.LaunchTemplates ?? [])];
    expect(seen.map(({ LaunchTemplateId }) => LaunchTemplateId)).toEqual(ids.toSorted());

    const versions = async (input: DescribeLaunchTemplateVersionsCommandInput) =>
      ec2.send(new DescribeLaunchTemplateVersionsCommand(input));
    const all = await versions({ LaunchTemplateId: ids[0] });
    expect(all.LaunchTemplateVersions).toHaveLength(20);
    const first = await versions({ LaunchTemplateId: ids[0], MaxResults: 15 });
    const second = await versions({ LaunchTemplateId: ids[0], MaxResults: 15, NextToken: first.NextToken });
    expect(second.LaunchTemplateVersions?.map(({ VersionNumber }) => VersionNumber)).toEqual([
      16, 17, 18, 19, 20,
    ]);
    const ofImage = (value: string) => ({ Filters: [{ Name: 'image-id', Values: [value] }] });
    const found = await versions({ Versions: ['$Latest', '$Default'], ...ofImage('ami-33333333') });
    expect(found.LaunchTemplateVersions).toMatchObject([{ LaunchTemplateId: ids[0], VersionNumber: 20 }]);
    expect((await versions({ Versions: ['$Default'] })).LaunchTemplateVersions).toHaveLength(3);
    expect(
      await codeOf(versions({ LaunchTemplateId: ids[0], Filters: [{ Name: 'x', Values: ['y'] }] })),
    ).toBe('InvalidParameterValue');
  });
});
