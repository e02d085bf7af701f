/** The rules of groups: an alarm that begins to ring is followed at once. */
import type { EventRule } from './event-rules.ts';
import { alarmsOf, type Group } from './group.ts';
import { scaleGroupJobOf } from './group-jobs.ts';
import { groupResourceId } from './logical-ids.ts';
import type { Plan } from './plan.ts';

export const groupRulesOf = (plan: Pick<Plan, 'groups' | 'timezone'>): EventRule[] =>
  plan.groups.filter((group) => alarmsOf(group).length > 0).map((group) => alarmRule(group, plan));

/** Amazon CloudWatch user guide, "Alarm events and EventBridge". That it stops ringing, the next tick sees. */
const alarmRule = (group: Group, plan: Pick<Plan, 'timezone'>): EventRule => ({
  logicalId: groupResourceId(group.name, 'AlarmRule'),
  description: `Scales the group ${group.name} as soon as one of its alarms rings`,
  startsFunction: 'scale-group',
  pattern: {
    source: ['aws.cloudwatch'],
    'detail-type': ['CloudWatch Alarm State Change'],
    detail: { alarmName: alarmsOf(group), state: { value: ['ALARM'] } },
  },
  job: scaleGroupJobOf(group, plan),
  // Before it is too late for it, the tick has long seen to it.
  retrySeconds: group.tickMinutes * 60,
});
