/** Runs of scale-group against the local AWS, at a time of its own. */
import { randomUUID } from 'node:crypto';
import { CreateTagsCommand, DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { scaleGroup } from '../../functions/scale-group/run.ts';
import { autoScalingClient } from '../../shared/aws/auto-scaling.ts';
import { elbClient } from '../../shared/aws/classic-load-balancers.ts';
import { cloudWatchClient } from '../../shared/aws/cloudwatch.ts';
import { ec2Client } from '../../shared/aws/ec2.ts';
import { sqsClient } from '../../shared/aws/sqs.ts';
import { elbv2Client } from '../../shared/aws/target-groups.ts';
import { entrypoint } from '../../shared/entrypoint.ts';
import { openLedger } from '../../shared/ledger/open.ts';
import type { Report } from '../../shared/report.ts';
import { anOwner } from '../builders.ts';
import { recordedLog } from '../fakes.ts';
import { groupClients } from '../groups.ts';
import type { Call, Sandbox } from '../sandbox/types.ts';

const region = 'us-east-1';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

export function scaling(sandbox: Sandbox, start: Date) {
  const access = { region, credentials, endpoint: sandbox.url };
  let now = start.getTime();
  const moveTo = (time: number) => {
    now = time;
    sandbox.setTime(new Date(now));
  };
  moveTo(now);
  const clock = {
    now: () => new Date(now),
    sleep: async (milliseconds: number) => moveTo(now + milliseconds),
  };
  const ledger = openLedger({
    owner: anOwner,
    ledger: 'simpledb',
    clock,
    onUnreadable: () => {},
    aws: access,
    endpoint: sandbox.url,
  });
  const handler = entrypoint(scaleGroup, {
    config: { owner: anOwner, ledger: 'simpledb', region },
    clock,
    random: () => 0.5,
    log: recordedLog(),
    emitMetric: () => {},
    connect: () => ({
      ec2: ec2Client(access),
      cloudWatch: cloudWatchClient(access),
      autoScaling: async () => autoScalingClient(access),
      elbv2: async () => elbv2Client(access),
      elb: async () => elbClient(access),
      sqs: async () => sqsClient(access),
    }),
    ledger,
  });
  const raw = groupClients(access);
  return {
    raw,
    clock,
    /** Of an instance, and the time since when it is being taken out of service. */
    stateOf: async (id: string): Promise<{ state: string; mark: string | undefined }> => {
      const { Reservations = [] } = await raw.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
      const [instance] = Reservations[0]?.Instances ?? [];
      const mark = instance?.Tags?.find(({ Key }) => Key === 'groundskeeper:draining')?.Value;
      return { state: instance?.State?.Name ?? '', mark };
    },
    /** Gives an instance a tag. */
    tag: (id: string, Key: string, Value: string) =>
      raw.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key, Value }] })),
    refuse: (action: string, code: string, times = 1) =>
      sandbox.inject({ action, times, effect: { kind: 'error', code } }),
    ledger,
    /** Lets time pass. */
    after: (seconds: number) => moveTo(now + seconds * 1_000),
    /** As Lambda calls it. */
    run: (payload: object, getRemainingTimeInMillis = () => 900_000): Promise<Report> =>
      handler(payload, { awsRequestId: randomUUID(), getRemainingTimeInMillis }),
    /** The calls since then that change the account, in their order. */
    writes: (from: number): string[] =>
      sandbox.calls
        .slice(from)
        .filter(isWrite)
        .map(({ action }) => action),
  };
}

/** Exactly so many of the instances with the tag Role=web. */
export const tagJob = (capacity: number, targetGroups: readonly string[], overrides: object = {}) => ({
  group: 'web',
  instances: { tags: { Role: ['web'] }, targetGroups },
  minimum: capacity,
  maximum: capacity,
  cause: 'tick',
  ...overrides,
});

const isWrite = ({ service, action }: Call): boolean =>
  service !== 'simpledb' && !/^(Describe|Get|List)/.test(action);

/** `i-1 start step: done`, without the details. */
export const told = ({ outcomes }: Report): string[] =>
  outcomes.map(({ resource, decision, reason, outcome }) => `${resource} ${decision} ${reason}: ${outcome}`);
