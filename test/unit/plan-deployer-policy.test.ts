/** The one who deploys may do what CloudFormation does with that one's permissions. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compilePlan } from '../../shared/plan/compile.ts';
import { matches } from '../iam.ts';
import { planText, read, siteText, target } from './plan-builder.ts';
import { deployerCalls, typesOfServerless } from './plan-deployer-calls.ts';

interface Statement {
  Action: string | string[];
  Resource: string | string[];
}

const policy = (name: string): Statement[] =>
  (JSON.parse(readFileSync(`docs/${name}.json`, 'utf8')) as { Statement: Statement[] }).Statement;

const forAll = policy('deployer-policy');
const withSites = [...forAll, ...policy('deployer-policy-sites')];

const allows = (statements: readonly Statement[], action: string, resource: string): boolean =>
  statements.some(
    ({ Action, Resource }) =>
      [Action].flat().includes(action) && [Resource].flat().some((pattern) => matches(pattern, resource)),
  );

/** What CloudFormation would be refused of a type. */
function refused(type: string, statements: readonly Statement[]): string[] {
  const { on, calls, anywhere = [] } = deployerCalls[type] ?? { on: '', calls: [`nobody knows of ${type}`] };
  return [
    ...calls.filter((action) => !allows(statements, action, on)),
    ...anywhere.filter((action) => !allows(statements, action, '*')),
  ];
}

const typesOf = (text: string): string[] =>
  Object.values(compilePlan(read(text), target).resources).map(({ Type }) => Type);

const backups = typesOf(
  planText({
    head: ['ledger: dynamodb', 'notify: ops@example.com'],
    more: ['copies: [{ region: eu-west-1, keep: { daily: 7 days } }]'],
  }),
);
const sites = typesOf(siteText(['name: www']));
/** Those of the deployment's bucket, which has less to it than a site's. */
const ofSites = [
  's3:PutBucketNotification',
  's3:PutBucketOwnershipControls',
  's3:PutBucketPublicAccessBlock',
];
const moreOfSites = [...ofSites, 's3:PutBucketVersioning', 's3:PutLifecycleConfiguration'];

describe('The policy for deployers', () => {
  test.each([...new Set([...backups, ...typesOfServerless])])(
    'allows to create, read and delete %s',
    (type) => {
      expect(refused(type, forAll).filter((action) => !moreOfSites.includes(action))).toEqual([]);
    },
  );

  test.each([...new Set(sites)])(
    'with that for sites beside it allows to create, read and delete %s',
    (type) => {
      expect(refused(type, withSites)).toEqual([]);
    },
  );

  test('has no wildcard in an action', () => {
    expect(withSites.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  });
});
