/** An alarm of CloudWatch: all of ours ring when something is more than it may be. */
import type { Resource } from './template.ts';

export interface Watched {
  name: string;
  description: string;
  metric: { namespace: string; name: string; dimensions: Readonly<Record<string, unknown>> };
  statistic: 'Maximum' | 'Sum';
  periodSeconds: number;
  /** So many periods in a row. */
  periods: number;
  moreThan: number;
  /** What it means that nothing was measured. */
  silence: 'breaching' | 'notBreaching';
  /** Whom it tells. */
  actions: readonly unknown[];
}

export function alarm(watched: Watched): Resource {
  const { metric, periods, actions } = watched;
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: watched.name,
      AlarmDescription: watched.description,
      Namespace: metric.namespace,
      MetricName: metric.name,
      Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
      Statistic: watched.statistic,
      Period: watched.periodSeconds,
      EvaluationPeriods: periods,
      ...(periods > 1 && { DatapointsToAlarm: periods }),
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: watched.moreThan,
      TreatMissingData: watched.silence,
      AlarmActions: actions,
      OKActions: actions,
    },
  };
}
