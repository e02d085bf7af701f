/** What the local AWS promises of commands on instances: their scripts are really run, by the account's time. */
import {
  CreateSnapshotsCommand,
  EC2Client,
  RebootInstancesCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  CancelCommandCommand,
  GetCommandInvocationCommand,
  SendCommandCommand,
  type SendCommandCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';

let sandbox: Sandbox;
let ec2: EC2Client;
let ssm: SSMClient;
let instance: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  const access = {
    endpoint: sandbox.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  ec2 = new EC2Client(access);
  ssm = new SSMClient(access);
});

beforeEach(async () => {
  await sandbox.reset();
  sandbox.setTime(nine);
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({ ImageId: 'ami-12345678', MinCount: 1, MaxCount: 1 }),
  );
  instance = Instances[0]?.InstanceId ?? '';
  sandbox.setMounts(instance, [
    { target: '/srv/data', source: '/dev/nvme1n1' },
    { target: '/srv/mirror', source: '/dev/nvme1n1' },
    { target: '/var/log', source: '/dev/nvme2n1' },
  ]);
});

afterAll(async () => {
  ec2?.destroy();
  ssm?.destroy();
  await sandbox?.close();
});

const nine = new Date('2026-03-01T09:00:00.000Z');
const at = (seconds: number) => new Date(nine.getTime() + seconds * 1000);
const pass = (seconds: number) => sandbox.setTime(at(seconds));

async function send(script: string, rest: Partial<SendCommandCommandInput> = {}): Promise<string> {
  const { Command } = await ssm.send(
    new SendCommandCommand({
      DocumentName: 'AWS-RunShellScript',
      InstanceIds: [instance],
      Parameters: { commands: [script] },
      ...rest,
    }),
  );
  return Command?.CommandId ?? '';
}

const look = (CommandId: string) =>
  ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId: instance }));

const statusOf = async (id: string) => (await look(id)).Status;

/** Past the first question, which comes too early. */
async function known(id: string): Promise<string> {
  await codeOf(look(id));
  return id;
}

async function run(script: string): Promise<{ status: string; output: string; errors: string }> {
  const answer = await look(await known(await send(script)));
  const { Status = '', StandardOutputContent = '', StandardErrorContent = '' } = answer;
  return { status: Status, output: StandardOutputContent, errors: StandardErrorContent };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: Error) => error.name,
  );

const frozen = async () => (await sandbox.instanceOs(instance)).frozen;

describe('a script', () => {
  test('is run by sh, and its output, errors and exit code are told', async () => {
    const id = await send('echo "$((6 * 7))"; echo oops >&2; exit 3', { Comment: 'sums' });
    expect(await codeOf(look(id))).toBe('InvocationDoesNotExist');
    expect(await look(id)).toMatchObject({
      CommandId: id,
      InstanceId: instance,
      Comment: 'sums',
      Status: 'Failed',
      StatusDetails: 'Failed',
      ResponseCode: 3,
      StandardOutputContent: '42\n',
      StandardErrorContent: 'oops\n',
    });
    expect(await run('true')).toMatchObject({ status: 'Success' });
  });

  test('has 24,000 characters of output shown, and 8,000 of errors', async () => {
    const { output, errors } = await run('printf %030000d 7; printf %030000d 7 >&2');
    expect([output.length, errors.length]).toEqual([24_000, 8_000]);
  });

  test('sees its mounts at their places, as directories of its own', async () => {
    const script = `
      echo kept >/srv/data/file; cat '/srv/data/file'; ls /srv
      cd /srv/data && pwd -P
      mountpoint -q /srv/data && echo yes
      mountpoint -q /srv || echo no
      mountpoint /usr
      findmnt -n -o TARGET,SOURCE -T /srv/data/file
      findmnt -no MAJ:MIN /srv/data; findmnt -no MAJ:MIN /srv/mirror; findmnt -no MAJ:MIN -T /usr
      findmnt -n /srv || echo none`;
    expect((await run(script)).output.split('\n')).toEqual([
      'kept',
      'data',
      'mirror',
      '/srv/data',
      'yes',
      'no',
      '/usr is not a mountpoint',
      '/srv/data /dev/nvme1n1',
      '259:2',
      '259:2',
      '259:0',
      'none',
      '',
    ]);
  });

  test('that goes past the commands of the local AWS is not run', async () => {
    for (const script of ['/sbin/fsfreeze -f /', 'PATH=/usr/bin fsfreeze -f /', 'sudo reboot']) {
      expect(await codeOf(send(script))).toBe('NotImplemented');
    }
    expect((await run('reboot')).errors).toContain('not in the local AWS');
    expect((await sandbox.instanceOs(instance)).commands.map(({ status }) => status)).toEqual(['Failed']);
  });
});

describe('fsfreeze', () => {
  test('freezes and thaws file systems, and tests are told which', async () => {
    expect((await run('fsfreeze -f /srv/data && fsfreeze -f /var/log/nginx/..')).status).toBe('Failed');
    expect(await frozen()).toEqual(['/srv/data', '/srv/mirror']);
    expect((await run('fsfreeze -u /srv/mirror')).status).toBe('Success');
    expect(await frozen()).toEqual([]);
    const { events } = await sandbox.instanceOs(instance);
    expect(events).toMatchObject([
      { at: nine, what: 'fsfreeze -f /srv/data' },
      { at: nine, what: 'fsfreeze -u /srv/mirror' },
    ]);
  });

  test('refuses what is frozen already, what is not, and what cannot be', async () => {
    sandbox.setMounts(instance, [
      { target: '/srv/data', source: '/dev/nvme1n1' },
      { target: '/srv/nfs', source: 'files:/', freezable: false },
    ]);
    const { errors } = await run(
      'fsfreeze -u /srv/data; fsfreeze -f /srv/data; fsfreeze -f /srv/data; fsfreeze -f /srv/nfs',
    );
    expect(errors.split('\n').slice(0, -1)).toEqual([
      'fsfreeze: /srv/data: unfreeze failed: Invalid argument',
      'fsfreeze: /srv/data: freeze failed: Device or resource busy',
      'fsfreeze: /srv/nfs: freeze failed: Operation not supported',
    ]);
  });

  test('keeps the agent from its work where it freezes its files', async () => {
    await run('fsfreeze -f /');
    const id = await known(await send('fsfreeze -u /', { TimeoutSeconds: 30 }));
    expect(await statusOf(id)).toBe('Pending');
    pass(30);
    expect((await look(id)).StatusDetails).toBe('Delivery Timed Out');
    expect(await frozen()).toEqual(['/']);
  });

  test('is over after a restart', async () => {
    await run('fsfreeze -f /srv/data; systemd-run --unit=thaw --on-active=60 fsfreeze -u /srv/data');
    await ec2.send(new RebootInstancesCommand({ InstanceIds: [instance] }));
    expect(await sandbox.instanceOs(instance)).toMatchObject({ frozen: [], timers: [], restarts: 1 });
  });

  test('is noted with the snapshots that were begun meanwhile', async () => {
    const specification = { InstanceSpecification: { InstanceId: instance } };
    await run('fsfreeze -f /var/log');
    const { Snapshots = [] } = await ec2.send(new CreateSnapshotsCommand(specification));
    await run('fsfreeze -u /var/log');
    const { snapshots } = await sandbox.instanceOs(instance);
    expect(snapshots).toEqual([
      { snapshots: Snapshots.map(({ SnapshotId }) => SnapshotId), frozen: ['/var/log'] },
    ]);
  });
});

describe("the account's time", () => {
  const watched = `fsfreeze -f /srv/data; date +%s >/run/frozen
    systemd-run --quiet --unit=thaw --on-active=60 --timer-property=AccuracySec=1s /bin/sh -c \\
      'fsfreeze -u "$1"; echo "$(($(date +%s) - $(cat "$2")))" >"$2"' sh /srv/data /run/frozen`;

  test('starts what systemd-run was to start, when it is due', async () => {
    await run(watched);
    pass(59.9);
    expect(await sandbox.instanceOs(instance)).toMatchObject({
      frozen: ['/srv/data', '/srv/mirror'],
      timers: [{ unit: 'thaw', at: at(60) }],
    });
    expect((await run('systemctl is-active thaw.timer')).output).toBe('active\n');
    pass(3600); // late for us, in time for the instance
    expect(await sandbox.instanceOs(instance)).toMatchObject({ frozen: [], timers: [] });
    expect((await run('cat /run/frozen')).output).toBe('60\n');
    expect((await sandbox.instanceOs(instance)).events).toContainEqual({ at: at(60), what: 'timer thaw' });
    expect((await run('systemctl is-active --quiet thaw.timer')).status).toBe('Failed');
  });

  test('starts nothing that systemctl has stopped', async () => {
    await run(watched);
    expect((await run(watched.replace('fsfreeze -f /srv/data;', ''))).errors).toContain('already loaded');
    expect((await run('systemctl stop thaw.timer')).status).toBe('Success');
    pass(61);
    expect(await frozen()).toEqual(['/srv/data', '/srv/mirror']);
    expect((await run('systemctl stop thaw.timer')).errors).toContain('not loaded');
  });

  test('is what scripts wait for, and what ends those that take too long', async () => {
    const id = await known(await send('sleep 5; date -u +%H:%M:%S'));
    expect(await statusOf(id)).toBe('InProgress');
    pass(5);
    expect(await look(id)).toMatchObject({ Status: 'Success', StandardOutputContent: '09:00:05\n' });

    const limited = await known(await send('timeout -k 5 10 sleep 60; echo $?'));
    pass(15);
    expect((await look(limited)).StandardOutputContent).toBe('124\n');

    const killed = await known(
      await send('sleep 60; echo late', { Parameters: { commands: ['sleep 60'], executionTimeout: ['20'] } }),
    );
    pass(36);
    expect(await look(killed)).toMatchObject({ Status: 'TimedOut', StatusDetails: 'Execution Timed Out' });
  });
});

test('is the real time unless it is set', async () => {
  await sandbox.reset();
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({ ImageId: 'ami-12345678', MinCount: 1, MaxCount: 1 }),
  );
  instance = Instances[0]?.InstanceId ?? '';
  sandbox.setMounts(instance, [{ target: '/data', source: '/dev/sdf' }]);
  const id = await known(
    await send('fsfreeze -f /data; systemd-run --on-active=1 fsfreeze -u /data; sleep 2'),
  );
  await vi.waitFor(async () => expect(await statusOf(id)).toBe('Success'), {
    timeout: 15_000,
    interval: 200,
  });
  const { frozen: stillFrozen, events } = await sandbox.instanceOs(instance);
  expect([stillFrozen, events.at(-1)?.what]).toEqual([[], 'fsfreeze -u /data']);
});

describe('SendCommand', () => {
  test('refuses what AWS refuses', async () => {
    const code = (rest: object) => codeOf(send('true', rest));
    expect(await code({ TimeoutSeconds: 29 })).toBe('ValidationException');
    expect(await code({ Comment: 'x'.repeat(101) })).toBe('ValidationException');
    expect(await code({ Parameters: { commands: ['true'], executionTimeout: ['0'] } })).toBe(
      'InvalidParameters',
    );
    expect(await code({ Parameters: { command: ['true'] } })).toBe('InvalidParameters');
    expect(await code({ InstanceIds: ['i-00000000'] })).toBe('InvalidInstanceId');
    expect(await code({ TimeoutSeconds: 30 })).toBe('no error');
  });

  test('does not know an instance that is not managed', async () => {
    sandbox.setManaged(instance, false);
    expect(await codeOf(send('true'))).toBe('InvalidInstanceId');
    sandbox.setManaged(instance, true);
    expect(await codeOf(send('true'))).toBe('no error');
  });
});

describe('commands that were told to go wrong', () => {
  test('fail without being run, as often as was said', async () => {
    const disturbed = sandbox.disturbCommands(instance, {
      when: ({ script }) => script.includes('fsfreeze'),
      times: 1,
      exitCode: 7,
    });
    expect((await run('true')).status).toBe('Success');
    const failed = await look(await known(await send('fsfreeze -f /srv/data')));
    expect([failed.Status, failed.ResponseCode, await frozen()]).toEqual(['Failed', 7, []]);
    expect((await run('fsfreeze -f /srv/data')).status).toBe('Success');
    expect(disturbed.hits).toBe(1);
  });

  test('are taken late, and then run; after their time they are not', async () => {
    sandbox.disturbCommands(instance, { deliverySeconds: 40 });
    const inTime = await known(await send('fsfreeze -f /srv/data; date +%S', { TimeoutSeconds: 60 }));
    const tooLate = await known(await send('fsfreeze -f /var/log', { TimeoutSeconds: 30 }));
    pass(39);
    expect([await statusOf(inTime), await statusOf(tooLate)]).toEqual(['Pending', 'TimedOut']);
    pass(100);
    expect(await look(inTime)).toMatchObject({ Status: 'Success', StandardOutputContent: '40\n' });
    expect(await frozen()).toEqual(['/srv/data', '/srv/mirror']);
  });

  test('are never taken, or never said to have ended, until they are given up', async () => {
    const lost = sandbox.disturbCommands(instance, { deliverySeconds: 'never' });
    const undelivered = await known(await send('fsfreeze -f /srv/data', { TimeoutSeconds: 30 }));
    lost.lift();
    sandbox.disturbCommands(instance, { runSeconds: 'never' });
    const endless = await known(
      await send('', { Parameters: { commands: ['fsfreeze -f /var/log'], executionTimeout: ['60'] } }),
    );
    expect([await statusOf(undelivered), await statusOf(endless)]).toEqual(['Pending', 'InProgress']);
    expect(await frozen()).toEqual(['/var/log']);
    pass(60);
    expect([await statusOf(undelivered), await statusOf(endless)]).toEqual(['TimedOut', 'TimedOut']);
  });

  test('are told late to have ended', async () => {
    sandbox.disturbCommands(instance, { runSeconds: 10 });
    const id = await known(await send('echo done'));
    pass(9);
    expect(await look(id)).toMatchObject({ Status: 'InProgress', StandardOutputContent: '' });
    pass(10);
    expect(await look(id)).toMatchObject({ Status: 'Success', StandardOutputContent: 'done\n' });
  });

  test('are cancelled, and then do not begin or go on', async () => {
    const asleep = await known(await send('sleep 10; fsfreeze -f /srv/data'));
    sandbox.disturbCommands(instance, { deliverySeconds: 10 });
    const late = await known(await send('fsfreeze -f /srv/data'));
    for (const CommandId of [asleep, late]) await ssm.send(new CancelCommandCommand({ CommandId }));
    pass(20);
    expect([await statusOf(asleep), await statusOf(late)]).toEqual(['Cancelled', 'Cancelled']);
    expect(await frozen()).toEqual([]);
  });
});

test('is answered in JSON when it is told to refuse', async () => {
  sandbox.inject({
    action: 'SendCommand',
    effect: { kind: 'error', code: 'ThrottlingException', message: 'slow' },
  });
  await expect(send('true')).rejects.toMatchObject({ name: 'ThrottlingException', message: 'slow' });
});

test('can be arranged by HTTP', async () => {
  const control = async (path: string, body: object) => {
    const method = 'POST';
    const answer = await fetch(`${sandbox.url}/_sandbox/${path}`, { method, body: JSON.stringify(body) });
    return (await answer.json()) as object;
  };
  await control('mounts', { instanceId: instance, mounts: [{ target: '/data', source: '/dev/sdf' }] });
  await control('commands', { instanceId: instance, times: 1, exitCode: 1 });
  expect((await run('true')).status).toBe('Failed');
  await run('fsfreeze -f /data');
  expect(await control('instance-os', { instanceId: instance })).toMatchObject({ frozen: ['/data'] });
  await control('managed', { instanceId: instance, isManaged: false });
  expect(await codeOf(send('true'))).toBe('InvalidInstanceId');
});
