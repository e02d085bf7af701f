/** What the harness prints: a line for each scenario and store, and how to reproduce what it found. */
import { type Result, seedText } from './harness.ts';
import { functionOf } from './scenario.ts';

/** The results of one scenario on one store. */
export interface Section {
  calls: number;
  results: readonly Result[];
}

const columns = [
  'function',
  'scenario',
  'ledger',
  'calls',
  'crash points',
  'faults',
  'doubles',
  'violations',
];

export function table(sections: readonly Section[]): string {
  const lines = [columns, ...sections.map(lineOf)];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function lineOf({ calls, results }: Section): string[] {
  const one = results[0]?.case;
  const count = (kinds: RegExp) => results.filter(({ case: { fault } }) => kinds.test(fault.kind)).length;
  const crashes = count(/^crash/);
  const doubles = count(/^(doubled|none)/);
  const violations = results.filter((result) => result.violations.length > 0).length;
  return [
    one ? functionOf(one.scenario) : '',
    one?.scenario.name.split('/')[1] ?? '',
    one?.store ?? '',
    ...[calls, crashes, results.length - crashes - doubles, doubles, violations].map(String),
  ];
}

/** Each case that broke something: its seed, what it broke, and how its runs ended. */
export function findings(results: readonly Result[]): string {
  return results
    .filter(({ violations }) => violations.length > 0)
    .map(({ case: one, violations }) =>
      [`seed: ${seedText(one)}`, ...violations.map((text) => `  ${text}`)].join('\n'),
    )
    .join('\n');
}
