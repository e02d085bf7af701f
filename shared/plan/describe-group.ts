/** A group for a person: what it is of, its bounds, and what it follows. */
import type { Policy } from '../../functions/scale-group/job.ts';
import { alarmReference, type Group, type GroupAlarm } from './group.ts';
import { groupAlarmName } from './logical-ids.ts';
import type { Plan } from './plan.ts';
import { indented } from './text-table.ts';

export function groupText(group: Group): string[] {
  const { name, scaling, alarms, tickMinutes } = group;
  const { minimum, maximum, policies, schedule, exceptDates } = scaling;
  const lines = [
    `${membersText(group)}, ${minimum} to ${maximum} of them`,
    ...policies.map(policyText),
    ...alarms.map(alarmText),
    ...schedule.map(({ days, at, ...bounds }) => `from ${at} on ${daysText(days)}: ${boundsText(bounds)}`),
    ...(exceptDates.length > 0 ? [`but on ${exceptDates.join(', ')}`] : []),
    `looked at every ${tickMinutes === 1 ? 'minute' : `${tickMinutes} minutes`}`,
  ];
  return [`Group ${name}`, indented(lines)];
}

/** The alarms that the stack makes by their names, which are known before it makes them. */
export const withAlarmNames = (text: string, { groups }: Pick<Plan, 'groups'>, owner: string): string =>
  groups
    .flatMap(({ name: group, alarms }) => alarms.map(({ name }) => ({ group, name })))
    .reduce(
      (named, { group, name }) =>
        named.replaceAll(alarmReference(group, name), groupAlarmName(owner, group, name)),
      text,
    );

function membersText({ autoScalingGroup, instances }: Group): string {
  if (!instances) return `the instances of the Auto Scaling group ${autoScalingGroup}`;
  const places = [...instances.targetGroups, ...instances.loadBalancers];
  const behind = places.length > 0 ? ` behind ${places.join(', ')}` : '';
  return `the instances with ${JSON.stringify(instances.tags)}${behind}`;
}

type PolicyInput = Group['scaling']['policies'][number];

function policyText(policy: PolicyInput): string {
  switch (policy.kind) {
    case 'step':
      return `while ${policy.alarm} rings: ${policy.adjustment ?? ''} ${policy.steps.map(stepText).join(', ')}`;
    case 'target':
      return `keeps ${policy.metric.namespace} ${policy.metric.name} at ${policy.value}`;
    case 'backlog':
      return `works off ${policy.queue} within ${policy.acceptableSeconds} s, ${policy.secondsPerMessage} s a message`;
  }
}

const signed = (value: number): string => (value < 0 ? `${value}` : `+${value}`);

function stepText({ lowerBound, upperBound, change }: Extract<Policy, { kind: 'step' }>['steps'][number]) {
  const from = lowerBound === undefined ? 'any' : signed(lowerBound);
  const to = upperBound === undefined ? 'any' : signed(upperBound);
  return `${signed(change)} (${from} to ${to})`;
}

const alarmText = ({ name, metric, rings, threshold, minutes }: GroupAlarm): string =>
  `its alarm ${name} rings when ${metric.namespace} ${metric.name} is ${rings} ${threshold} for ${minutes} minutes`;

const daysText = (days: readonly string[] | undefined): string =>
  days === undefined || days.length === 7 ? 'every day' : days.join(', ');

function boundsText(bounds: {
  minimum?: number | undefined;
  maximum?: number | undefined;
  capacity?: number | undefined;
}) {
  return Object.entries(bounds)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');
}
