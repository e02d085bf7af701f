/** `npm run plan`: shows what the plan compiles to and changes nothing; exit code 1 if it is wrong. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { describePlan } from './describe.ts';
import { PlanError } from './mistakes.ts';
import { readPlanFile } from './serverless.ts';

const { values } = parseArgs({ options: { stage: { type: 'string' }, region: { type: 'string' } } });
// The same defaults as in serverless.yml.
const stage = values.stage ?? 'dev';
const region = values.region ?? process.env['AWS_REGION'] ?? 'us-east-1';
const { service } = parse(readFileSync('serverless.yml', 'utf8'), { logLevel: 'silent' }) as {
  service: string;
};

try {
  const now = new Date();
  const target = { service, stage, region };
  console.log(describePlan(readPlanFile(target, now), target, now));
} catch (error) {
  if (!(error instanceof PlanError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
