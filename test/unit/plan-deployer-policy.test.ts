/** The one who deploys may do what CloudFormation does with that one's permissions. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compilePlan } from '../../shared/plan/compile.ts';
import { matches } from '../iam.ts';
import { planText, read, target } from './plan-builder.ts';
import { deployerCalls, typesOfServerless } from './plan-deployer-calls.ts';

const { Statement: statements } = JSON.parse(readFileSync('docs/deployer-policy.json', 'utf8')) as {
  Statement: { Action: string | string[]; Resource: string | string[] }[];
};

const allows = (action: string, resource: string): boolean =>
  statements.some(
    ({ Action, Resource }) =>
      [Action].flat().includes(action) && [Resource].flat().some((pattern) => matches(pattern, resource)),
  );

const plan = read(
  planText({
    head: ['ledger: dynamodb', 'notify: ops@example.com'],
    more: ['copies: [{ region: eu-west-1, keep: { daily: 7 days } }]'],
  }),
);
const ownTypes = Object.values(compilePlan(plan, target).resources).map(({ Type }) => Type);

test.each([...new Set([...ownTypes, ...typesOfServerless])])(
  'The policy for deployers allows to create, read and delete %s',
  (type) => {
    const {
      on,
      calls,
      anywhere = [],
    } = deployerCalls[type] ?? { on: '', calls: [`nobody knows of ${type}`] };
    const refused = [
      ...calls.filter((action) => !allows(action, on)),
      ...anywhere.filter((action) => !allows(action, '*')),
    ];
    expect(refused).toEqual([]);
  },
);

test('The policy for deployers has no wildcard in an action', () => {
  expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
});
