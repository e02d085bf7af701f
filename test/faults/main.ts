/**
 * `npm run test:faults`: every fault of every scenario. `-- <text>`: only those cases whose seed
 * starts with it, such as `take-snapshots/daily`; with a whole seed in quotes, its log too. A `#2` at
 * its end is another number to make ids and chance from.
 */
import { startSandbox } from '../sandbox/sandbox.ts';
import { casesOf, outline, type Result, runCase, seedText } from './harness.ts';
import { scenarios } from './scenarios/all.ts';
import { endingText } from './session.ts';
import { findings, type Section, table } from './table.ts';
import { rawClients } from './world.ts';

const [wanted = '', ...rest] = process.argv.slice(2);
if (rest.length > 0) throw new Error('Expected at most one argument: put the seed in quotes');
const [, start = '', number = '1'] = /^(.*?) ?(?:#(\d+))?$/.exec(wanted) ?? [];
const seed = Number(number);

const sandbox = await startSandbox();
const clients = rawClients(sandbox);
const sections: Section[] = [];
const started = performance.now();
try {
  for (const scenario of scenarios) {
    for (const store of scenario.stores) {
      if (!overlaps(`${scenario.name} ${store}`)) continue;
      const seen = await outline(clients, scenario, store, seed);
      const results: Result[] = [];
      const all = casesOf({ scenario, store, seed }, seen, 'all');
      const exact = all.filter((one) => seedText(one) === wanted);
      for (const one of exact.length > 0 ? exact : all.filter((other) => seedText(other).startsWith(start))) {
        const result = await runCase(clients, one);
        results.push(result);
        if (result.violations.length > 0) console.log(findings([result]));
        if (seedText(one) === wanted) trace(result, seen.calls);
      }
      if (results.length === 0) continue;
      sections.push({ calls: seen.calls.length, results });
      console.log(`${scenario.name} on ${store}: ${results.length} cases`);
    }
  }
} finally {
  await sandbox.close();
}
const results = sections.flatMap((section) => section.results);
const broken = results.filter(({ violations }) => violations.length > 0);
console.log(`\n${table(sections)}\n`);
console.log(
  `${results.length} cases in ${Math.round((performance.now() - started) / 1_000)} s, ${broken.length} with violations`,
);
process.exitCode = broken.length > 0 || results.length === 0 ? 1 : 0;

function overlaps(name: string): boolean {
  return name.startsWith(start) || start.startsWith(name);
}

function trace({ invocations }: Result, calls: readonly string[]): void {
  console.log(
    `\nThe undisturbed run calls: ${calls.map((call, index) => `${index + 1} ${call}`).join(', ')}`,
  );
  for (const [index, invocation] of invocations.entries()) {
    const { startedAt, endedAt, log } = invocation;
    console.log(
      `\nrun ${index + 1}, ${startedAt.toISOString()} to ${endedAt.toISOString()}, ${invocation.calls.length} calls: ${endingText(invocation)}`,
    );
    for (const { level, message, values } of log)
      console.log(`  ${level} ${message} ${JSON.stringify(values)}`);
  }
}
