/** Which permissions a function's runs need, and what its role grants. */
import { readFileSync } from 'node:fs';
import { compilePlan } from '../../shared/plan/compile.ts';
import type { FunctionName } from '../../shared/plan/functions.ts';
import { functionResourceId } from '../../shared/plan/logical-ids.ts';
import { readPlan } from '../../shared/plan/read.ts';
import { allowing, type Grant, grantsOf, matches, type Need, needsOf } from '../iam.ts';
import type { Result } from './harness.ts';
import { place, releasesPlace } from './scenarios/releases.ts';
import { owner, region, type Store } from './world.ts';

/** Permissions that no call of a function shows, and who needs them. */
export const dependencies: Readonly<Record<string, string>> = {
  'logs:CreateLogStream': 'Lambda writes the log with the role of the function',
  'logs:PutLogEvents': 'Lambda writes the log with the role of the function',
  'sqs:SendMessage':
    'Lambda sends an event that failed three times to the dead-letter queue with the role of the function',
  'sqs:ReceiveMessage': 'Lambda empties the queue with the role of the function',
  'sqs:DeleteMessage': 'Lambda empties the queue with the role of the function',
  'sqs:GetQueueAttributes': 'Lambda empties the queue with the role of the function',
};

/** Under the plan as it ships, with either ledger, and the scenarios' site and groups. */
export function roleOf(name: FunctionName, ledger: Store): Grant[] {
  const plan = planIn(readFileSync('groundskeeper.yml', 'utf8'));
  const { sites } = planIn(`sites:\n  - ${JSON.stringify(siteOf(name))}`);
  const [service = '', stage = ''] = owner.split('-');
  const { groups } = planIn(`groups: ${JSON.stringify(groupsInScenarios)}`);
  const { resources } = compilePlan({ ...plan, ledger, sites, groups }, { service, stage, region });
  return grantsOf(resources[functionResourceId(name, 'Role')]);
}

/** Those of invalidate-cdn have a whole bucket, since they are about paths. */
const siteOf = (name: FunctionName) => ({
  name: 'www',
  bucket: place.bucket,
  prefix: name === 'sync-assets' ? place.prefix : '',
  releases: releasesPlace,
});

const ofElasticLoadBalancing = `arn:aws:elasticloadbalancing:${region}:123456789012`;

const groupsInScenarios = [
  {
    name: 'web',
    autoScalingGroup: 'web',
    minimum: 0,
    maximum: 10,
    policies: [{ backlog: { queue: 'work', secondsPerMessage: 10, acceptableSeconds: 50 } }],
  },
  {
    name: 'shop',
    instances: {
      tags: { Group: ['shop'] },
      targetGroups: [`${ofElasticLoadBalancing}:targetgroup/shop/0123456789abcdef`],
      loadBalancers: ['shop-old'],
    },
    minimum: 0,
    maximum: 10,
  },
];

const planIn = (text: string) =>
  readPlan(text, { file: 'groundskeeper.yml', region, now: new Date('2026-11-21T00:00:00Z') });

/** What AWS checked while these runs called it. */
export const needsIn = ({ invocations, tags }: Result): Need[] =>
  invocations.flatMap(({ calls }) => calls).flatMap((call) => needsOf(call, (id) => tags.get(id) ?? {}));

export const isOfLedger = ({ action }: Need): boolean => /^(sdb|dynamodb):/.test(action);

const textOf = ({ action, resource }: Need): string => `${action} on ${resource}`;

/** What was called, and is not allowed. */
export const refused = (grants: readonly Grant[], needs: readonly Need[]): string[] =>
  [...new Set(needs.filter((need) => allowing(need, [...grants]).length === 0).map(textOf))].sort();

/** The actions and the resources of these grants that no need ever used. */
export function unused(grants: readonly Grant[], needs: readonly Need[]): string[] {
  return grants.flatMap((grant) => {
    const used = needs.filter((need) => allowing(need, [grant]).length > 0);
    const idle = grant.actions.filter((action) => !used.some((need) => matches(action, need.action)));
    const untouched = grant.resources.filter(
      (pattern) => !used.some((need) => matches(pattern, need.resource)),
    );
    const isListed = grant.actions.every((action) => action in dependencies);
    return isListed
      ? []
      : [...idle, ...untouched.map((pattern) => `${grant.actions.join(', ')} on ${pattern}`)];
  });
}
