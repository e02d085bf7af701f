/** `npm run plan`: shows what the plan compiles to and changes nothing; exit code 1 if it is wrong. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { describePlan } from './describe.ts';
import { PlanError } from './mistakes.ts';
import { readPlanFile } from './serverless.ts';

class UsageError extends Error {}

/** The same defaults as in serverless.yml. */
function readTarget() {
  const { stage = 'dev', region = process.env['AWS_REGION'] ?? 'us-east-1' } = readOptions();
  if (!/^[a-zA-Z0-9-]+$/.test(stage)) {
    throw new UsageError(`--stage is "${stage}": expected letters, digits and hyphens`);
  }
  const { service } = parse(readFileSync('serverless.yml', 'utf8'), { logLevel: 'silent' }) as {
    service: string;
  };
  return { service, stage, region };
}

function readOptions() {
  try {
    return parseArgs({ options: { stage: { type: 'string' }, region: { type: 'string' } } }).values;
  } catch (error) {
    throw new UsageError(
      `${(error as Error).message}\nUsage: npm run plan -- [--stage prod] [--region eu-west-1]`,
    );
  }
}

try {
  const target = readTarget();
  const now = new Date();
  console.log(describePlan(readPlanFile(target, now), target, now));
} catch (error) {
  if (!(error instanceof PlanError || error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
