/** What AWS would refuse at the deploy, although every line of the plan is right. */
import { compilePlan } from './compile.ts';
import { eventRulesOf } from './event-rules.ts';
import { functionNames } from './functions.ts';
import type { Plan } from './plan.ts';
import { schedulesOf } from './schedules.ts';
import { ownerOf, type Target } from './template.ts';

/** AWS Lambda, API reference, CreateFunction: FunctionName. The longest of our names, so that the others fit. */
const functionNameLength = 64;
/** EventBridge Scheduler, quotas: the payload of a target. */
const inputBytes = 256 * 1024;
/** Amazon EventBridge, API reference, InputTransformer: InputTemplate. */
const inputTemplateLength = 8192;
/** AWS CloudFormation, quotas: resources in a template, and the size of a template in S3. */
const templateResources = 500;
const templateBytes = 1_048_576;

/** What osls adds: its bucket and the policy of it; a function, its log group and its retries for each of ours. */
export const resourcesOfServerless = 2 + 3 * functionNames.length;
/** What osls adds has a tenth of this. */
const bytesOfServerless = 64 * 1024;

/** Where the plan is too large, or its owner's name too long, a line each. */
export function limitMistakes(plan: Plan, target: Target): string[] {
  return [
    ...ownerMistakes(target),
    ...inputMistakes(plan),
    ...eventMistakes(plan),
    ...templateMistakes(plan, target),
  ];
}

function ownerMistakes(target: Target): string[] {
  const owner = ownerOf(target);
  const longest = Math.max(...functionNames.map((name) => `-${name}`.length));
  const most = functionNameLength - longest;
  if (owner.length <= most) return [];
  return [
    `"${owner}" (service and stage) has ${owner.length} characters; expected ${most} at most, since AWS Lambda takes ${functionNameLength} with a function's name after it: shorten \`service\` in serverless.yml or the stage`,
  ];
}

function inputMistakes(plan: Plan): string[] {
  return schedulesOf(plan).flatMap(({ name, job, startsFunction }) => {
    const bytes = Buffer.byteLength(JSON.stringify(job));
    if (bytes <= inputBytes) return [];
    const remedy =
      startsFunction === 'reconcile-ledger'
        ? 'it names the sources of every backup, so choose them by tag in place of ids, or give some backups to another service'
        : 'choose by fewer tags, values or ids';
    return [
      `the job of the schedule ${name} has ${bytes} bytes; expected ${inputBytes} at most, which is what EventBridge Scheduler takes: ${remedy}`,
    ];
  });
}

/** All rules carry the same job. */
function eventMistakes(plan: Plan): string[] {
  const [rule] = eventRulesOf(plan);
  if (!rule || rule.inputTemplate.length <= inputTemplateLength) return [];
  return [
    `the job of copy-backups has ${rule.inputTemplate.length} characters in an event rule; expected ${inputTemplateLength} at most, which is what EventBridge takes: it names every copy of every backup, so copy fewer, or give some backups to another service`,
  ];
}

function templateMistakes(plan: Plan, target: Target): string[] {
  const { resources } = compilePlan(plan, target);
  const count = Object.keys(resources).length + resourcesOfServerless;
  const bytes = Buffer.byteLength(JSON.stringify(resources)) + bytesOfServerless;
  const remedy = 'give some backups to another service, with a plan of its own';
  return [
    ...(count > templateResources
      ? [
          `the plan becomes ${count} resources; expected ${templateResources} at most, which is what CloudFormation takes (two a tier, ${count - 2 * tierCount(plan)} besides): ${remedy}`,
        ]
      : []),
    ...(bytes > templateBytes
      ? [
          `the plan becomes a template of ${bytes} bytes; expected ${templateBytes} at most, which is what CloudFormation takes: choose by tag in place of ids, or ${remedy}`,
        ]
      : []),
  ];
}

const tierCount = ({ backups }: Plan): number => backups.reduce((sum, { tiers }) => sum + tiers.length, 0);
