/** What serverless.yml takes from the plan; `serverless.cjs` is the way in. */
import { readFileSync } from 'node:fs';
import { type CompiledPlan, compilePlan } from './compile.ts';
import { limitMistakes } from './limits.ts';
import { PlanError } from './mistakes.ts';
import type { Plan } from './plan.ts';
import { readPlan } from './read.ts';
import type { Target } from './template.ts';

export const planFile = 'groundskeeper.yml';

/** @throws PlanError if the file is missing, or the plan is wrong or too large for AWS. */
export function readPlanFile(target: Target, now = new Date()): Plan {
  let text: string;
  try {
    text = readFileSync(planFile, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new PlanError(`${planFile} cannot be read (${code}); expected it beside serverless.yml`, { cause });
  }
  const plan = readPlan(text, { file: planFile, region: target.region, now });
  const tooLarge = limitMistakes(plan, target);
  if (tooLarge.length > 0) throw new PlanError(tooLarge.map((line) => `${planFile}: ${line}`).join('\n'));
  return plan;
}

/** The parts of serverless.yml; `mistakes` is the message if the plan is wrong, and the rest is then empty. */
export interface ServerlessParts {
  resources: { Resources: CompiledPlan['resources']; Outputs: CompiledPlan['outputs'] };
  owner: string;
  ledger: string;
  logRetentionDays: number;
  mistakes?: string;
}

/**
 * Compiles the plan for a stage and a region.
 *
 * @public `serverless.cjs` loads it at run time
 */
export function serverlessParts(target: Target): ServerlessParts {
  try {
    const { resources, outputs, ...rest } = compilePlan(readPlanFile(target), target);
    return { resources: { Resources: resources, Outputs: outputs }, ...rest };
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    // Several variables read the plan, and osls would report each: the plugin says it once instead.
    const nothing = {
      resources: { Resources: {}, Outputs: {} },
      owner: '',
      ledger: 'simpledb',
      logRetentionDays: 30,
    };
    return { ...nothing, mistakes: error.message };
  }
}
