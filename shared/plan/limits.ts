/** What AWS would refuse at the deploy, although every line of the plan is right. */
import { compilePlan } from './compile.ts';
import { type EventRule, eventRulesOf, inputTemplateOf } from './event-rules.ts';
import { type FunctionName, functionNames } from './functions.ts';
import { functionResourceId } from './logical-ids.ts';
import type { Plan } from './plan.ts';
import { schedulesOf } from './schedules.ts';
import { parts } from './schema.ts';
import { ownerOf, type Resources, type Target } from './template.ts';

/** AWS Lambda, API reference, CreateFunction: FunctionName. The longest of our names, so that the others fit. */
const functionNameLength = 64;
/** EventBridge Scheduler, quotas: the payload of a target. */
const inputBytes = 256 * 1024;
/** Amazon EventBridge, API reference, InputTransformer: InputTemplate. */
const inputTemplateLength = 8192;
/** Amazon EventBridge, quotas: the size of an event pattern. */
const patternLength = 2048;
/** IAM, quotas: all inline policies of a role together, white space apart. */
const rolePolicyLength = 10_240;
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
    ...eventMistakes(plan, target),
    ...roleMistakes(compilePlan(plan, target).resources),
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

const fewerGlobs = 'say more with fewer globs and rules of headers';

/** What makes the jobs of a function long. */
const remedies: Partial<Record<FunctionName, string>> = {
  'reconcile-ledger':
    'it names the sources of every backup, so choose them by tag in place of ids, or give some backups to another service',
  'copy-backups':
    'it names every copy of every backup, so copy fewer, or give some backups to another service',
  'sync-assets': fewerGlobs,
  'invalidate-cdn': fewerGlobs,
  'scale-group': 'say it with fewer policies, steps and entries of the schedule',
};

const remedyOf = (name: FunctionName): string => remedies[name] ?? 'choose by fewer tags, values or ids';

function inputMistakes(plan: Plan): string[] {
  return schedulesOf(plan).flatMap(({ name, job, startsFunction }) => {
    const bytes = Buffer.byteLength(JSON.stringify(job));
    if (bytes <= inputBytes) return [];
    return [
      `the job of the schedule ${name} has ${bytes} bytes; expected ${inputBytes} at most, which is what EventBridge Scheduler takes: ${remedyOf(startsFunction)}`,
    ];
  });
}

function eventMistakes(plan: Plan, target: Target): string[] {
  const mistakes = eventRulesOf(plan, target).flatMap((rule) => [
    ...inputTemplateMistakes(rule),
    ...patternMistakes(rule),
  ]);
  // All rules of a function may carry the same job.
  return [...new Set(mistakes)];
}

function inputTemplateMistakes(rule: EventRule): string[] {
  const length = lengthOf(inputTemplateOf(rule));
  if (length <= inputTemplateLength) return [];
  const { startsFunction, job } = rule;
  return [
    `the job of ${startsFunction}${ownerText(job)} has ${length} characters in an event rule; expected ${inputTemplateLength} at most, which is what EventBridge takes: ${remedyOf(startsFunction)}`,
  ];
}

function ownerText(job: object): string {
  if ('site' in job) return ` for the site ${String(job.site)}`;
  return 'group' in job ? ` for the group ${String(job.group)}` : '';
}

function patternMistakes({ logicalId, startsFunction, pattern }: EventRule): string[] {
  const length = lengthOf(JSON.stringify(pattern));
  if (length <= patternLength) return [];
  const remedy =
    startsFunction === 'scale-group'
      ? 'follow fewer alarms, or alarms with shorter names'
      : 'choose a shorter prefix for the releases';
  return [
    `the pattern of the rule ${logicalId} has ${length} characters; expected ${patternLength} at most, which is what EventBridge takes: ${remedy}`,
  ];
}

/**
 * With names as long as they may be in the places of references: of a group's alarm the longest owner, group and name,
 * else a bucket's; of AWS's own parameters a region is the longest.
 */
const lengthOf = (text: string): number =>
  text
    .replaceAll(/\$\{AWS::\w+\}/g, 'x'.repeat(14))
    .replaceAll(/\$\{Group\w+Alarm\}/g, 'x'.repeat(46 + 1 + 40 + 1 + 40))
    .replaceAll(/\$\{[^}]+\}/g, 'x'.repeat(63)).length;

function roleMistakes(resources: Resources): string[] {
  return Object.entries(resources).flatMap(([id, { Type, Properties }]) => {
    if (Type !== 'AWS::IAM::Role') return [];
    // What is here `{"Fn::Sub":"…"}` is there the text alone.
    const length = lengthOf(
      JSON.stringify(Properties?.['Policies']).replaceAll(/\{"Fn::Sub":("[^"]*")\}/g, '$1'),
    );
    if (length <= rolePolicyLength) return [];
    const part = id === functionResourceId('scale-group', 'Role') ? 'group' : 'site';
    return [
      `the policy of ${id} has ${length} characters; expected ${rolePolicyLength} at most, which is what IAM takes: it names every ${part}, so give some ${part}s to another service, with a plan of its own`,
    ];
  });
}

function templateMistakes(plan: Plan, target: Target): string[] {
  const { resources } = compilePlan(plan, target);
  const count = Object.keys(resources).length + resourcesOfServerless;
  const bytes = Buffer.byteLength(JSON.stringify(resources)) + bytesOfServerless;
  const some = parts.filter((part) => plan[part].length > 0).join(' or ');
  const remedy = `give some ${some} to another service, with a plan of its own`;
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
