/** Gives a scenario's function worse tools, and tells what the harness finds: it must, or it proves nothing. */
import { afterAll, beforeAll } from 'vitest';
import type { Tools } from '../../shared/tools.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { casesOf, type Outline, outline, runCase } from './harness.ts';
import type { AllClients } from './invocation.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/all.ts';
import { type RawClients, rawClients } from './world.ts';

export type Spoil = (tools: Tools<AllClients>) => Partial<Tools<AllClients>>;

/**
 * What is found first in the scenario of this name, under faults such as `crash-after ec2 CreateSnapshot`;
 * `worse` is put into the job besides.
 */
export type Finder = (name: string, faults: string, spoil: Spoil, worse?: object) => Promise<string>;

export const finderOf =
  (clients: RawClients): Finder =>
  async (name, faults, spoil, worse = {}) => {
    const scenario = spoilt(name, spoil, worse);
    const seen = isOfWholeRun(faults) ? noCalls : await outline(clients, scenario, 'simpledb', 1);
    for (const one of casesOf({ scenario, store: 'simpledb', seed: 1 }, seen, 'all')) {
      if (!`${one.fault.kind} ${one.fault.action}`.startsWith(faults)) continue;
      const { violations } = await runCase(clients, one);
      if (violations.length > 0) return violations.join('\n');
    }
    return '';
  };

/** One for a file of tests, in a local AWS of its own. */
export function finderOfFile(): Finder {
  let sandbox: Sandbox;
  let found: Finder;
  beforeAll(async () => {
    sandbox = await startSandbox();
    found = finderOf(rawClients(sandbox));
  });
  afterAll(() => sandbox.close());
  return (...asked) => found(...asked);
}

const isOfWholeRun = (faults: string): boolean => /^(none|dry-run|chaos)$/.test(faults);
const noCalls: Outline = { calls: [], meanwhile: [] };

function spoilt(name: string, spoil: Spoil, worse: object): Scenario {
  const sound = scenarios.find((candidate) => candidate.name === name);
  if (!sound) throw new Error(`There is no scenario ${name}`);
  const handlerOf: Scenario['handlerOf'] = (tools) => {
    const handler = sound.handlerOf({ ...tools, ...spoil(tools) });
    return ((payload: object, context) => handler({ ...payload, ...worse }, context)) as typeof handler;
  };
  return { ...sound, handlerOf };
}
