/** How scale-group measures the load in the local AWS: alarms, metrics, queues. */
import { PutMetricAlarmCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { GetQueueUrlCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Serving } from '../../functions/scale-group/inquiries.ts';
import { scaleGroupJob } from '../../functions/scale-group/job.ts';
import { observeSignals } from '../../functions/scale-group/observe-signals.ts';
import { questionOf, readMetrics } from '../../shared/aws/cloudwatch-metrics.ts';
import { makeAlarm, makeQueue, setAlarm } from '../groups.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { scaling } from './scale-group-harness.ts';

/** In the middle of a minute. */
const start = new Date('2026-11-21T12:00:30.000Z');
const rangAt = start.toISOString();

let sandbox: Sandbox;
let world: ReturnType<typeof scaling>;

beforeAll(async () => {
  sandbox = await startSandbox();
});

beforeEach(async () => {
  await sandbox.reset();
  world = scaling(sandbox, start);
});

afterAll(() => sandbox?.close());

const minutesAgo = (minutes: number) => new Date(start.getTime() - minutes * 60_000);
const minute = (minutes: number) => new Date(Math.floor(minutesAgo(minutes).getTime() / 60_000) * 60_000);

/** Values by how many minutes ago they were measured. */
const measured = (values: Record<number, number>, dimensions: Record<string, string> = {}) =>
  world.raw.cloudWatch.send(
    new PutMetricDataCommand({
      Namespace: 'AWS/EC2',
      MetricData: Object.entries(values).map(([minutes, Value]) => ({
        MetricName: 'CPUUtilization',
        Dimensions: Object.entries(dimensions).map(([Name, value]) => ({ Name, Value: value })),
        Timestamp: minutesAgo(Number(minutes)),
        Value,
      })),
    }),
  );

const place = () => ({
  cloudWatch: world.raw.cloudWatch,
  sqs: async () => world.raw.sqs,
  patience: { clock: world.clock, random: () => 0.5, timeLeft: () => 600_000 },
});

const since = (id: string, at = minutesAgo(60)): Serving => ({ id, since: at });

const signalOf = async (
  policy: object,
  { inService = [], ...rest }: { inService?: Serving[]; alarm?: object } = {},
) => {
  const job = scaleGroupJob.parse({
    group: 'web',
    autoScalingGroup: 'web',
    minimum: 0,
    maximum: 9,
    policies: [policy],
    ...rest,
  });
  return (await observeSignals(inService, { job, clock: world.clock, aws: place() }))[0];
};

describe('an alarm', () => {
  const step = { kind: 'step', alarm: 'cpu-high', steps: [{ lowerBound: 0, change: 1 }] };
  const ring = async () => {
    await makeAlarm(world.raw, 'cpu-high', 60);
    await setAlarm(world.raw, 'cpu-high', 'ALARM');
  };

  test('is seen with its state, since when, and the newest value of its own metric', async () => {
    await ring();
    await measured({ 3: 65, 2: 71, 1: 83 });
    expect(await signalOf(step)).toEqual({
      kind: 'alarm',
      alarm: { name: 'cpu-high', state: 'ALARM', since: start, threshold: 60, rings: 'above', value: 83 },
    });
  });

  test('is not measured by a minute that is not over', async () => {
    await ring();
    await measured({ 1: 83, 0: 5 });
    expect(await signalOf(step)).toMatchObject({ alarm: { value: 83 } });
  });

  test('has no value where its metric has none of late', async () => {
    await ring();
    await measured({ 60: 83 });
    expect(await signalOf(step)).toMatchObject({ kind: 'alarm', alarm: { value: undefined } });
    await measured({ 9: 83 });
    expect(await signalOf(step)).toMatchObject({ kind: 'alarm', alarm: { value: undefined } });
  });

  test('that does not ring is not asked for its value', async () => {
    await makeAlarm(world.raw, 'cpu-high', 60);
    await setAlarm(world.raw, 'cpu-high', 'OK');
    await measured({ 1: 30 });
    expect(await signalOf(step)).toMatchObject({ kind: 'alarm', alarm: { state: 'OK', value: undefined } });
    expect(sandbox.calls.map(({ action }) => action)).not.toContain('GetMetricData');
  });

  test('has the value that its event tells, without another question', async () => {
    await ring();
    const event = { name: 'cpu-high', state: 'ALARM', at: rangAt, value: 91 };
    expect(await signalOf(step, { alarm: event })).toMatchObject({ alarm: { value: 91 } });
    expect(sandbox.calls.map(({ action }) => action)).not.toContain('GetMetricData');
  });

  test.each([
    ['of an earlier time', { at: '2026-11-21T11:00:00.000Z' }],
    ['of another state', { state: 'OK' }],
    ['of another alarm', { name: 'cpu-low' }],
  ])('does not go by an event %s', async (_what, other) => {
    await ring();
    await measured({ 1: 83 });
    const event = { name: 'cpu-high', state: 'ALARM', at: rangAt, value: 91, ...other };
    expect(await signalOf(step, { alarm: event })).toMatchObject({ alarm: { value: 83 } });
  });

  test('that does not exist is unknown, not silent', async () => {
    expect(await signalOf(step)).toEqual({
      kind: 'unknown',
      why: 'there is no alarm cpu-high',
      isFault: true,
    });
  });

  test('without a threshold of its own is unknown', async () => {
    const metric = { Namespace: 'AWS/EC2', MetricName: 'CPUUtilization' };
    await world.raw.cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName: 'cpu-high',
        EvaluationPeriods: 1,
        ComparisonOperator: 'GreaterThanUpperThreshold',
        ThresholdMetricId: 'band',
        Metrics: [
          { Id: 'cpu', MetricStat: { Metric: metric, Period: 60, Stat: 'Average' } },
          { Id: 'band', Expression: 'ANOMALY_DETECTION_BAND(cpu, 2)' },
        ],
      }),
    );
    expect(await signalOf(step)).toEqual({
      kind: 'unknown',
      why: 'the alarm cpu-high cannot be scaled by: it has no fixed threshold',
      isFault: true,
    });
  });
});

describe('a metric', () => {
  const target = (metric: object = {}) => ({
    kind: 'target',
    metric: { namespace: 'AWS/EC2', name: 'CPUUtilization', ...metric },
    value: 50,
  });

  test('is seen over the stabilization window, a value a minute, the oldest first', async () => {
    await measured({ 4: 40, 3: 50, 2: 60, 0: 99 });
    expect(await signalOf(target())).toEqual({
      kind: 'series',
      series: {
        periodSeconds: 60,
        samples: [
          { at: minute(4), value: 40 },
          { at: minute(3), value: 50 },
          { at: minute(2), value: 60 },
        ],
      },
    });
  });

  test('of each instance is their average, where one has a value', async () => {
    await measured({ 2: 30, 1: 40 }, { InstanceId: 'i-1' });
    await measured({ 2: 50 }, { InstanceId: 'i-2' });
    await measured({ 2: 99, 1: 99 }, { InstanceId: 'i-other' });
    const signal = await signalOf(target({ perInstance: true }), { inService: [since('i-1'), since('i-2')] });
    expect(signal).toMatchObject({
      series: {
        samples: [
          { at: minute(2), value: 40 },
          { at: minute(1), value: 40 },
        ],
      },
    });
  });

  test('of an instance counts from its warm-up on', async () => {
    await measured({ 3: 30, 2: 30 }, { InstanceId: 'i-1' });
    await measured({ 3: 90, 2: 40 }, { InstanceId: 'i-new' });
    const inService = [since('i-1'), since('i-new', minute(2))];
    expect(await signalOf(target({ perInstance: true }), { inService })).toMatchObject({
      series: {
        samples: [
          { at: minute(3), value: 30 },
          { at: minute(2), value: 35 },
        ],
      },
    });
  });

  test('without data is unknown, and so is one of no instances', async () => {
    expect(await signalOf(target())).toEqual({ kind: 'unknown', why: 'CPUUtilization has no data' });
    expect(await signalOf(target({ perInstance: true }), { inService: [] })).toEqual({
      kind: 'unknown',
      why: 'no instance is in service whose CPUUtilization could be measured',
    });
  });

  test('that may not be read is unknown', async () => {
    sandbox.inject({ action: 'GetMetricData', effect: { kind: 'error', code: 'AccessDenied' } });
    expect(await signalOf(target())).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('Metrics could not be read: AccessDenied'),
      isFault: true,
    });
  });

  test('is read for more instances than one call takes', async () => {
    await measured({ 1: 40 }, { InstanceId: 'i-500' });
    const question = (id: number) =>
      questionOf({
        namespace: 'AWS/EC2',
        name: 'CPUUtilization',
        dimensions: { InstanceId: `i-${id}` },
        statistic: 'Average',
        periodSeconds: 60,
      });
    const questions = Array.from({ length: 501 }, (_, id) => question(id));
    const answers = await readMetrics(place(), questions, { from: minute(2), to: minute(0) });
    expect(answers.findIndex((samples) => Array.isArray(samples) && samples.length > 0)).toBe(500);
    expect(sandbox.calls.filter(({ action }) => action === 'GetMetricData')).toHaveLength(2);
  });
});

describe('a queue', () => {
  const backlog = { kind: 'backlog', queue: 'work', secondsPerMessage: 1, acceptableSeconds: 60 };

  test('is seen as it is now, whatever CloudWatch knows of it', async () => {
    await makeQueue(world.raw, 'work', 12);
    expect(await signalOf(backlog)).toMatchObject({ kind: 'series', series: { current: 12, samples: [] } });
  });

  test('is seen with what its workers have in hand', async () => {
    await makeQueue(world.raw, 'work', 5);
    const { QueueUrl } = await world.raw.sqs.send(new GetQueueUrlCommand({ QueueName: 'work' }));
    await world.raw.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 2, VisibilityTimeout: 600 }),
    );
    expect(await signalOf(backlog)).toMatchObject({ series: { current: 3, inHand: 2 } });
  });

  test('that does not exist is unknown', async () => {
    expect(await signalOf(backlog)).toEqual({
      kind: 'unknown',
      why: 'there is no queue work',
      isFault: true,
    });
  });
});
