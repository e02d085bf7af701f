import { invalidValue, SimpleDbError } from './errors.ts';
import {
  type Comparison,
  type LikePattern,
  type Operand,
  type Order,
  type Output,
  type Predicate,
  type SelectExpression,
  type Test,
  testsOf,
} from './expression.ts';
import { checkOrder } from './sort-rule.ts';
import { badSyntax, type Token, tokenize } from './tokenizer.ts';

// "Select Quoting Rules" (QuotingRulesSelect.html).
const RESERVED = new Set(
  'or and not from where select like null is order by asc desc in between intersection limit every'.split(
    ' ',
  ),
);
const COMPARISONS = new Set<string>(['=', '!=', '<', '<=', '>', '>=']);

// "Limits" (SDBLimits.html).
const MAX_LIMIT = 2500;
const MAX_OUTPUT_ATTRIBUTES = 256;
const MAX_COMPARISONS = 20;

/**
 * Parses a Select expression (UsingSelect.html), by recursive descent. What the guide does not describe
 * is refused, so that a client that leans on it fails here first.
 */
export function parseSelect(expression: string): SelectExpression {
  const reader = new Reader(tokenize(expression));
  reader.expectWord('select');
  const output = parseOutput(reader);
  reader.expectWord('from');
  const domain = reader.expectName('a domain');
  const where = reader.takeWord('where') ? parsePredicate(reader) : undefined;
  const orderBy = parseOrder(reader);
  const limit = parseLimit(reader, output);
  if (reader.peek().kind !== 'end') throw reader.unexpected('the end');
  checkComparisons(where);
  checkOrder(where, orderBy);
  return { output, domain, where, orderBy, limit };
}

/** The tokens that are left. */
class Reader {
  readonly #tokens: Token[];
  #next = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  peek(ahead = 0): Token {
    // The last token is `end`, and nothing goes past it.
    return this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)] as Token;
  }

  take(): Token {
    const token = this.peek();
    this.#next += 1;
    return token;
  }

  isWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'word' && token.text.toLowerCase() === word;
  }

  isSymbol(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && token.text === symbol;
  }

  takeWord(word: string): boolean {
    const found = this.isWord(word);
    if (found) this.#next += 1;
    return found;
  }

  takeSymbol(symbol: string): boolean {
    const found = this.isSymbol(symbol);
    if (found) this.#next += 1;
    return found;
  }

  expectWord(word: string): void {
    if (!this.takeWord(word)) throw this.unexpected(word);
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.unexpected(symbol);
  }

  expectName(what: string): string {
    const token = this.peek();
    const reserved = token.kind === 'word' && RESERVED.has(token.text.toLowerCase());
    if ((token.kind !== 'word' && token.kind !== 'name') || reserved) throw this.unexpected(what);
    return this.take().text;
  }

  expectValue(): string {
    if (this.peek().kind !== 'value') throw this.unexpected('a quoted value');
    return this.take().text;
  }

  /** `word()`, as in `itemName()`. */
  takeCall(word: string): boolean {
    const found = this.isWord(word) && this.isSymbol('(', 1) && this.isSymbol(')', 2);
    if (found) this.#next += 3;
    return found;
  }

  unexpected(expected: string): SimpleDbError {
    const { text, at } = this.peek();
    return badSyntax(`expected ${expected} and found ${text}`, at);
  }
}

function parseOutput(reader: Reader): Output {
  if (reader.takeSymbol('*')) return { kind: 'all' };
  if (reader.takeCall('itemname')) return { kind: 'itemName' };
  if (reader.isWord('count') && reader.isSymbol('(', 1)) {
    reader.take();
    reader.expectSymbol('(');
    reader.expectSymbol('*');
    reader.expectSymbol(')');
    return { kind: 'count' };
  }
  const names = [reader.expectName('an attribute')];
  while (reader.takeSymbol(',')) names.push(reader.expectName('an attribute'));
  if (names.length > MAX_OUTPUT_ATTRIBUTES) {
    throw new SimpleDbError('TooManyRequestedAttributes', 'Too many attributes requested.');
  }
  return { kind: 'attributes', names };
}

/**
 * The guide gives no precedence. `and` before `or` is SQL's; `intersection` joins the item sets of whole
 * predicates (MultipleAttributeQueriesSelect.html) and so binds last. Parentheses decide for certain.
 */
function parsePredicate(reader: Reader): Predicate {
  return parseGroup(reader, 'intersection', (r1) =>
    parseGroup(r1, 'or', (r2) => parseGroup(r2, 'and', parseUnary)),
  );
}

function parseGroup(
  reader: Reader,
  kind: 'and' | 'or' | 'intersection',
  parsePart: (reader: Reader) => Predicate,
): Predicate {
  const first = parsePart(reader);
  const parts = [first];
  while (reader.takeWord(kind)) parts.push(parsePart(reader));
  return parts.length === 1 ? first : { kind, parts };
}

function parseUnary(reader: Reader): Predicate {
  if (reader.takeWord('not')) return { kind: 'not', part: parseUnary(reader) };
  if (reader.takeSymbol('(')) {
    const inner = parsePredicate(reader);
    reader.expectSymbol(')');
    return inner;
  }
  return parseTest(reader);
}

function parseTest(reader: Reader): Test {
  const operand = parseOperand(reader);
  const token = reader.peek();
  if (token.kind === 'symbol' && COMPARISONS.has(token.text)) {
    reader.take();
    return {
      kind: 'compare',
      operand,
      comparison: token.text as Comparison,
      value: reader.expectValue(),
    };
  }
  if (reader.takeWord('between')) {
    const low = reader.expectValue();
    reader.expectWord('and');
    return { kind: 'between', operand, low, high: reader.expectValue() };
  }
  if (reader.takeWord('in')) return { kind: 'in', operand, values: parseList(reader) };
  if (reader.takeWord('is')) return parseNull(reader, operand);
  const negated = reader.takeWord('not');
  if (!reader.takeWord('like')) throw reader.unexpected('a comparison operator');
  return { kind: 'like', operand, negated, pattern: parsePattern(reader) };
}

function parseOperand(reader: Reader): Operand {
  if (reader.takeCall('itemname')) return { kind: 'itemName' };
  if (!reader.takeWord('every')) {
    return {
      kind: 'attribute',
      name: reader.expectName('an attribute'),
      every: false,
    };
  }
  reader.expectSymbol('(');
  const name = reader.expectName('an attribute');
  reader.expectSymbol(')');
  return { kind: 'attribute', name, every: true };
}

function parseList(reader: Reader): string[] {
  reader.expectSymbol('(');
  const values = [reader.expectValue()];
  while (reader.takeSymbol(',')) values.push(reader.expectValue());
  reader.expectSymbol(')');
  return values;
}

function parseNull(reader: Reader, operand: Operand): Test {
  if (operand.kind === 'attribute' && operand.every) throw reader.unexpected('a comparison operator');
  const negated = reader.takeWord('not');
  reader.expectWord('null');
  return { kind: 'null', operand, negated };
}

// "Comparison Operators" (UsingSelectOperators.html): `%` at the ends only, a literal one written `\%`.
const PATTERN = /^(?<before>%)?(?<text>(?:\\%|[^%])*?)(?<after>(?<!\\)%)?$/s;

function parsePattern(reader: Reader): LikePattern {
  const { at } = reader.peek();
  const groups = PATTERN.exec(reader.expectValue())?.groups;
  if (groups === undefined) throw badSyntax('like takes % at the start and the end only', at);
  const text = (groups['text'] ?? '').replaceAll('\\%', '%');
  return {
    text,
    anyBefore: groups['before'] !== undefined,
    anyAfter: groups['after'] !== undefined,
  };
}

function parseOrder(reader: Reader): Order | undefined {
  if (!reader.takeWord('order')) return undefined;
  reader.expectWord('by');
  const by: Order['by'] = reader.takeCall('itemname')
    ? { kind: 'itemName' }
    : { kind: 'attribute', name: reader.expectName('an attribute') };
  const descending = reader.takeWord('desc');
  if (!descending) reader.takeWord('asc');
  return { by, descending };
}

/** `count(*)` is free of the maximum (CountingDataSelect.html). */
function parseLimit(reader: Reader, output: Output): number | undefined {
  if (!reader.takeWord('limit')) return undefined;
  if (reader.peek().kind !== 'number') throw reader.unexpected('a number');
  const { text } = reader.take();
  const limit = Number(text);
  if (limit < 1 || (limit > MAX_LIMIT && output.kind !== 'count')) {
    throw invalidValue(text, 'MaxNumberOfItems', `MaxNumberOfItems must be between 1 and ${MAX_LIMIT}.`);
  }
  return limit;
}

/** Every constant of an `in` counts: it is as many comparisons. */
function checkComparisons(where: Predicate | undefined): void {
  const tests = where === undefined ? [] : testsOf(where);
  const comparisons = tests.reduce((sum, test) => sum + (test.kind === 'in' ? test.values.length : 1), 0);
  if (comparisons > MAX_COMPARISONS) {
    throw new SimpleDbError(
      'InvalidNumberValueTests',
      'Too many value tests per predicate in the query expression.',
    );
  }
}
