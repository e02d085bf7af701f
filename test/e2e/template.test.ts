import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type StandardDiagnostic as Diagnostic,
  RegoEngine,
  TemplateFile,
} from '@aws/cloudformation-validate';
import { afterAll, expect, it } from 'vitest';
import { compilePlan } from '../../shared/plan/compile.ts';
import { resourcesOfServerless } from '../../shared/plan/limits.ts';
import { readPlan } from '../../shared/plan/read.ts';
import { makeWorkingCopy, type WorkingCopy } from '../sandbox/lambda/working-copy.ts';
import { withExamples } from '../unit/plan-builder.ts';
import { deployerCalls } from '../unit/plan-deployer-calls.ts';
import { packageService, planWith } from './package.ts';

const copies: WorkingCopy[] = [];

afterAll(() => Promise.all(copies.map((copy) => copy.remove())));

it.each([
  ['as it ships', planWith('simpledb')],
  ['with a table as its ledger and every kind of backup', withExamples(planWith('dynamodb'))],
])('AWS finds no error in the template of the plan %s, and all in it was reckoned with', async (_, text) => {
  const copy = await makeWorkingCopy(text);
  copies.push(copy);
  const { templatePath, template } = await packageService(copy);
  expect(validate(templatePath).filter(isError).map(lineOf)).toEqual([]);
  // The limit of resources counts what osls adds, and the policy for deployers knows its types.
  const resources = Object.values(template.Resources);
  expect(resources).toHaveLength(countOf(text) + resourcesOfServerless);
  expect(resources.filter(({ Type }) => deployerCalls[Type] === undefined)).toEqual([]);
});

it('would find an error that is there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'template-'));
  const path = join(folder, 'template.json');
  const Queue = { Type: 'AWS::SQS::Queue', Properties: { NoSuchProperty: 1 } };
  writeFileSync(path, JSON.stringify({ Resources: { Queue } }));
  const errors = validate(path).filter(isError).map(lineOf);
  rmSync(folder, { recursive: true });
  expect(errors).toEqual([expect.stringContaining('NoSuchProperty')]);
});

/** How many resources the plan itself becomes. */
function countOf(text: string): number {
  const target = { service: 'groundskeeper', stage: 'dev', region: 'us-east-1' };
  const plan = readPlan(text, { file: 'groundskeeper.yml', region: target.region, now: new Date() });
  return Object.keys(compilePlan(plan, target).resources).length;
}

function validate(path: string): Diagnostic[] {
  const engine = new RegoEngine();
  try {
    return engine.validateStandard(new TemplateFile(path)).diagnostics;
  } finally {
    engine.free();
  }
}

const isError = ({ severity }: Diagnostic) => severity === 'FATAL' || severity === 'ERROR';

const lineOf = ({ ruleId, entity, propertyPath, message }: Diagnostic) =>
  `${ruleId} ${entity?.logicalId ?? ''} ${propertyPath ?? ''}: ${message}`;
