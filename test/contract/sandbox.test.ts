/** What the local AWS promises to every other test, through the clients that those use. */
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateImageCommand,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  DisableImageCommand,
  EC2Client,
  EnableImageCommand,
  GetConsoleScreenshotCommand,
  RegisterImageCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';

let sandbox: Sandbox;
let ec2: EC2Client;
let dynamo: DynamoDBClient;

const access = (maxAttempts = 1) => ({
  endpoint: sandbox.url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts,
});

beforeAll(async () => {
  sandbox = await startSandbox();
  ec2 = new EC2Client(access());
  dynamo = new DynamoDBClient(access());
});

beforeEach(async () => sandbox.reset());

afterAll(async () => {
  ec2?.destroy();
  dynamo?.destroy();
  await sandbox?.close();
});

const nine = new Date('2026-03-01T09:00:00.000Z');
const later = (start: Date, seconds: number) => new Date(start.getTime() + seconds * 1000);

async function createVolume(): Promise<string> {
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }));
  return VolumeId ?? '';
}

async function createSnapshot(volume: string, tags: Record<string, string> = {}): Promise<string> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const TagSpecifications = [{ ResourceType: 'snapshot' as const, Tags }];
  const { SnapshotId } = await ec2.send(
    new CreateSnapshotCommand({ VolumeId: volume, ...(Tags.length > 0 && { TagSpecifications }) }),
  );
  return SnapshotId ?? '';
}

const registerImage = (name: string, snapshot: string) =>
  ec2.send(
    new RegisterImageCommand({
      Name: name,
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshot } }],
    }),
  );

const snapshotIds = async (input: ConstructorParameters<typeof DescribeSnapshotsCommand>[0] = {}) => {
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand(input));
  return Snapshots.map(({ SnapshotId }) => SnapshotId);
};

const stateOf = async (id: string) => {
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }));
  return Snapshots[0]?.State;
};

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: Error) => error.name,
  );

describe('calls', () => {
  test('are recorded with service, action, parameters and status', async () => {
    await createVolume();
    await codeOf(ec2.send(new DescribeVolumesCommand({ VolumeIds: ['vol-00000000'] })));
    await dynamo.send(new ListTablesCommand({ Limit: 7 }));
    expect(sandbox.calls).toMatchObject([
      { service: 'ec2', action: 'CreateVolume', parameters: { Size: '1' }, status: 200 },
      {
        service: 'ec2',
        action: 'DescribeVolumes',
        parameters: { 'VolumeId.1': 'vol-00000000' },
        status: 400,
      },
      { service: 'dynamodb', action: 'ListTables', parameters: { Limit: 7 }, status: 200 },
    ]);
  });

  test('are forgotten, with the account, at reset', async () => {
    await createSnapshot(await createVolume());
    await sandbox.reset();
    expect(sandbox.calls).toEqual([]);
    expect(await snapshotIds()).toEqual([]);
  });

  test('that moto lacks answer an error that says so, which the SDK does not retry', async () => {
    const retrying = new EC2Client(access(3));
    const work = retrying.send(new GetConsoleScreenshotCommand({ InstanceId: 'i-00000000' }));
    await expect(work).rejects.toMatchObject({ name: 'NotImplemented', $metadata: { httpStatusCode: 501 } });
    expect(sandbox.calls).toHaveLength(1);
  });
});

describe('SimpleDB', () => {
  test('is answered on the same port', async () => {
    const body = new URLSearchParams({ Action: 'ListDomains', Version: '2009-04-15' });
    const answer = await fetch(sandbox.url, { method: 'POST', body });
    expect(await answer.text()).toContain('<Code>');
    expect(sandbox.calls).toMatchObject([{ service: 'simpledb', action: 'ListDomains' }]);
  });
});

describe('faults', () => {
  test('answer an AWS error that the SDK understands, and do not execute the call', async () => {
    const volume = await createVolume();
    const fault = sandbox.inject({
      action: 'CreateSnapshot',
      effect: { kind: 'error', code: 'ConcurrentSnapshotLimitExceeded', message: 'five <pending>' },
    });
    await expect(createSnapshot(volume)).rejects.toMatchObject({
      name: 'ConcurrentSnapshotLimitExceeded',
      message: 'five <pending>',
      $metadata: { httpStatusCode: 400 },
    });
    expect(fault.hits).toBe(1);
    fault.lift();
    expect(await snapshotIds()).toEqual([]);
    expect(await codeOf(createSnapshot(volume))).toBe('no error');
  });

  test('speak JSON where the service does', async () => {
    sandbox.inject({
      service: 'dynamodb',
      effect: { kind: 'error', code: 'ProvisionedThroughputExceededException', message: 'slow down' },
    });
    await expect(dynamo.send(new ListTablesCommand({}))).rejects.toMatchObject({
      name: 'ProvisionedThroughputExceededException',
      message: 'slow down',
    });
  });

  test.each([
    [
      'simpledb',
      '',
      'Action=ListDomains&Version=2009-04-15',
      /<Response><Errors><Error><Code>X<.*<BoxUsage>/,
    ],
    ['rds', '', 'Action=DescribeDBInstances', /<ErrorResponse><Error><Type>Sender<\/Type><Code>X</],
    ['s3', '/bucket/key', '', /<Error><Code>X</],
  ])('speak the XML of %s', async (service, path, body, expected) => {
    sandbox.inject({ service, effect: { kind: 'error', code: 'X', status: 409 } });
    const answer = await fetch(sandbox.url + path, {
      method: 'POST',
      headers: {
        'content-type': body ? 'application/x-www-form-urlencoded' : 'text/plain',
        authorization: `AWS4-HMAC-SHA256 Credential=test/20260301/us-east-1/${service}/aws4_request`,
      },
      body,
    });
    expect(answer.status).toBe(409);
    expect(await answer.text()).toMatch(expected);
  });

  test.each([
    ['sqs', 'RequestThrottled', () => new SQSClient(access()).send(new ListQueuesCommand({}))],
    ['rds', 'DBInstanceNotFound', () => new RDSClient(access()).send(new DescribeDBInstancesCommand({}))],
    [
      'autoscaling',
      'Throttling',
      () => new AutoScalingClient(access()).send(new DescribeAutoScalingGroupsCommand({})),
    ],
  ])('are read by the client of %s', async (service, code, send) => {
    sandbox.inject({ service, effect: { kind: 'error', code, message: 'slow down' } });
    await expect(send()).rejects.toMatchObject({
      name: expect.stringMatching(new RegExp(`^${code}(Fault)?$`)),
      message: 'slow down',
    });
  });

  test('hit the call with the given number, so many times, on the given condition', async () => {
    await createVolume();
    sandbox.inject({ call: 1, from: 'now', effect: { kind: 'error', code: 'Second' } });
    sandbox.inject({ times: 1, effect: { kind: 'error', code: 'Third' } });
    sandbox.inject({
      when: ({ parameters }) => parameters['Size'] === '9',
      effect: { kind: 'error', code: 'Nine' },
    });
    expect(await codeOf(createVolume())).toBe('Second');
    expect(await codeOf(createVolume())).toBe('Third');
    expect(await codeOf(createVolume())).toBe('no error');
    const ofNine = new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 9 });
    expect(await codeOf(ec2.send(ofNine))).toBe('Nine');
  });

  test('answer a server error that the SDK retries', async () => {
    const fault = sandbox.inject({ times: 1, effect: { kind: 'server-error' } });
    const retrying = new EC2Client(access(2));
    await retrying.send(new DescribeVolumesCommand({}));
    expect(fault.hits).toBe(1);
    expect(sandbox.calls.map(({ status }) => status)).toEqual([500, 200]);
  });

  test('reset the connection after the work was done, and before it', async () => {
    const volume = await createVolume();
    const lost = sandbox.inject({ action: 'CreateSnapshot', effect: { kind: 'reset', executed: true } });
    expect(await codeOf(createSnapshot(volume))).not.toBe('no error');
    lost.lift();
    expect(await snapshotIds()).toHaveLength(1);

    sandbox.inject({ action: 'CreateSnapshot', effect: { kind: 'reset', executed: false } });
    expect(await codeOf(createSnapshot(volume))).not.toBe('no error');
    expect(await snapshotIds()).toHaveLength(1);
    expect(sandbox.calls.filter(({ status }) => status === undefined)).toHaveLength(2);
  });

  test('hang until the reset, and tell when AWS has done the work', async () => {
    const volume = await createVolume();
    const fault = sandbox.inject({ action: 'CreateSnapshot', effect: { kind: 'hang', executed: true } });
    const work = codeOf(createSnapshot(volume));
    await fault.reached;
    expect(await snapshotIds()).toHaveLength(1);
    await sandbox.reset();
    expect(await work).not.toBe('no error');
  });
});

describe('pages', () => {
  test('of snapshots hold no more than asked for, and all of them together show each once', async () => {
    const volume = await createVolume();
    const made: string[] = [];
    for (let count = 0; count < 12; count += 1) made.push(await createSnapshot(volume));
    const seen: (string | undefined)[] = [];
    const sizes: number[] = [];
    let token: string | undefined;
    do {
      const page = await ec2.send(
        new DescribeSnapshotsCommand({
          MaxResults: 5,
          OwnerIds: ['self'],
          ...(token && { NextToken: token }),
        }),
      );
      sizes.push(page.Snapshots?.length ?? 0);
      seen.push(...(page.Snapshots ?? []).map(({ SnapshotId }) => SnapshotId));
      token = page.NextToken;
    } while (token);
    expect(sizes).toEqual([5, 5, 2]);
    expect(new Set(seen)).toEqual(new Set(made));
    expect(seen).toHaveLength(made.length);
  });

  test('of volumes, images and instances have a next token too', async () => {
    const snapshot = await createSnapshot(await createVolume());
    for (let count = 0; count < 6; count += 1) {
      await createVolume();
      await registerImage(`image-${count}`, snapshot);
      await ec2.send(new RunInstancesCommand({ ImageId: 'ami-12345678', MinCount: 1, MaxCount: 1 }));
    }
    const volumes = await ec2.send(new DescribeVolumesCommand({ MaxResults: 5 }));
    const images = await ec2.send(new DescribeImagesCommand({ MaxResults: 5, Owners: ['self'] }));
    const instances = await ec2.send(new DescribeInstancesCommand({ MaxResults: 5 }));
    expect([volumes.Volumes?.length, images.Images?.length, instances.Reservations?.length]).toEqual([
      5, 5, 5,
    ]);
    const rest = await ec2.send(
      new DescribeInstancesCommand({ MaxResults: 5, NextToken: instances.NextToken }),
    );
    expect(rest.Reservations).toHaveLength(1);
    expect(rest.NextToken).toBeUndefined();
    expect([typeof volumes.NextToken, typeof images.NextToken]).toEqual(['string', 'string']);
  });

  test('go on after the last item seen, though that was deleted meanwhile', async () => {
    const volume = await createVolume();
    const made: string[] = [];
    for (let count = 0; count < 7; count += 1) made.push(await createSnapshot(volume));
    const first = await ec2.send(new DescribeSnapshotsCommand({ MaxResults: 5 }));
    for (const { SnapshotId } of first.Snapshots ?? [])
      await ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
    const second = await ec2.send(
      new DescribeSnapshotsCommand({ MaxResults: 5, NextToken: first.NextToken }),
    );
    expect(second.Snapshots).toHaveLength(2);
  });

  test.each([4, 1001])('of %i are refused', async (MaxResults) => {
    expect(await codeOf(ec2.send(new DescribeSnapshotsCommand({ MaxResults })))).toBe(
      'InvalidParameterValue',
    );
  });

  test('are refused with a token that is none, and together with ids', async () => {
    const badToken = new DescribeVolumesCommand({ MaxResults: 5, NextToken: 'x' });
    const withIds = new DescribeSnapshotsCommand({ MaxResults: 5, SnapshotIds: ['snap-00000000'] });
    expect(await codeOf(ec2.send(badToken))).toBe('InvalidNextToken');
    expect(await codeOf(ec2.send(withIds))).toBe('InvalidParameterCombination');
  });
});

describe("the account's clock", () => {
  test('dates snapshots and volumes, in the answer and afterwards', async () => {
    sandbox.setTime(nine);
    const volume = await createVolume();
    const made = await ec2.send(new CreateSnapshotCommand({ VolumeId: volume }));
    sandbox.setTime(later(nine, 3600));
    const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({}));
    const { Volumes } = await ec2.send(new DescribeVolumesCommand({}));
    expect([made.StartTime, Snapshots?.[0]?.StartTime, Volumes?.[0]?.CreateTime]).toEqual([nine, nine, nine]);
  });

  test('is what the start-time filter sees', async () => {
    sandbox.setTime(nine);
    const id = await createSnapshot(await createVolume());
    const on = (value: string) => snapshotIds({ Filters: [{ Name: 'start-time', Values: [value] }] });
    expect(await on('2026-03-01*')).toEqual([id]);
    expect(await on('2026-03-02*')).toEqual([]);
  });
});

describe('slow snapshots', () => {
  test('are pending until their time has passed on the account, then completed', async () => {
    sandbox.setTime(nine);
    sandbox.slowSnapshots({ pendingSeconds: 60 });
    const made = await ec2.send(new CreateSnapshotCommand({ VolumeId: await createVolume() }));
    expect(made.State).toBe('pending');
    const id = made.SnapshotId ?? '';
    sandbox.setTime(later(nine, 59));
    expect(await stateOf(id)).toBe('pending');
    sandbox.setTime(later(nine, 60));
    expect(await stateOf(id)).toBe('completed');
  });

  test('end in error if told to, and the status filter sees that', async () => {
    sandbox.setTime(nine);
    const volume = await createVolume();
    const good = await createSnapshot(volume, { tier: 'daily' });
    sandbox.slowSnapshots({ pendingSeconds: 60, endState: 'error' });
    const bad = await createSnapshot(volume, { tier: 'daily' });
    const inState = (state: string) =>
      snapshotIds({
        Filters: [
          { Name: 'status', Values: [state] },
          { Name: 'tag:tier', Values: ['daily'] },
        ],
      });
    expect([await inState('pending'), await inState('completed')]).toEqual([[bad], [good]]);
    sandbox.setTime(later(nine, 61));
    expect([await inState('error'), await inState('pending')]).toEqual([[bad], []]);
  });

  test('of an instance show the state in their answer', async () => {
    const { Instances } = await ec2.send(
      new RunInstancesCommand({ ImageId: 'ami-12345678', MinCount: 1, MaxCount: 1 }),
    );
    sandbox.slowSnapshots({ pendingSeconds: 60 });
    const { Snapshots } = await ec2.send(
      new CreateSnapshotsCommand({ InstanceSpecification: { InstanceId: Instances?.[0]?.InstanceId } }),
    );
    expect(Snapshots?.map(({ State }) => State)).toEqual(['pending']);
  });

  test('deleted while pending go when they complete', async () => {
    sandbox.setTime(nine);
    sandbox.slowSnapshots({ pendingSeconds: 60 });
    const id = await createSnapshot(await createVolume());
    await ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }));
    expect(await stateOf(id)).toBe('pending');
    sandbox.setTime(later(nine, 60));
    expect(await snapshotIds()).toEqual([]);
  });
});

describe('refusals', () => {
  test('a snapshot that an image stands on is not deleted, disabled images included', async () => {
    const id = await createSnapshot(await createVolume());
    const { ImageId } = await registerImage('web', id);
    const remove = () => codeOf(ec2.send(new DeleteSnapshotCommand({ SnapshotId: id })));
    expect(await remove()).toBe('InvalidSnapshot.InUse');
    await ec2.send(new DisableImageCommand({ ImageId }));
    expect(await remove()).toBe('InvalidSnapshot.InUse');
    await ec2.send(new DeregisterImageCommand({ ImageId }));
    expect(await remove()).toBe('no error');
  });

  test('nor is the one that CreateImage made', async () => {
    const { Instances } = await ec2.send(
      new RunInstancesCommand({ ImageId: 'ami-12345678', MinCount: 1, MaxCount: 1 }),
    );
    await ec2.send(new CreateImageCommand({ InstanceId: Instances?.[0]?.InstanceId, Name: 'web' }));
    const [SnapshotId] = await snapshotIds();
    expect(await codeOf(ec2.send(new DeleteSnapshotCommand({ SnapshotId })))).toBe('InvalidSnapshot.InUse');
  });

  test('snapshots that do not exist are told from none', async () => {
    const id = await createSnapshot(await createVolume());
    const missing = 'snap-00000000000000000';
    const ask = ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id, missing] }));
    expect(await codeOf(ask)).toBe('InvalidSnapshot.NotFound');
    const remove = ec2.send(new DeleteSnapshotCommand({ SnapshotId: missing }));
    expect(await codeOf(remove)).toBe('InvalidSnapshot.NotFound');
  });

  test('a second snapshot of a volume within 15 s is refused once that is switched on', async () => {
    sandbox.setTime(nine);
    const [one, other] = [await createVolume(), await createVolume()];
    await createSnapshot(one);
    expect(await codeOf(createSnapshot(one))).toBe('no error');
    sandbox.enforceSnapshotRate(true);
    expect(await codeOf(createSnapshot(one))).toBe('SnapshotCreationPerVolumeRateExceeded');
    expect(await codeOf(createSnapshot(other))).toBe('no error');
    sandbox.setTime(later(nine, 15));
    expect(await codeOf(createSnapshot(one))).toBe('no error');
  });

  test('more than 50 tags are refused, and nothing is created', async () => {
    const volume = await createVolume();
    const tags = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, 'x']));
    expect(await codeOf(createSnapshot(volume, tags(51)))).toBe('TagLimitExceeded');
    expect(await snapshotIds()).toEqual([]);
    const id = await createSnapshot(volume, tags(50));
    const more = new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'one-more', Value: 'x' }] });
    expect(await codeOf(ec2.send(more))).toBe('TagLimitExceeded');
  });

  test('aws: tags are for AWS alone', async () => {
    const volume = await createVolume();
    expect(await codeOf(createSnapshot(volume, { 'aws:backup:x': 'y' }))).toBe('InvalidParameterValue');
    await sandbox.addSystemTags(volume, { 'aws:cloudformation:stack-name': 'shop' });
    const { Volumes } = await ec2.send(new DescribeVolumesCommand({}));
    expect(Volumes?.[0]?.Tags).toEqual([{ Key: 'aws:cloudformation:stack-name', Value: 'shop' }]);
  });

  test.each(['error', 'deleting', 'creating'] as const)(
    'a volume in %s has no snapshot taken',
    async (state) => {
      const [ill, well] = [await createVolume(), await createVolume()];
      sandbox.setVolumeState(ill, state);
      const inState = async (value: string) => {
        const filter = { Name: 'status', Values: [value] };
        const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({ Filters: [filter] }));
        return Volumes.map(({ VolumeId, State }) => [VolumeId, State]);
      };
      expect(await inState(state)).toEqual([[ill, state]]);
      expect(await inState('available')).toEqual([[well, 'available']]);
      expect(await codeOf(createSnapshot(ill))).toBe('IncorrectState');
      expect(await snapshotIds()).toEqual([]);
    },
  );
});

describe('images', () => {
  test('show the snapshots that they were registered from, and no others appear', async () => {
    const id = await createSnapshot(await createVolume());
    const { ImageId } = await registerImage('web', id);
    expect(await snapshotIds()).toEqual([id]);
    const filter = { Name: 'block-device-mapping.snapshot-id', Values: [id] };
    const { Images } = await ec2.send(new DescribeImagesCommand({ Filters: [filter] }));
    expect(Images).toMatchObject([{ ImageId, BlockDeviceMappings: [{ Ebs: { SnapshotId: id } }] }]);
  });

  test('are hidden while disabled, unless they are asked for', async () => {
    const { ImageId } = await registerImage('web', await createSnapshot(await createVolume()));
    await ec2.send(new DisableImageCommand({ ImageId }));
    const states = async (IncludeDisabled: boolean) => {
      const { Images = [] } = await ec2.send(
        new DescribeImagesCommand({ Owners: ['self'], IncludeDisabled }),
      );
      return Images.map(({ State }) => State);
    };
    expect([await states(false), await states(true)]).toEqual([[], ['disabled']]);
    await ec2.send(new EnableImageCommand({ ImageId }));
    expect(await states(false)).toEqual(['available']);
  });
});

describe('control by HTTP', () => {
  const control = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${sandbox.url}/_sandbox/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, text: await answer.text() };
  };

  test('sets the time, injects and lifts faults, tells the calls, resets', async () => {
    await control('POST', 'time', { now: nine.toISOString() });
    const effect = { kind: 'error', code: 'RequestLimitExceeded' };
    const { text } = await control('POST', 'faults', { action: 'DescribeVolumes', effect });
    const made = await ec2.send(new CreateSnapshotCommand({ VolumeId: await createVolume() }));
    expect(made.StartTime).toEqual(nine);
    expect(await codeOf(ec2.send(new DescribeVolumesCommand({})))).toBe('RequestLimitExceeded');
    expect(JSON.parse((await control('GET', 'faults')).text)).toEqual([{ ...JSON.parse(text), hits: 1 }]);
    await control('DELETE', 'faults', JSON.parse(text));
    expect(await codeOf(ec2.send(new DescribeVolumesCommand({})))).toBe('no error');
    const calls = JSON.parse((await control('GET', 'calls')).text) as { action: string }[];
    expect(calls.map(({ action }) => action)).toEqual([
      'CreateVolume',
      'CreateSnapshot',
      'DescribeVolumes',
      'DescribeVolumes',
    ]);
    await control('POST', 'reset');
    expect(await snapshotIds()).toEqual([]);
  });

  test('says what is wrong with a request', async () => {
    const wrong = await control('POST', 'faults', {
      acton: 'DescribeVolumes',
      effect: { kind: 'hang', executed: true },
    });
    expect(wrong).toMatchObject({ status: 400, text: expect.stringContaining('acton') });
    expect(await control('GET', 'nothing')).toMatchObject({ status: 404 });
  });
});
