/** The plan's groups as far as they can be understood: what the rules look at. See `draft.ts`. */
import type { z } from 'zod';
import {
  type Metric,
  metric,
  type Period,
  period,
  type Step,
  scaleGroupJob,
  stepPolicy,
} from '../../functions/scale-group/job.ts';
import { nameField } from '../job.ts';
import type { Path } from './mistakes.ts';
import { defined, isRecord, listOf, recordOf } from './raw-values.ts';
import { type TagsFile, tagLists } from './read-tags.ts';
import { tags } from './schema/fields.ts';
import { groupAlarm, policyKinds } from './schema/group-policies.ts';

export interface DraftAlarm {
  path: Path;
  name?: string;
  /** Its keys. */
  given: Record<string, unknown>;
  minutes?: number;
  periodSeconds?: number;
}

export interface DraftPolicy {
  path: Path;
  /** Its keys that say what it is. */
  kinds: string[];
  /** If it is one that the stack makes. */
  alarm?: DraftAlarm;
  adjustment?: string;
  minimumMagnitude?: number;
  steps?: Step[];
  /** What a target is of, if there is nothing wrong with it. */
  target?: Metric;
}

export interface DraftPeriod {
  path: Path;
  given: Record<string, unknown>;
  /** If there is nothing wrong with it. */
  period?: Period;
}

export interface DraftGroup {
  path: Path;
  name?: string;
  /** Which of its keys say what it is of. */
  kinds: string[];
  autoScalingGroup?: string;
  tags?: Record<string, string[]>;
  targetGroups: string[];
  loadBalancers: string[];
  minimum?: number;
  maximum?: number;
  policies: DraftPolicy[];
  schedule: DraftPeriod[];
  hasExceptDates: boolean;
}

export function groupDraftsOf(groups: unknown): DraftGroup[] {
  return listOf(groups).flatMap((group, index) =>
    isRecord(group) ? [groupDraft(group, ['groups', index])] : [],
  );
}

function groupDraft(group: Record<string, unknown>, path: Path): DraftGroup {
  const { shape } = scaleGroupJob;
  const { name, autoScalingGroup, instances, minimum, maximum, policies, schedule } = group as Record<
    string,
    unknown
  >;
  const members = recordOf(instances);
  const chosen = tags.safeParse(members['tags']).data as TagsFile | undefined;
  return {
    path,
    ...defined('name', nameField.safeParse(name).data),
    kinds: groupKinds.filter((kind) => kind in group),
    ...defined('autoScalingGroup', shape.autoScalingGroup.safeParse(autoScalingGroup).data),
    ...(chosen && { tags: tagLists(chosen) }),
    targetGroups: listOf(members['targetGroups']).map(String),
    loadBalancers: listOf(members['loadBalancers']).map(String),
    ...defined('minimum', shape.minimum.safeParse(minimum).data),
    ...defined('maximum', shape.maximum.safeParse(maximum).data),
    policies: listOf(policies).map((policy, index) =>
      policyDraft(recordOf(policy), [...path, 'policies', index]),
    ),
    schedule: listOf(schedule).map((entry, index) =>
      periodDraft(recordOf(entry), [...path, 'schedule', index]),
    ),
    hasExceptDates: 'exceptDates' in group,
  };
}

export const groupKinds = ['autoScalingGroup', 'instances'] as const;

function policyDraft(policy: Record<string, unknown>, path: Path): DraftPolicy {
  const step = recordOf(policy['step']);
  const { adjustment, minimumMagnitude, steps } = stepPolicy.shape;
  const alarm = step['alarm'];
  return {
    path,
    kinds: policyKinds.filter((kind) => kind in policy),
    ...(isRecord(alarm) && { alarm: alarmDraft(alarm, [...path, 'step', 'alarm']) }),
    ...defined('adjustment', adjustment.safeParse(step['adjustment']).data),
    ...defined('minimumMagnitude', minimumMagnitude.safeParse(step['minimumMagnitude']).data),
    ...defined('steps', steps.safeParse(step['steps']).data),
    ...defined('target', metric.safeParse(recordOf(policy['target'])['metric']).data),
  };
}

function alarmDraft(given: Record<string, unknown>, path: Path): DraftAlarm {
  const { name, metric, minutes } = groupAlarm.shape;
  return {
    path,
    given,
    ...defined('name', name.safeParse(given['name']).data as string | undefined),
    ...defined('minutes', minutes.safeParse(given['minutes']).data),
    ...defined(
      'periodSeconds',
      (metric.safeParse(given['metric']).data as z.output<typeof metric> | undefined)?.periodSeconds,
    ),
  };
}

function periodDraft(given: Record<string, unknown>, path: Path): DraftPeriod {
  return { path, given, ...defined('period', period.safeParse(given).data) };
}
