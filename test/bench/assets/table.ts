/** The results as a table in the way of Markdown; of others, with how many times our time they took. */
import type { Result } from './rounds.ts';
import { ours } from './sides.ts';

export function tableOf(results: readonly Result[]): string {
  const steps = [...new Set(results.map(({ step }) => step))];
  const sides = [...new Set(results.map(({ side }) => side))];
  const cell = (side: string, step: string): string => {
    const found = results.find((result) => result.side === side && result.step === step);
    if (!found) return '-';
    const { spent, requests, wrong } = found;
    const own = results.find((result) => result.side === ours.name && result.step === step)?.spent.seconds;
    const times = own && side !== ours.name ? ` (${(spent.seconds / own).toFixed(2)} x)` : '';
    const cpu = Number.isNaN(spent.cpuSeconds) ? '' : `, CPU ${spent.cpuSeconds.toFixed(2)}`;
    return `${spent.seconds.toFixed(2)} s${times}${cpu}, ${requests} requests${wrong && `, **${wrong}**`}`;
  };
  const rows = sides.map((side) => [side, ...steps.map((step) => cell(side, step))]);
  const lines = [['', ...steps], ['---', ...steps.map(() => '---')], ...rows];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}
