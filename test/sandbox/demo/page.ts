/** What a person reads: columns, steps with their seconds, colours only where there is a terminal. */
import { stripVTControlCharacters, styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

const { stdout } = process;
const hasColours = stdout.isTTY && !process.env['NO_COLOR'];

export const styled = (style: Style, text: string): string => (hasColours ? styleText(style, text) : text);

export const heading = (text: string): string => styled('bold', text);
export const quiet = (text: string): string => styled('dim', text);
export const striking = (text: string): string => styled('yellow', text);

export function print(line = ''): void {
  clearProgress();
  stdout.write(`${line}\n`);
}

/** A line that the next one replaces; on a terminal only. */
export function progress(text: string): void {
  if (!stdout.isTTY) return;
  clearProgress();
  stdout.write(quiet(text));
}

function clearProgress(): void {
  if (stdout.isTTY) stdout.write('\r\u001b[K');
}

/** Says what begins, does it, and says how long it took. */
export async function step<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  if (stdout.isTTY) progress(`  ${what} …`);
  const result = await work();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  print(`  ${what.padEnd(74)}${quiet(`${seconds.padStart(5)} s`)}`);
  return result;
}

/** Rows as aligned columns below their heads; `right`: the numbers of columns that end flush. */
export function table(
  head: readonly string[],
  rows: readonly Row[],
  right: readonly number[] = [],
): string[] {
  const [first = '', ...others] = columns([head, ...rows], right);
  return [quiet(first), ...others];
}

type Row = readonly string[];

/** Rows as aligned columns. */
export function columns(rows: readonly Row[], right: readonly number[] = []): string[] {
  const width = (text: string) => stripVTControlCharacters(text).length;
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const padding = ' '.repeat((widths[column] ?? 0) - width(cell));
      return right.includes(column) ? padding + cell : cell + padding;
    });
    return `  ${cells.join('  ')}`.trimEnd();
  });
}

/** `1 snapshot`, `2 snapshots`. */
export const counted = (count: number, what: string, plural = `${what}s`): string =>
  `${count} ${count === 1 ? what : plural}`;

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
