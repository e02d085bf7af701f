/** A group that has passed every rule. */
import { alarmReference, type Group, type GroupAlarm, type Scaling } from './group.ts';
import { PlanError } from './mistakes.ts';
import { tagLists } from './read-tags.ts';
import type { GroupFile } from './schema.ts';

type PolicyFile = GroupFile['policies'][number];
type AlarmFile = Exclude<NonNullable<PolicyFile['step']>['alarm'], string>;

export function groupOf(file: GroupFile): Group {
  const { name, autoScalingGroup, instances, tick, policies } = file;
  return {
    name,
    autoScalingGroup,
    instances: instances && { ...instances, tags: tagLists(instances.tags) },
    scaling: scalingOf(file),
    alarms: policies.flatMap(({ step }) =>
      step && typeof step.alarm !== 'string' ? [alarmOf(step.alarm)] : [],
    ),
    tickMinutes: Number.parseInt(tick, 10),
  };
}

function scalingOf(file: GroupFile): Scaling {
  const { minimum, maximum, warmupSeconds, cooldown, stabilizationSeconds, schedule, exceptDates } = file;
  return {
    minimum,
    maximum,
    warmupSeconds,
    cooldown,
    stabilizationSeconds,
    policies: file.policies.map((policy) => policyOf(policy, file.name)),
    schedule,
    exceptDates,
  };
}

function policyOf({ step, target, backlog }: PolicyFile, group: string): Scaling['policies'][number] {
  if (step) {
    const alarm = typeof step.alarm === 'string' ? step.alarm : alarmReference(group, step.alarm.name);
    return { kind: 'step', ...step, alarm };
  }
  if (target) return { kind: 'target', ...target };
  if (backlog) return { kind: 'backlog', ...backlog };
  throw new PlanError(`A policy of group ${group} passed the rules and is none`);
}

/** No value is no reason to grow, nor one to shrink: errors that are counted only where there are some are the rule. */
const silences = { above: 'notBreaching', below: 'missing' } as const;

function alarmOf({ name, metric, above, below, minutes, missing }: AlarmFile): GroupAlarm {
  const threshold = above ?? below;
  if (threshold === undefined) throw new PlanError(`Alarm ${name} passed the rules and has no threshold`);
  const rings = above === undefined ? 'below' : 'above';
  return { name, metric, rings, threshold, minutes, missing: missing ?? silences[rings] };
}
