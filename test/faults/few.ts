/** The fixed subset of the faults, as tests: see `fewFaults` for how it is chosen. `npm run test:faults` runs all. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { casesOf, outline, type Result, runCase } from './harness.ts';
import type { Scenario } from './scenario.ts';
import { findings, type Section, table } from './table.ts';
import { type RawClients, rawClients } from './world.ts';

const seed = 1;

/** A test for each scenario on its first store; `npm run test:faults` tries the others too, as do the ledger's own tests. */
export function testFew(scenarios: readonly Scenario[]): void {
  const sections: Section[] = [];
  let sandbox: Sandbox;
  let clients: RawClients;

  beforeAll(async () => {
    sandbox = await startSandbox();
    clients = rawClients(sandbox);
  });

  afterAll(async () => {
    await sandbox.close();
    console.log(table(sections));
  });

  for (const scenario of scenarios) {
    test.each(scenario.stores.slice(0, 1))(
      `${scenario.name} on %s comes through every fault`,
      async (store) => {
        const seen = await outline(clients, scenario, store, seed);
        const results: Result[] = [];
        for (const one of casesOf({ scenario, store, seed }, seen, 'few'))
          results.push(await runCase(clients, one));
        sections.push({ calls: seen.calls.length, results });
        expect(findings(results)).toBe('');
      },
    );
  }
}
