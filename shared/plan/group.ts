/** A group of the plan: what is scaled, by what, and the alarms that the stack makes for it. */
import type { z } from 'zod';
import type { InstanceGroup, Metric, scaleGroupJob } from '../../functions/scale-group/job.ts';
import { groupAlarmId } from './logical-ids.ts';
import { reference } from './template.ts';

type GroupJob = z.input<typeof scaleGroupJob>;

/** How it scales: as in the jobs of scale-group. An alarm that the stack makes is in it as `${<logical id>}`. */
export type Scaling = Pick<
  GroupJob,
  'minimum' | 'maximum' | 'warmupSeconds' | 'cooldown' | 'stabilizationSeconds'
> & {
  policies: NonNullable<GroupJob['policies']>;
  schedule: NonNullable<GroupJob['schedule']>;
  exceptDates: string[];
};

/** An alarm that the stack makes. */
export interface GroupAlarm {
  name: string;
  metric: Omit<Metric, 'perInstance'>;
  rings: 'above' | 'below';
  threshold: number;
  minutes: number;
  /** What a period without a value is taken for, in CloudWatch's words. */
  missing: 'missing' | 'notBreaching' | 'breaching' | 'ignore';
}

export interface Group {
  name: string;
  autoScalingGroup: string | undefined;
  instances: InstanceGroup | undefined;
  scaling: Scaling;
  alarms: GroupAlarm[];
  /** How often it is looked at. */
  tickMinutes: number;
}

/** In jobs and patterns: what CloudFormation makes the alarm's name of. */
export const alarmReference = (group: string, alarm: string): string => reference(groupAlarmId(group, alarm));

/** The alarms of its policies: names, or what CloudFormation makes names of. Each once. */
export const alarmsOf = ({ scaling }: Pick<Group, 'scaling'>): string[] => [
  ...new Set(scaling.policies.flatMap((policy) => (policy.kind === 'step' ? [policy.alarm] : []))),
];

/** The queues of its policies, each once. */
export const queuesOf = ({ scaling }: Pick<Group, 'scaling'>): string[] => [
  ...new Set(scaling.policies.flatMap((policy) => (policy.kind === 'backlog' ? [policy.queue] : []))),
];
