/**
 * The fixed subset of the faults, as tests: see `fewFaults` for how it is chosen. `npm run test:faults`
 * runs all. From the calls of the same runs: each function's role allows exactly these, also when things
 * go wrong.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FunctionName } from '../../shared/plan/functions.ts';
import type { Need } from '../iam.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { type Case, casesOf, outline, type Result, runCase } from './harness.ts';
import { type FaultKind, isRead } from './plan.ts';
import { isOfLedger, needsIn, refused, roleOf, unused } from './roles.ts';
import { functionOf, type Scenario } from './scenario.ts';
import { findings, type Section, table } from './table.ts';
import { type RawClients, rawClients, type Store } from './world.ts';

const seed = 1;

/** On a further ledger: what takes every way through a function that calls it. */
const telling = new Set<FaultKind>(['none', 'dry-run', 'doubled', 'reset-after', 'code']);
const isTelling = ({ fault: { kind, action, detail } }: Case): boolean =>
  telling.has(kind) && !isRead(action) && (kind !== 'code' || detail === 'NoSuchDomain');

/** What others do meanwhile is among the calls, and needs no right of ours. */
const isUndisturbedByOthers = ({ case: { fault } }: Result): boolean => fault.kind !== 'meanwhile';

/** Every scenario on its first ledger; the thorough ones on the others too, as far as these matter. */
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

  async function runFew(scenario: Scenario, store: Store): Promise<Result[]> {
    const seen = await outline(clients, scenario, store, seed);
    const isFirst = store === scenario.stores[0];
    const cases = casesOf({ scenario, store, seed }, seen, 'few').filter((one) => isFirst || isTelling(one));
    const results: Result[] = [];
    for (const one of cases) results.push(await runCase(clients, one));
    sections.push({ calls: seen.calls.length, results });
    return results;
  }

  const names = [...new Set(scenarios.map(functionOf))];
  describe.each(names)('%s', (name) => {
    const needs = { simpledb: [], dynamodb: [] } satisfies Record<Store, Need[]> as Record<Store, Need[]>;
    const own = scenarios.filter((scenario) => functionOf(scenario) === name);
    const runs = own.flatMap((scenario) =>
      scenario.stores
        .slice(0, scenario.thorough ? undefined : 1)
        .map((store) => ({ scenario, store, title: scenario.name })),
    );

    // Commands on instances are processes of this machine: on a busy one they take their time.
    test.each(runs)('$title on $store comes through every fault', async ({ scenario, store }) => {
      const results = await runFew(scenario, store);
      needs[store].push(...results.filter(isUndisturbedByOthers).flatMap(needsIn));
      expect(findings(results)).toBe('');
    });

    test('may do what it did in these runs, and nothing else', () => {
      // Not every scenario runs on both ledgers; what else it calls is the same on both.
      const others = Object.values(needs)
        .flat()
        .filter((need) => !isOfLedger(need));
      const stores = [...new Set(runs.map(({ store }) => store))];
      for (const store of stores) {
        const grants = roleOf(name as FunctionName, store);
        const all = [...others, ...needs[store].filter(isOfLedger)];
        expect(refused(grants, all), `called, and not allowed, with ${store}`).toEqual([]);
        expect(unused(grants, all), `allowed, and never called, with ${store}`).toEqual([]);
      }
    });
  });
}
