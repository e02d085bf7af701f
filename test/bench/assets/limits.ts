/** What we hold ourselves to, beside the others of the same run. */
import type { Result } from './rounds.ts';
import { ours } from './sides.ts';

export interface Limit {
  step: string;
  /** The side that we are compared with. */
  than: string;
  most: number;
}

export interface Judgement {
  text: string;
  isHeld: boolean;
}

export function judge(results: readonly Result[], limits: readonly Limit[]): Judgement[] {
  const wrong = results
    .filter(({ side, wrong }) => side === ours.name && wrong !== '')
    .map(({ step, wrong }) => ({ text: `${step}: ${wrong}`, isHeld: false }));
  return [...wrong, ...limits.flatMap((limit) => ratio(results, limit) ?? [])];
}

function ratio(results: readonly Result[], { step, than, most }: Limit): Judgement | undefined {
  const secondsOf = (name: string) =>
    results.find((result) => result.side === name && result.step === step)?.spent.seconds;
  const own = secondsOf(ours.name);
  const theirs = secondsOf(than);
  if (own === undefined || theirs === undefined) return undefined;
  return atMost(`${step}: times ${than}`, own / theirs, most);
}

export const atMost = (what: string, value: number, most: number, unit = ''): Judgement => ({
  text: `${what}: ${readable(value)}${unit}, at most ${most}${unit}`,
  isHeld: value <= most,
});

const readable = (value: number): string => String(Number(value.toFixed(2)));
