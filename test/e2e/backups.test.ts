/** Deployed with the real `serverless deploy`, started by the schedules that were deployed, looked at with a raw client. */
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Deployment, deploy } from '../sandbox/lambda-host.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { access, RawAccount } from './account.ts';

const stage = 'e2e';
const owner = `groundskeeper-${stage}`;
let sandbox: Sandbox;
let deployment: Deployment;
let account: RawAccount;
let volumes: string[];

beforeAll(async () => {
  sandbox = await startSandbox();
  deployment = await deploy(sandbox, { stage, region: access.region });
  account = new RawAccount(sandbox, owner);
}, 120_000);

afterAll(async () => {
  await deployment?.close();
  await sandbox?.close();
});

beforeEach(async () => {
  await sandbox.reset();
  // Older volumes would lack the weekly and the monthly backups of before.
  sandbox.setTime(from);
  deployment.deadLetters.length = 0;
  volumes = [await account.createVolume({ Backup: 'data' }), await account.createVolume({ Backup: 'data' })];
  await account.createVolume({ Backup: 'other' });
});

const hours = 3_600_000;
// Sunday 28 March 2027: Berlin's clocks go from 02:00 (01:00 UTC) to 03:00.
const from = new Date('2027-03-26T23:30:00Z');
const to = new Date('2027-03-28T23:30:00Z');

/** Lets the deployed schedules run. */
async function letPass(start: Date, end: Date): Promise<void> {
  for (const { functionName, payload, at } of deployment.startsBetween(start, end)) {
    await deployment.deliver(functionName, payload, { now: at });
  }
}

const startOf = (tier: string, at: Date) => {
  const name = `data.${tier}`;
  const start = deployment.startsBetween(from, at).find(({ schedule }) => schedule.name === name);
  if (!start) throw new Error(`${name} does not start before ${at.toISOString()}`);
  return start;
};

/** `3-hourly 2027-03-27T00:20:00Z` of each snapshot of a volume. */
async function standing(volume: string): Promise<string[]> {
  const snapshots = await account.snapshots();
  return snapshots
    .filter(({ source }) => source === volume)
    .map(({ tier, slotTime }) => `${tier} ${slotTime}`);
}

describe('two days of the deployed schedules', () => {
  it('leave exactly what the plan says, of the selected volumes alone, and a ledger that agrees', async () => {
    await letPass(from, to);
    // By the plan: every 3 hours from 00:20 UTC, kept 24 hours; 03:35 and 03:45 in Berlin. The last expiry ran at 22:50.
    const expected = [
      'daily 2027-03-27T02:35:00Z',
      'daily 2027-03-28T01:35:00Z',
      'weekly 2027-03-28T01:45:00Z',
      ...['00:20', '03:20', '06:20', '09:20', '12:20', '15:20', '18:20', '21:20'].map(
        (time) => `3-hourly 2027-03-28T${time}:00Z`,
      ),
    ].sort();
    for (const volume of volumes) expect((await standing(volume)).sort()).toEqual(expected);
    const snapshots = await account.snapshots();
    expect(snapshots).toHaveLength(expected.length * volumes.length);
    const rows = await account.ledgerRows();
    expect(rows.map(({ resource }) => resource).sort()).toEqual(snapshots.map(({ id }) => id).sort());
    for (const { resource, expires, source } of rows) {
      const snapshot = snapshots.find(({ id }) => id === resource);
      expect(snapshot).toMatchObject({ source, tags: { 'groundskeeper:expires': expires, Backup: 'data' } });
    }
    expect(deployment.deadLetters).toEqual([]);
  });

  it('take everything that is due away in the end, but for the newest of each volume', async () => {
    await letPass(from, new Date(from.getTime() + 6 * hours));
    const release = { sources: volumes, maxDeleteShare: 1 };
    const muchLater = new Date(to.getTime() + 400 * 24 * hours);
    await deployment.deliver('expire-backups', release, { now: muchLater });
    for (const volume of volumes) expect(await standing(volume)).toEqual(['3-hourly 2027-03-27T03:20:00Z']);
  });
});

describe('one event', () => {
  it('delivered again, at once or an hour later, creates nothing', async () => {
    const { functionName, payload, at } = startOf('daily', to);
    await deployment.deliver(functionName, payload, { now: at });
    const first = await account.snapshots();
    expect(first).toHaveLength(volumes.length);
    for (const now of [at, new Date(at.getTime() + hours)]) {
      const { attempts } = await deployment.deliver(functionName, payload, { now });
      expect(attempts[0]?.report?.outcomes).toMatchObject([{ outcome: 'kept', reason: 'slot-done' }]);
    }
    expect(await account.snapshots()).toEqual(first);
  });

  it('delivered twice at the same time creates one snapshot a volume', async () => {
    const { functionName, payload, at } = startOf('daily', to);
    await Promise.all([1, 2].map(() => deployment.deliver(functionName, payload, { now: at })));
    expect(await account.snapshots()).toHaveLength(volumes.length);
  });

  it("is finished by Lambda's retry when the function dies between a snapshot and its row", async () => {
    const { functionName, payload, at } = startOf('daily', to);
    const cut = sandbox.inject({
      action: 'CreateSnapshot',
      times: 1,
      effect: { kind: 'hang', executed: true },
    });
    const { attempts, deadLettered } = await deployment.deliver(functionName, payload, {
      now: at,
      cutOffAt: cut.reached,
    });
    expect(attempts.map(({ error }) => error?.name)).toEqual(['Runtime.ExitError', undefined]);
    expect(deadLettered).toBe(false);
    const snapshots = await account.snapshots();
    expect(snapshots.map(({ source }) => source).sort()).toEqual([...volumes].sort());
    const rows = await account.ledgerRows();
    expect(rows.map(({ resource }) => resource).sort()).toEqual(snapshots.map(({ id }) => id).sort());
  });

  it('that fails at every try ends in the dead-letter queue, with the other volumes taken', async () => {
    const { functionName, payload, at } = startOf('daily', to);
    sandbox.inject({
      action: 'CreateSnapshot',
      when: ({ parameters }) => parameters['VolumeId'] === volumes[0],
      effect: { kind: 'error', code: 'SnapshotLimitExceeded' },
    });
    const { attempts } = await deployment.deliver(functionName, payload, { now: at });
    expect(attempts.map(({ error }) => error?.name)).toEqual(Array(3).fill('PartialFailureError'));
    expect(deployment.deadLetters).toMatchObject([{ queue: 'TakeSnapshotsDeadLetters', payload }]);
    expect((await account.snapshots()).map(({ source }) => source)).toEqual([volumes[1]]);
  });
});

describe('the queue of expire-backups', () => {
  const sqs = () => new SQSClient({ ...access, endpoint: sandbox.url });
  const queueUrls = () =>
    new Map(
      deployment.stack.functions.map(
        ({ name, environment }) => [name, environment['GROUNDSKEEPER_QUEUE_URL']] as const,
      ),
    );
  const queueUrl = () => queueUrls().get('expire-backups');
  const send = (body: string) =>
    sqs().send(new SendMessageCommand({ QueueUrl: queueUrl(), MessageBody: body }));
  const waiting = async () => {
    const AttributeNames: QueueAttributeName[] = [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
    ];
    const { Attributes } = await sqs().send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl(), AttributeNames }),
    );
    return Object.values(Attributes ?? {}).map(Number);
  };

  it('starts it with each message as a job, and keeps a message that fails for another try', async () => {
    await letPass(from, new Date(from.getTime() + 6 * hours));
    const [chosen = '', other = ''] = volumes;
    // They went with everything else when the account was emptied.
    for (const url of queueUrls().values()) {
      if (url) await sqs().send(new CreateQueueCommand({ QueueName: url.split('/').at(-1) }));
    }
    await send(JSON.stringify({ sources: [chosen], maxDeleteShare: 1 }));
    await send('{"sources": "all"}');
    const invocations = await deployment.drainQueues({ now: new Date(to.getTime() + 400 * 24 * hours) });
    expect(invocations.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(await standing(chosen)).toHaveLength(1);
    expect(await standing(other)).not.toHaveLength(1);
    expect(await waiting()).toEqual([0, 1]);
  });
});

describe('by hand, with `serverless invoke local`', () => {
  const invoke = (...parameters: string[]) =>
    deployment.serverless(['invoke', 'local', '--stage', stage, '-f', 'take-snapshots', ...parameters]);
  const report = (stdout: string) => JSON.parse(stdout.slice(stdout.indexOf('\n{\n') + 1)) as unknown;

  it('a sample prints its report, and a dry run the same decisions without doing them', async () => {
    const job = { backup: 'data', volumes: { tags: { Backup: ['data'] } }, keep: '7 days' };
    const dry = await invoke('-d', JSON.stringify({ ...job, dryRun: true }));
    expect(dry.exitCode).toBe(0);
    expect(await account.snapshots()).toEqual([]);
    expect(await account.ledgerRows()).toEqual([]);

    const real = await invoke('-p', 'events/take-snapshots.daily.json');
    expect(real.exitCode).toBe(0);
    expect(await account.snapshots()).toHaveLength(volumes.length);

    const decisions = (stdout: string) =>
      (report(stdout) as { outcomes: { resource: string; decision: string; reason: string }[] }).outcomes
        .map(({ resource, decision, reason }) => `${decision} ${resource}: ${reason}`)
        .sort();
    expect(decisions(dry.stdout)).toEqual(volumes.map((volume) => `create ${volume}: slot-due`).sort());
    expect(decisions(real.stdout)).toEqual(decisions(dry.stdout));
    expect(report(dry.stdout)).toMatchObject({ dryRun: true, summary: { withheld: 2, done: 0 } });
  });

  it('a wrong job says what is wrong with it, without our internals, and exits with 1', async () => {
    const wrong = await invoke('-d', '{"backup":"data","volumes":{"ids":["vol-1"]},"keep":"7 dais","kep":1}');
    expect(wrong.exitCode).toBe(1);
    const said = `${wrong.stdout}${wrong.stderr}`;
    for (const part of ['kep', 'volumes.ids[0]', 'vol-0123456789abcdef0', 'keep', '7 days']) {
      expect(said).toContain(part);
    }
    expect(said).not.toMatch(/ at .*(shared|functions|handler)/);
    expect(await account.snapshots()).toEqual([]);
  });
});
