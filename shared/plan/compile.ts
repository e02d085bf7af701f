/**
 * A plan becomes CloudFormation: schedules, event rules, roles, queues, alarms, the buckets and distributions
 * of sites, the alarms of groups, and the table if the ledger is one. Pure, and every logical id is made of names:
 * what is added or moved in the plan leaves the other resources as they are.
 */
import { alarmResources } from './alarms.ts';
import { distributionResources } from './distributions.ts';
import { eventRuleResources } from './event-rules.ts';
import { groupAlarmResources } from './group-alarms.ts';
import { ledgerResources } from './ledger-resources.ts';
import { type Outputs, outputsOf } from './outputs.ts';
import type { Plan } from './plan.ts';
import { queueResources } from './queues.ts';
import { roleResources } from './roles.ts';
import { scheduleResources } from './schedules.ts';
import { siteBucketResources } from './site-buckets.ts';
import { ownerOf, type Resources, type Target } from './template.ts';

export interface CompiledPlan {
  resources: Resources;
  outputs: Outputs;
  /** What serverless.yml gives to every function. */
  owner: string;
  ledger: Plan['ledger'];
  logRetentionDays: number;
}

/** Compiles a plan that `readPlan` has passed. */
export function compilePlan(plan: Plan, target: Target): CompiledPlan {
  const owner = ownerOf(target);
  return {
    resources: {
      ...scheduleResources(plan, target),
      ...eventRuleResources(plan, target),
      ...roleResources(plan, target),
      ...queueResources(),
      ...alarmResources(plan, target),
      ...groupAlarmResources(plan, target),
      ...ledgerResources(plan, owner),
      ...siteBucketResources(plan),
      ...distributionResources(plan, target),
    },
    outputs: outputsOf(plan, owner),
    owner,
    ledger: plan.ledger,
    logRetentionDays: plan.logRetentionDays,
  };
}
