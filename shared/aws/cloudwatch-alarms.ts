import {
  type ComparisonOperator,
  DescribeAlarmsCommand,
  type MetricAlarm,
  type StateValue,
} from '@aws-sdk/client-cloudwatch';
import type { CloudWatch } from './cloudwatch.ts';
import type { Question } from './cloudwatch-metrics.ts';
import { pages, required, slices } from './ec2.ts';

/** An alarm of one threshold. */
export interface Alarm {
  state: StateValue;
  /** When it came into this state. */
  since: Date;
  threshold: number;
  /** On which side of the threshold it rings. */
  rings: 'above' | 'below';
  /** What it looks at. */
  question: Question;
}

/** One that exists, but has no threshold to measure a load by, and why. */
export interface UnusableAlarm {
  unusable: string;
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
const namesPerCall = 100;

/** By name; those that do not exist are not among them. */
export async function describeAlarms(
  place: CloudWatch,
  names: readonly string[],
): Promise<Map<string, Alarm | UnusableAlarm>> {
  const alarms = new Map<string, Alarm | UnusableAlarm>();
  for (const slice of slices([...new Set(names)], namesPerCall)) {
    // Without types only metric alarms are answered: a composite one would look like none at all.
    const wanted = {
      AlarmNames: slice,
      AlarmTypes: ['MetricAlarm' as const, 'CompositeAlarm' as const],
      MaxRecords: namesPerCall,
    };
    const read = (from: { NextToken?: string }) =>
      place.cloudWatch.send(new DescribeAlarmsCommand({ ...wanted, ...from }));
    for await (const { MetricAlarms = [], CompositeAlarms = [] } of pages(place, 'Alarms', read)) {
      for (const alarm of MetricAlarms) alarms.set(nameOf(alarm), toAlarm(alarm));
      for (const alarm of CompositeAlarms)
        alarms.set(nameOf(alarm), { unusable: 'it is made of other alarms, and has no threshold' });
    }
  }
  return alarms;
}

const nameOf = ({ AlarmName }: { AlarmName?: string | undefined }): string =>
  required(AlarmName, 'AlarmName', 'CloudWatch');

/** Of these the rest look at bands and at what queries contribute, not at one threshold. */
const sides: Partial<Record<ComparisonOperator, Alarm['rings']>> = {
  GreaterThanOrEqualToThreshold: 'above',
  GreaterThanThreshold: 'above',
  LessThanOrEqualToThreshold: 'below',
  LessThanThreshold: 'below',
};

function toAlarm(alarm: MetricAlarm): Alarm | UnusableAlarm {
  const { Threshold: threshold, ComparisonOperator: comparison } = alarm;
  const rings = comparison && sides[comparison];
  if (threshold === undefined || rings === undefined) return { unusable: 'it has no fixed threshold' };
  return {
    state: required(alarm.StateValue, 'StateValue', 'CloudWatch'),
    // The other time moves with the reason, too, while the state stays what it is.
    since: required(
      alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp,
      'StateTransitionedTimestamp',
      'CloudWatch',
    ),
    threshold,
    rings,
    question: questionOf(alarm),
  };
}

function questionOf(alarm: MetricAlarm): Question {
  const [first] = alarm.Metrics ?? [];
  if (first) {
    const returned = alarm.Metrics?.find(({ ReturnData }) => ReturnData !== false) ?? first;
    const periods = (alarm.Metrics ?? []).map(({ MetricStat, Period }) => MetricStat?.Period ?? Period ?? 60);
    return {
      // Of expressions, the longest period that is in them.
      periodSeconds: Math.max(...periods),
      queries: alarm.Metrics ?? [],
      returns: required(returned.Id, 'Id', 'CloudWatch'),
    };
  }
  const periodSeconds = required(alarm.Period, 'Period', 'CloudWatch');
  const Stat = required(alarm.Statistic ?? alarm.ExtendedStatistic, 'Statistic', 'CloudWatch');
  const { Namespace, MetricName, Dimensions, Unit } = alarm;
  const Metric = { Namespace, MetricName, Dimensions };
  const MetricStat = { Metric, Period: periodSeconds, Stat, ...(Unit && { Unit }) };
  return { periodSeconds, queries: [{ Id: 'm', MetricStat }], returns: 'm' };
}
