import { SimpleDbError } from './errors.ts';

/**
 * `word` is an unquoted name or a keyword, `name` a name in backticks, `value` a constant in single or
 * double quotes.
 */
type TokenKind = 'word' | 'name' | 'value' | 'number' | 'symbol' | 'end';

export interface Token {
  kind: TokenKind;
  text: string;
  /** Where it starts in the expression. */
  at: number;
}

// "Select Quoting Rules" (QuotingRulesSelect.html): unquoted names have letters, digits, _ and $, and do
// not start with a digit; a quote inside quotes is doubled.
const TOKEN = new RegExp(
  [
    '(?<space>\\s+)',
    '(?<word>[A-Za-z_$][A-Za-z0-9_$]*)',
    '(?<number>[0-9]+(?![A-Za-z0-9_$.]))',
    '(?<quoted>\'(?:[^\']|\'\')*\'|"(?:[^"]|"")*"|`(?:[^`]|``)*`)',
    '(?<symbol>!=|<=|>=|[=<>(),*])',
  ].join('|'),
  'y',
);

/** Cuts a Select expression into tokens, the last of them `end`. */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < expression.length) {
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(expression)?.groups;
    if (groups === undefined)
      throw badSyntax(`unexpected ${JSON.stringify(expression.slice(at, at + 10))}`, at);
    const token = tokenOf(groups, at);
    if (token !== undefined) tokens.push(token);
    at = TOKEN.lastIndex;
  }
  tokens.push({ kind: 'end', text: 'the end', at });
  return tokens;
}

export function badSyntax(what: string, at: number): SimpleDbError {
  return new SimpleDbError(
    'InvalidQueryExpression',
    `The specified query expression syntax is not valid: ${what} at position ${at + 1}.`,
  );
}

function tokenOf(groups: Record<string, string | undefined>, at: number): Token | undefined {
  const { word, number, quoted, symbol } = groups;
  if (word !== undefined) return { kind: 'word', text: word, at };
  if (number !== undefined) return { kind: 'number', text: number, at };
  if (symbol !== undefined) return { kind: 'symbol', text: symbol, at };
  if (quoted === undefined) return undefined;
  const quote = quoted.charAt(0);
  const text = quoted.slice(1, -1).replaceAll(quote + quote, quote);
  return { kind: quote === '`' ? 'name' : 'value', text, at };
}
