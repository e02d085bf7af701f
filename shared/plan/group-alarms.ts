/** The alarms that groups follow: they tell nobody, but a rule of EventBridge hears of each. */
import type { GroupAlarm } from './group.ts';
import { groupAlarmId, groupAlarmName } from './logical-ids.ts';
import type { Plan } from './plan.ts';
import { ownerOf, type Resource, type Resources, type Target } from './template.ts';

export const groupAlarmResources = ({ groups }: Pick<Plan, 'groups'>, target: Target): Resources =>
  Object.fromEntries(
    groups.flatMap((group) =>
      group.alarms.map((alarm) => [
        groupAlarmId(group.name, alarm.name),
        groupAlarm(group.name, alarm, ownerOf(target)),
      ]),
    ),
  );

const comparisons = { above: 'GreaterThanThreshold', below: 'LessThanThreshold' } as const;

function groupAlarm(group: string, alarm: GroupAlarm, owner: string): Resource {
  const { name, metric, rings, threshold, minutes, missing } = alarm;
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: groupAlarmName(owner, group, name),
      AlarmDescription: `The group ${group} scales while this rings.`,
      Namespace: metric.namespace,
      MetricName: metric.name,
      Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
      Statistic: metric.statistic,
      Period: metric.periodSeconds,
      EvaluationPeriods: (minutes * 60) / metric.periodSeconds,
      ComparisonOperator: comparisons[rings],
      Threshold: threshold,
      TreatMissingData: missing,
    },
  };
}
