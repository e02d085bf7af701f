/** Images through their gateway, against the local AWS: what is proven, what is deleted, and what stays. */

import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  AttachVolumeCommand,
  CopyImageCommand,
  CreateLaunchTemplateCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  LockSnapshotCommand,
  ModifyImageAttributeCommand,
  RegisterImageCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createImage } from '../../shared/aws/ec2-images.ts';
import { backupTags } from '../../shared/backups/backup-tags.ts';
import { imageName } from '../../shared/backups/image-name.ts';
import { imageBackups } from '../../shared/backups/images.ts';
import { slotId } from '../../shared/slot.ts';
import { extraTagKeys, type Tags } from '../../shared/tags.ts';
import { anOwner, aSlot } from '../builders.ts';
import { fakeClock } from '../fakes.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';

const access = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
const slot = aSlot({ backup: 'machine', tier: 'weekly' });
let sandbox: Sandbox;
let ec2: EC2Client;
let autoScaling: AutoScalingClient;

beforeAll(async () => {
  sandbox = await startSandbox();
  const local = { ...access, endpoint: sandbox.url, maxAttempts: 1 };
  ec2 = new EC2Client(local);
  autoScaling = new AutoScalingClient(local);
});

afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());

const place = () => ({
  ec2,
  autoScaling: async () => autoScaling,
  region: access.region,
  patience: { clock: fakeClock(), random: Math.random, timeLeft: () => 60_000 },
});

const confirm = async () => {};

/** An instance with a boot volume and a data volume. */
async function anInstance(): Promise<string> {
  const { Instances } = await ec2.send(
    new RunInstancesCommand({ ImageId: 'ami-12c6146b', MinCount: 1, MaxCount: 1 }),
  );
  const InstanceId = Instances?.[0]?.InstanceId ?? '';
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }));
  await ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device: '/dev/sdf' }));
  return InstanceId;
}

async function anImage(instanceId: string, extra: Tags = {}): Promise<{ id: string; name: string }> {
  const name = imageName({ owner: anOwner, slot: slotId(slot), source: instanceId });
  const expires = new Date('2026-12-01T00:00:00Z');
  const order = { owner: anOwner, slot, expires, copies: [] };
  const { tags } = backupTags({ id: instanceId, tags: {} }, order, extra);
  const snapshotTags = { ...tags, [extraTagKeys.image]: name };
  const image = { instanceId, name, description: '', reboot: false, withoutDevices: [], tags, snapshotTags };
  return { id: await createImage(place(), image, async () => undefined), name };
}

async function own() {
  const found = [];
  for await (const page of imageBackups(place()).own(anOwner)) found.push(...page);
  return found;
}

const snapshotsStanding = async () =>
  (await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }))).Snapshots ?? [];
const imagesStanding = async () =>
  (await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }))).Images ?? [];

async function theBackup(name: string) {
  const backup = (await imageBackups(place()).byId([name])).get(name);
  if (!backup) throw new Error(`There is no ${name}`);
  return backup;
}

it('an image is one backup, proven by its name, with its snapshots as parts of it', async () => {
  const instance = await anInstance();
  const { id, name } = await anImage(instance);
  const snapshots = (await snapshotsStanding()).map(({ SnapshotId }) => SnapshotId);
  expect(snapshots).toHaveLength(2);
  expect(await own()).toEqual([
    expect.objectContaining({ kind: 'image', id: name, source: instance, state: 'completed' }),
  ]);
  expect([...(await theBackup(name)).parts].sort()).toEqual([id, ...snapshots].sort());
});

it('an image of another name that carries our tags is not proven to be ours', async () => {
  const instance = await anInstance();
  await anImage(instance);
  const [ours] = await imagesStanding();
  const { ImageId = '' } = await ec2.send(
    new RegisterImageCommand({ Name: 'copied by hand', RootDeviceName: '/dev/xvda' }),
  );
  await ec2.send(new CreateTagsCommand({ Resources: [ImageId], Tags: ours?.Tags }));
  expect((await own()).find(({ id }) => id === 'copied by hand')).toMatchObject({ source: undefined });
});

it('a copy that someone made elsewhere, under the same name and with its tags, is not proven to be ours', async () => {
  const { id, name } = await anImage(await anInstance());
  const [ours] = await imagesStanding();
  const there = { ...place(), region: 'eu-west-1' };
  there.ec2 = new EC2Client({ ...access, region: there.region, endpoint: sandbox.url, maxAttempts: 1 });
  const { ImageId = '' } = await there.ec2.send(
    new CopyImageCommand({ Name: name, SourceImageId: id, SourceRegion: access.region }),
  );
  await there.ec2.send(new CreateTagsCommand({ Resources: [ImageId], Tags: ours?.Tags }));
  expect((await imageBackups(there).byId([name])).get(name)).toMatchObject({ id: name, source: undefined });
});

it('a slow image is pending, and one whose snapshot fails has failed', async () => {
  const instance = await anInstance();
  const start = new Date('2026-11-21T02:15:00Z');
  sandbox.setTime(start);
  sandbox.slowSnapshots({ pendingSeconds: 60, endState: 'error' });
  const { name } = await anImage(instance);
  expect(await theBackup(name)).toMatchObject({ state: 'pending', startedAt: start });
  sandbox.setTime(new Date('2026-11-21T02:16:01Z'));
  expect(await theBackup(name)).toMatchObject({ state: 'error' });
});

describe('a deletion', () => {
  it('takes the image and its snapshots', async () => {
    const { name } = await anImage(await anInstance());
    await imageBackups(place()).delete(await theBackup(name), confirm);
    expect([await imagesStanding(), await snapshotsStanding()]).toEqual([[], []]);
    expect(await own()).toEqual([]);
  });

  it('of one that is gone already is no error', async () => {
    const { name } = await anImage(await anInstance());
    const backup = await theBackup(name);
    await imageBackups(place()).delete(backup, confirm);
    await imageBackups(place()).delete(backup, confirm);
  });

  it('that is no longer wanted deletes nothing', async () => {
    const { name } = await anImage(await anInstance());
    const refuse = () => Promise.reject(new Error('changed'));
    await expect(imageBackups(place()).delete(await theBackup(name), refuse)).rejects.toThrow('changed');
    expect(await imagesStanding()).toHaveLength(1);
  });

  it('whose answer was lost is finished by the next', async () => {
    const { name } = await anImage(await anInstance());
    sandbox.inject({ action: 'DeregisterImage', times: 1, effect: { kind: 'reset', executed: true } });
    await imageBackups(place()).delete(await theBackup(name), confirm);
    expect([await imagesStanding(), await snapshotsStanding()]).toEqual([[], []]);
  });

  it('that leaves a snapshot which another image uses says so, still finds it, and deletes it later', async () => {
    const { name } = await anImage(await anInstance());
    const [used] = await snapshotsStanding();
    const other = await ec2.send(
      new RegisterImageCommand({
        Name: 'another',
        RootDeviceName: '/dev/xvda',
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: used?.SnapshotId } }],
      }),
    );
    const deletion = imageBackups(place()).delete(await theBackup(name), confirm);
    await expect(deletion).rejects.toMatchObject({ name: 'InvalidSnapshot.InUse' });
    const remains = await theBackup(name);
    expect(remains).toMatchObject({ state: 'error', parts: [used?.SnapshotId] });
    expect(await own()).toEqual([remains]);
    await ec2.send(new DeregisterImageCommand({ ImageId: other.ImageId }));
    await imageBackups(place()).delete(remains, confirm);
    expect(await snapshotsStanding()).toEqual([]);
    expect((await imageBackups(place()).byId([name])).size).toBe(0);
  });
});

describe('what forbids a deletion', () => {
  const obstacle = async (name: string) =>
    (await imageBackups(place()).obstacles([await theBackup(name)])).get(name);

  it('is nothing where nobody uses it', async () => {
    const { name } = await anImage(await anInstance());
    expect(await obstacle(name)).toBeUndefined();
  });

  it('is an instance that was launched from it', async () => {
    const { id, name } = await anImage(await anInstance());
    await ec2.send(new RunInstancesCommand({ ImageId: id, MinCount: 1, MaxCount: 1 }));
    expect(await obstacle(name)).toBe('in-use-by-instance');
  });

  it('is any version of a launch template', async () => {
    const { id, name } = await anImage(await anInstance());
    await ec2.send(
      new CreateLaunchTemplateCommand({ LaunchTemplateName: 'shop', LaunchTemplateData: { ImageId: id } }),
    );
    expect(await obstacle(name)).toBe('in-use-by-launch-template');
  });

  it('is a launch configuration', async () => {
    const { id, name } = await anImage(await anInstance());
    const InstanceType = 't3.micro';
    await autoScaling.send(
      new CreateLaunchConfigurationCommand({ LaunchConfigurationName: 'shop', ImageId: id, InstanceType }),
    );
    expect(await obstacle(name)).toBe('in-use-by-auto-scaling-group');
  });

  it('is an override of a group', async () => {
    const { id, name } = await anImage(await anInstance());
    const { LaunchTemplate } = await ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: 'shop',
        LaunchTemplateData: { ImageId: 'ami-12c6146b' },
      }),
    );
    const LaunchTemplateSpecification = {
      LaunchTemplateId: LaunchTemplate?.LaunchTemplateId,
      Version: '$Latest',
    };
    await autoScaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: 'shop',
        MinSize: 0,
        MaxSize: 0,
        AvailabilityZones: ['us-east-1a'],
        MixedInstancesPolicy: {
          LaunchTemplate: {
            LaunchTemplateSpecification,
            Overrides: [{ InstanceType: 't3.micro', ImageId: id }],
          },
        },
      }),
    );
    expect(await obstacle(name)).toBe('in-use-by-auto-scaling-group');
  });

  it('is a lock on one of its snapshots', async () => {
    const { name } = await anImage(await anInstance());
    const [snapshot] = await snapshotsStanding();
    await ec2.send(
      new LockSnapshotCommand({
        SnapshotId: snapshot?.SnapshotId,
        LockMode: 'governance',
        LockDuration: 1,
      }),
    );
    expect(await obstacle(name)).toBe('locked');
  });

  it('is that another image uses all that is left of it', async () => {
    const { id, name } = await anImage(await anInstance());
    const BlockDeviceMappings = (await snapshotsStanding()).map(({ SnapshotId }, index) => ({
      DeviceName: `/dev/sd${index}`,
      Ebs: { SnapshotId },
    }));
    await ec2.send(
      new RegisterImageCommand({ Name: 'another', RootDeviceName: '/dev/sd0', BlockDeviceMappings }),
    );
    await ec2.send(new DeregisterImageCommand({ ImageId: id }));
    expect(await obstacle(name)).toBe('in-use-by-image');
  });

  it('is another account that may launch it', async () => {
    const { id, name } = await anImage(await anInstance());
    const Add = [{ UserId: '210987654321' }];
    await ec2.send(new ModifyImageAttributeCommand({ ImageId: id, LaunchPermission: { Add } }));
    expect(await obstacle(name)).toBe('shared');
  });

  it('cannot be told when a look-up fails: it is thrown, and never taken for nothing', async () => {
    const { name } = await anImage(await anInstance());
    sandbox.inject({
      action: 'DescribeLaunchTemplates',
      effect: { kind: 'error', code: 'UnauthorizedOperation' },
    });
    await expect(obstacle(name)).rejects.toMatchObject({ name: 'ObservationError' });
  });
});
