/** Alarms that look at more than one metric, in the shapes of CloudWatch's API reference (DescribeAlarms, GetMetricData). */
import { describe, expect, it } from 'vitest';
import { scaleGroupJob } from '../../functions/scale-group/job.ts';
import { observeSignals } from '../../functions/scale-group/observe-signals.ts';
import { answered } from './answering-cloudwatch.ts';

const now = new Date('2026-11-23T12:00:30Z');
const minute = (ago: number) => new Date(Date.parse('2026-11-23T12:00:00Z') - ago * 60_000);
const state = {
  AlarmName: 'load',
  AlarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:load',
  ActionsEnabled: true,
  StateValue: 'ALARM',
  StateReason:
    'Threshold Crossed: 1 datapoint [12.5 (23/11/26 11:58:00)] was greater than the threshold (5.0).',
  StateUpdatedTimestamp: minute(2),
  StateTransitionedTimestamp: minute(40),
};

async function signalBy(...pages: object[]) {
  const { asked, ...aws } = answered(now, ...pages);
  const job = scaleGroupJob.parse({
    group: 'web',
    autoScalingGroup: 'web',
    minimum: 0,
    maximum: 9,
    policies: [{ kind: 'step', alarm: 'load', steps: [{ lowerBound: 0, change: 1 }] }],
  });
  const sqs = () => Promise.reject(new Error('no queue is asked'));
  const [signal] = await observeSignals([], { job, clock: aws.patience.clock, aws: { ...aws, sqs } });
  return { signal, asked };
}

const ofBalancer = (MetricName: string) => ({
  Metric: {
    Namespace: 'AWS/ApplicationELB',
    MetricName,
    Dimensions: [{ Name: 'LoadBalancer', Value: 'app/web/0123456789abcdef' }],
  },
  Period: 60,
  Stat: 'Sum',
});

describe('an alarm of a metric math expression', () => {
  const Metrics = [
    { Id: 'errors', Expression: '100 * failed / all', Label: 'Errors in percent', ReturnData: true },
    { Id: 'failed', MetricStat: ofBalancer('HTTPCode_Target_5XX_Count'), ReturnData: false },
    { Id: 'all', MetricStat: ofBalancer('RequestCount'), ReturnData: false },
  ];
  const alarm = {
    ...state,
    Metrics,
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
    Threshold: 5,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
  };

  it('has its threshold, and the newest value of what it reckons', async () => {
    const values = { Id: 'errors', Label: 'Errors in percent', StatusCode: 'Complete' };
    const { signal, asked } = await signalBy(
      { MetricAlarms: [alarm], CompositeAlarms: [] },
      { MetricDataResults: [{ ...values, Timestamps: [minute(2), minute(1)], Values: [9, 12.5] }] },
    );
    expect(signal).toEqual({
      kind: 'alarm',
      alarm: { name: 'load', state: 'ALARM', since: minute(40), threshold: 5, rings: 'above', value: 12.5 },
    });
    expect(asked[1]).toMatchObject({ MetricDataQueries: Metrics });
  });
});

describe('an alarm of a Metrics Insights query', () => {
  const query =
    'SELECT MAX(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId) GROUP BY InstanceId ORDER BY MAX() DESC';
  const alarm = {
    ...state,
    Metrics: [{ Id: 'q1', Expression: query, Period: 60, ReturnData: true }],
    EvaluationPeriods: 1,
    Threshold: 60,
  };
  const series = (Label: string, ...values: number[]) => ({
    Id: 'q1',
    Label,
    StatusCode: 'Complete',
    Timestamps: values.map((_, index) => minute(values.length - index)),
    Values: values,
  });

  it.each([
    ['GreaterThanThreshold', 93],
    ['LessThanThreshold', 7],
  ])('has the newest value of that series for which it rings: %s', async (ComparisonOperator, value) => {
    const { signal } = await signalBy(
      { MetricAlarms: [{ ...alarm, ComparisonOperator }] },
      {
        MetricDataResults: [
          series('i-1', 99, 50),
          series('i-2', 40, 93),
          series('i-3', 1, 7),
          series('i-4', 80),
        ],
      },
    );
    expect(signal).toMatchObject({ kind: 'alarm', alarm: { value } });
  });
});

describe('an alarm without a threshold is unknown, and a fault:', () => {
  const composite = {
    ...state,
    AlarmRule: 'ALARM("cpu-high") OR ALARM("queue-old")',
    StateReasonData:
      '{"triggeringAlarms":[{"arn":"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cpu-high"}]}',
  };
  const band = {
    ...state,
    Metrics: [
      { Id: 'm1', MetricStat: ofBalancer('RequestCount'), ReturnData: true },
      { Id: 'ad1', Expression: 'ANOMALY_DETECTION_BAND(m1, 2)', ReturnData: true },
    ],
    ComparisonOperator: 'LessThanLowerOrGreaterThanUpperThreshold',
    ThresholdMetricId: 'ad1',
  };
  const promQl = {
    ...state,
    EvaluationCriteria: { PromQLCriteria: { Query: 'rate(http_requests_total[5m]) > 100' } },
    EvaluationInterval: 60,
  };

  it.each([
    ['composite', { CompositeAlarms: [composite] }, 'it is made of other alarms, and has no threshold'],
    ['of an anomaly', { MetricAlarms: [band] }, 'it has no fixed threshold'],
    ['of PromQL', { MetricAlarms: [promQl] }, 'it has no fixed threshold'],
  ])('%s', async (_kind, page, why) => {
    const { signal, asked } = await signalBy(page);
    expect(signal).toEqual({
      kind: 'unknown',
      why: `the alarm load cannot be scaled by: ${why}`,
      isFault: true,
    });
    expect(asked).toHaveLength(1);
  });
});
