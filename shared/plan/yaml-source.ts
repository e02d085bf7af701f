/** From text to values: YAML, without what would change on its way through the tools after us. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import { type Mistake, type Path, PlanError, type PlanSource, planError, quote } from './mistakes.ts';

/** A plan of a thousand tiers has a tenth of this. */
const mostBytes = 1_000_000;

/** What others would replace inside the text of a plan. */
const replaced = [
  { text: '${', by: 'Serverless takes for a variable of its own' },
  { text: '<aws.scheduler.', by: 'EventBridge Scheduler replaces in a job' },
] as const;

/**
 * Parses a plan's text.
 *
 * @throws PlanError naming what is not YAML, or not plain enough
 */
export function parsePlanText(text: string, file: string): { raw: unknown; source: PlanSource } {
  if (Buffer.byteLength(text) > mostBytes) {
    throw new PlanError(`${file}:1:1 is larger than 1 MB; expected a plan, which is far smaller`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const source = { file, document, lines };
  const mistakes = yamlMistakes(document);
  if (mistakes.length > 0) throw planError(mistakes, source);
  return { raw: valuesOf(source), source };
}

function valuesOf(source: PlanSource): unknown {
  try {
    return source.document.toJS() ?? {};
  } catch (cause) {
    // Aliases of aliases, over and over.
    if (!(cause instanceof ReferenceError)) throw cause;
    throw planError([{ path: [], offset: 0, message: `cannot be read: ${cause.message}` }], source);
  }
}

function yamlMistakes(document: Document): Mistake[] {
  const { errors, warnings, contents } = document;
  const found = [...errors, ...warnings].map(({ pos, message }) => ({
    path: [],
    offset: pos[0],
    message: `is not ${errors.length > 0 ? '' : 'plain '}YAML: ${message}`,
  }));
  return found.length > 0 ? found : nodeMistakes(contents, { path: [], above: [], document });
}

interface Place {
  path: Path;
  /** The nodes that it is in. */
  above: readonly Node[];
  document: Document;
}

function nodeMistakes(node: unknown, place: Place): Mistake[] {
  if (isAlias(node)) return aliasMistakes(node, place);
  if (isScalar(node)) return textMistakes(node.value, offsetOf(node), place.path);
  if (isSeq(node)) return node.items.flatMap((item, index) => nodeMistakes(item, inside(node, index, place)));
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }) => {
    const mistakes = keyMistakes(key, offsetOf(key) ?? offsetOf(node), place.path);
    if (mistakes.length > 0 || !isScalar(key)) return mistakes;
    return nodeMistakes(value, inside(node, String(key.value), place));
  });
}

const inside = (node: Node, step: string | number, { path, above, document }: Place): Place => ({
  path: [...path, step],
  above: [...above, node],
  document,
});

function aliasMistakes(alias: Alias, { path, above, document }: Place): Mistake[] {
  const name = quote(`*${alias.source}`);
  const target = alias.resolve(document);
  if (!target)
    return [mistakeAt(alias, path, `${name} names no anchor above it; expected "&${alias.source}"`)];
  if (!above.includes(target)) return [];
  return [mistakeAt(alias, path, `${name} is inside of what it stands for; expected the values themselves`)];
}

const mistakeAt = (node: unknown, path: Path, message: string): Mistake => ({
  path,
  message,
  ...placed(offsetOf(node)),
});

/** Keys that are not text become text later, and may then be equal to others. */
function keyMistakes(key: unknown, offset: number | undefined, path: Path): Mistake[] {
  const value = isScalar(key) ? key.value : undefined;
  if (typeof value !== 'string') {
    const what = isScalar(key) ? `the key ${quote(value)}` : 'a key here';
    const message = `${what} is not text; expected text, in quotes if it looks like a number or a switch`;
    return [{ path, message, ...placed(offset) }];
  }
  if (value === '__proto__') {
    return [{ path, message: '"__proto__" cannot be a key; expected another', ...placed(offset) }];
  }
  return textMistakes(value, offset, [...path, value]);
}

function textMistakes(value: unknown, offset: number | undefined, path: Path): Mistake[] {
  if (typeof value !== 'string') return [];
  return replaced
    .filter(({ text }) => value.includes(text))
    .map(({ text, by }) => ({
      path,
      message: `${quote(value)} has "${text}" in it, which ${by}; expected text without it`,
      ...placed(offset),
    }));
}

const placed = (offset: number | undefined) => (offset === undefined ? {} : { offset });

const offsetOf = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0];
