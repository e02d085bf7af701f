/** What is wrong with a plan, and where: all of it in one message, a line each. */
import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import { ConfigError } from '../errors.ts';

export type Path = readonly (string | number)[];

export interface Mistake {
  path: Path;
  /** Follows the path: `"7 dais" is not a duration; expected …`. */
  message: string;
  /** Whether the line and column are those of the key or of its value (the default). */
  at?: 'key' | 'value';
  /** Where it stands in the text, if the path does not lead there. */
  offset?: number;
}

/** The plan is wrong. Its message is all that a person needs; the stack says nothing more. */
export class PlanError extends ConfigError {
  override name = 'PlanError';
}

/** `"7 dais" is not …`: a value as it stands in the plan, cut if it is long. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** `backups[0].tiers[1].keep` */
export function pathText(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
}

/** The parsed file, to look up where a path stands. */
export interface PlanSource {
  file: string;
  document: Document;
  lines: LineCounter;
}

/** One message for all mistakes, in the order of the file. */
export function planError(mistakes: readonly Mistake[], source: PlanSource): PlanError {
  const found = mistakes
    .map(({ path, message, at, offset }) => {
      const position = offset ?? offsetOf(source.document, path, at ?? 'value');
      const { line, col } = source.lines.linePos(position);
      const place = path.length > 0 ? `${pathText(path)}: ` : '';
      return { line, col, text: `${source.file}:${line}:${col} ${place}${message}` };
    })
    .sort((a, b) => a.line - b.line || a.col - b.col);
  return new PlanError([...new Set(found.map(({ text }) => text))].join('\n'));
}

/** Where a path stands; where its nearest parent does, if it is missing. */
function offsetOf(document: Document, path: Path, at: 'key' | 'value'): number {
  let node = resolved(document, document.contents);
  let offset = startOf(node) ?? 0;
  for (const [index, step] of path.entries()) {
    const found = stepInto(node, step);
    if (!found) return offset;
    const wanted = at === 'key' && index === path.length - 1 ? found.key : found.value;
    offset = startOf(wanted) ?? startOf(found.key) ?? offset;
    node = resolved(document, found.value);
  }
  return offset;
}

interface Found {
  key?: Node;
  value: Node | null;
}

function stepInto(node: Node | null | undefined, step: string | number): Found | undefined {
  if (isSeq(node) && typeof step === 'number') {
    const item = node.items[step] as Node | undefined;
    return item && { value: item };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
  return pair && { key: pair.key as Node, value: pair.value as Node | null };
}

const resolved = (document: Document, node: Node | null | undefined) =>
  isAlias(node) ? node.resolve(document) : node;

const startOf = (node: Node | null | undefined): number | undefined => node?.range?.[0];
