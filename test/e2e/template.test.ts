import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type StandardDiagnostic as Diagnostic,
  RegoEngine,
  TemplateFile,
} from '@aws/cloudformation-validate';
import { afterAll, expect, it } from 'vitest';
import { makeWorkingCopy, type WorkingCopy } from '../sandbox/lambda/working-copy.ts';
import { packageService, planWith } from './package.ts';

const copies: WorkingCopy[] = [];

afterAll(() => Promise.all(copies.map((copy) => copy.remove())));

it.each(['simpledb', 'dynamodb'] as const)(
  'AWS finds no error in the template with the %s ledger',
  async (ledger) => {
    const copy = await makeWorkingCopy(planWith(ledger));
    copies.push(copy);
    const { templatePath } = await packageService(copy);
    expect(validate(templatePath).filter(isError).map(lineOf)).toEqual([]);
  },
);

it('would find an error that is there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'template-'));
  const path = join(folder, 'template.json');
  const Queue = { Type: 'AWS::SQS::Queue', Properties: { NoSuchProperty: 1 } };
  writeFileSync(path, JSON.stringify({ Resources: { Queue } }));
  const errors = validate(path).filter(isError).map(lineOf);
  rmSync(folder, { recursive: true });
  expect(errors).toEqual([expect.stringContaining('NoSuchProperty')]);
});

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
