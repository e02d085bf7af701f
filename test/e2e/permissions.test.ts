/** Each function's role allows exactly the calls that the function makes, also when things go wrong. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compilePlan } from '../../shared/plan/compile.ts';
import { type FunctionName, functionNames } from '../../shared/plan/functions.ts';
import { functionResourceId } from '../../shared/plan/logical-ids.ts';
import { readPlan } from '../../shared/plan/read.ts';
import { tagKeys } from '../../shared/tags.ts';
import { type Case, casesOf, outline, runCase } from '../faults/harness.ts';
import { type FaultKind, isRead } from '../faults/plan.ts';
import { functionOf, type Scenario } from '../faults/scenario.ts';
import { scenarios } from '../faults/scenarios/all.ts';
import { owner, type RawClients, rawClients, region, type Store } from '../faults/world.ts';
import { allowing, type Grant, grantsOf, matches, type Need, needsOf } from '../iam.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';

/** Permissions that no call of a function shows, and who needs them. */
const dependencies: Readonly<Record<string, string>> = {
  'logs:CreateLogStream': 'Lambda writes the log with the role of the function',
  'logs:PutLogEvents': 'Lambda writes the log with the role of the function',
  'sqs:SendMessage':
    'Lambda sends an event that failed three times to the dead-letter queue with the role of the function',
  'sqs:ReceiveMessage': 'Lambda empties the queue with the role of the function',
  'sqs:DeleteMessage': 'Lambda empties the queue with the role of the function',
  'sqs:GetQueueAttributes': 'Lambda empties the queue with the role of the function',
};

/** Undisturbed, dry, doubled, an answer lost, a refusal: these take every way through a function that calls AWS. */
const kinds = new Set<FaultKind>(['none', 'dry-run', 'doubled', 'reset-after', 'code']);
const isTelling = ({ fault: { kind, action, detail } }: Case): boolean =>
  kinds.has(kind) &&
  (action === '' || !isRead(action)) &&
  // Of the ledger's refusals one leads to another call: the domain is created by the first write.
  (kind !== 'code' || /^(ec2|rds) /.test(action) || detail === 'NoSuchDomain');

let sandbox: Sandbox;
let clients: RawClients;

beforeAll(async () => {
  sandbox = await startSandbox();
  clients = rawClients(sandbox);
});

afterAll(() => sandbox.close());

function roleOf(name: FunctionName, ledger: Store): Grant[] {
  const file = 'groundskeeper.yml';
  const plan = readPlan(readFileSync(file, 'utf8'), { file, region, now: new Date('2026-11-21T00:00:00Z') });
  const [service = '', stage = ''] = owner.split('-');
  const { resources } = compilePlan({ ...plan, ledger }, { service, stage, region });
  return grantsOf(resources[functionResourceId(name, 'Role')]);
}

const stores = ['simpledb', 'dynamodb'] as const;

/** Every permission that AWS checks while a function's scenarios run, by store. */
async function needsOfAll(name: FunctionName): Promise<Record<Store, Need[]>> {
  const needs: Record<Store, Need[]> = { simpledb: [], dynamodb: [] };
  for (const scenario of scenarios.filter((candidate) => functionOf(candidate) === name)) {
    for (const store of scenario.stores) needs[store].push(...(await needsIn(scenario, store)));
  }
  return needs;
}

const isOfLedger = ({ action }: Need): boolean => /^(sdb|dynamodb):/.test(action);

async function needsIn(scenario: Scenario, store: Store): Promise<Need[]> {
  const needs: Need[] = [];
  const seen = await outline(clients, scenario, store, 1);
  const cases = casesOf({ scenario, store, seed: 1 }, seen, 'few');
  for (const one of cases.filter(isTelling)) {
    const { invocations, tags } = await runCase(clients, one);
    const calls = invocations.flatMap((invocation) => invocation.calls);
    needs.push(...calls.flatMap((call) => needsOf(call, (id) => tags.get(id) ?? {})));
  }
  return needs;
}

const textOf = ({ action, resource }: Need): string => `${action} on ${resource}`;

const unique = (lines: readonly string[]): string[] => [...new Set(lines)].sort();

/** The actions and the resources of these grants that no need ever used. */
function unused(grants: readonly Grant[], needs: readonly Need[]): string[] {
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

test.each(functionNames)(
  '%s may do what it does, and nothing else',
  async (name) => {
    const needs = await needsOfAll(name);
    // Not every scenario runs on both ledgers; what else it calls is the same on both.
    const others = stores.flatMap((store) => needs[store]).filter((need) => !isOfLedger(need));
    for (const store of stores) {
      const grants = roleOf(name, store);
      const all = [...others, ...needs[store].filter(isOfLedger)];
      const refused = all.filter((need) => allowing(need, grants).length === 0);
      expect(unique(refused.map(textOf)), `called, and not allowed, with ${store}`).toEqual([]);
      expect(unused(grants, all), `allowed, and never called, with ${store}`).toEqual([]);
    }
    // Commands on instances are processes of this machine: on a busy one they take their time.
  },
  300_000,
);

test('a permission too many and one too few are found', () => {
  const [first, ...rest] = roleOf('expire-backups', 'simpledb').filter(({ actions }) =>
    actions.every((action) => !(action in dependencies)),
  );
  const need: Need = { action: 'ec2:DescribeVolumes', resource: '*', context: {} };
  expect(allowing(need, rest)).toEqual([]);
  expect(unused(first ? [first] : [], [need])).toEqual([
    'ec2:DescribeLockedSnapshots',
    'ec2:DescribeSnapshotAttribute',
  ]);
});

describe('what carries the tag of another owner, or none', () => {
  const needs = (action: string, tags: Readonly<Record<string, string>>): Need[] => {
    const parameters = { SnapshotId: 'snap-1', 'ResourceId.1': 'snap-1', 'Tag.1.Key': tagKeys.expires };
    return needsOf({ service: 'ec2', action, parameters, status: 200 }, () => tags);
  };
  const isAllowed = (name: FunctionName, action: string, tags: Readonly<Record<string, string>>): boolean =>
    needs(action, tags).every((need) => allowing(need, roleOf(name, 'simpledb')).length > 0);

  test.each([
    ['expire-backups', 'DeleteSnapshot'],
    ['reconcile-ledger', 'CreateTags'],
  ] as const)('is out of reach of the role of %s', (name, action) => {
    expect(isAllowed(name, action, { [tagKeys.owner]: owner })).toBe(true);
    expect(isAllowed(name, action, { [tagKeys.owner]: `${owner}-2` })).toBe(false);
    expect(isAllowed(name, action, {})).toBe(false);
  });

  test('nor can reconcile-ledger change whose a snapshot is', () => {
    const parameters = { 'ResourceId.1': 'snap-1', 'Tag.1.Key': tagKeys.owner };
    const tags = { [tagKeys.owner]: owner };
    const [need] = needsOf({ service: 'ec2', action: 'CreateTags', parameters, status: 200 }, () => tags);
    expect(need && allowing(need, roleOf('reconcile-ledger', 'simpledb'))).toEqual([]);
  });

  test('cannot be made by take-snapshots, nor can it tag what already stands', () => {
    const grants = roleOf('take-snapshots', 'simpledb');
    const creation = (value: string) => {
      const parameters = {
        VolumeId: 'vol-1',
        'TagSpecification.1.Tag.1.Key': tagKeys.owner,
        'TagSpecification.1.Tag.1.Value': value,
      };
      return needsOf({ service: 'ec2', action: 'CreateSnapshot', parameters, status: 200 }, () => ({}));
    };
    const isWholly = (all: readonly Need[]) => all.every((need) => allowing(need, grants).length > 0);
    expect(isWholly(creation(owner))).toBe(true);
    expect(isWholly(creation('somebody-else'))).toBe(false);
    expect(isWholly(needs('CreateTags', { [tagKeys.owner]: owner }))).toBe(false);
  });
});
