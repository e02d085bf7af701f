import { createHash } from 'node:crypto';
import { SimpleDbError } from './errors.ts';
import { compile, type ItemTest } from './evaluator.ts';
import type { Order, Output, SelectExpression } from './expression.ts';
import type { Entry } from './sort-index.ts';
import type { Item, View } from './store.ts';
import { textElement } from './xml.ts';

/** How much a page may hold, on top of what the expression says. */
export interface PageRules {
  pageSize: number | undefined;
  /** The cut of this page, as after SimpleDB's 5 seconds; 0 answers an empty page. */
  cut: number | undefined;
}

/**
 * Where a page ended: the last item's sequence number, or its name and the value that it was sorted by.
 * Items that come or go between two pages neither repeat nor hide others.
 */
type Cursor = { sequence: number } | { key: string; name: string };

const DEFAULT_LIMIT = 100;
// "Maximum response size for Select: 1MB" (SDBLimits.html), with room for what is around the items.
const MAX_PAGE_BYTES = 1024 * 1024 - 1024;

/** Runs a parsed Select and returns the content of its `SelectResult`. */
export function select(
  query: SelectExpression,
  view: View,
  token: string | undefined,
  rules: PageRules,
): string {
  const after = token === undefined ? undefined : readToken(token, query);
  const matches: ItemTest = query.where === undefined ? () => true : compile(query.where);
  const candidates =
    query.orderBy === undefined ? inAge(view, matches, after) : inOrder(view, matches, query.orderBy, after);
  const page = takePage(candidates, query, rules);
  const last = page.taken.at(-1);
  const end = last === undefined ? after : cursorOf(last, query.orderBy);
  return page.xml + (page.more ? textElement('NextToken', writeToken(query, end)) : '');
}

function takePage(candidates: Iterable<Entry>, query: SelectExpression, rules: PageRules) {
  const capacity = pageCapacity(query, rules);
  const taken: Entry[] = [];
  const parts: string[] = [];
  let bytes = 0;
  // A page that was cut to nothing looks the same whether anything would have followed or not.
  let more = rules.cut === 0;
  for (const candidate of candidates) {
    const xml = query.output.kind === 'count' ? '' : itemXml(candidate.item, query.output);
    bytes += Buffer.byteLength(xml);
    more = taken.length >= capacity || (bytes > MAX_PAGE_BYTES && taken.length > 0);
    if (more) break;
    taken.push(candidate);
    parts.push(xml);
  }
  return {
    taken,
    more,
    xml: query.output.kind === 'count' ? countXml(taken.length) : parts.join(''),
  };
}

/** The default limit is not for `count(*)` (CountingDataSelect.html). */
function pageCapacity(query: SelectExpression, { pageSize, cut }: PageRules): number {
  const limit = query.limit ?? (query.output.kind === 'count' ? Number.POSITIVE_INFINITY : DEFAULT_LIMIT);
  return Math.min(limit, pageSize ?? limit, cut ?? limit);
}

/** The guide promises no order without `order by`; the age is one that no key follows. */
function* inAge(view: View, matches: ItemTest, after: Cursor | undefined): Iterable<Entry> {
  const start = after !== undefined && 'sequence' in after ? after.sequence : 0;
  for (const item of view.all()) {
    if (item.sequence > start && matches(item)) yield { item, key: '' };
  }
}

function* inOrder(view: View, matches: ItemTest, order: Order, after: Cursor | undefined): Iterable<Entry> {
  for (const entry of view.sorted(order).after(after !== undefined && 'key' in after ? after : undefined)) {
    if (matches(entry.item)) yield entry;
  }
}

function itemXml(item: Item, output: Output): string {
  const pairs = [...item.attributes]
    .filter(
      ([name]) => output.kind === 'all' || (output.kind === 'attributes' && output.names.includes(name)),
    )
    .flatMap(([name, values]) => values.map((value) => pairXml(name, value)));
  return `<Item>${textElement('Name', item.name)}${pairs.join('')}</Item>`;
}

/** One pair, as `GetAttributes` answers it too. */
export function pairXml(name: string, value: string): string {
  return `<Attribute>${textElement('Name', name)}${textElement('Value', value)}</Attribute>`;
}

/** "A single item called Domain with a Count attribute" (CountingDataSelect.html). */
function countXml(count: number): string {
  return `<Item><Name>Domain</Name>${pairXml('Count', String(count))}</Item>`;
}

function cursorOf({ item, key }: Entry, orderBy: Order | undefined): Cursor {
  return orderBy === undefined ? { sequence: item.sequence } : { key, name: item.name };
}

function writeToken(query: SelectExpression, after: Cursor | undefined): string {
  return Buffer.from(JSON.stringify({ of: fingerprint(query), after })).toString('base64url');
}

function readToken(token: string, query: SelectExpression): Cursor | undefined {
  const { of, after } = parseToken(token) ?? {};
  if (of !== fingerprint(query)) throw invalidToken();
  return after;
}

function parseToken(token: string): { of?: string; after?: Cursor } | null {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw invalidToken();
  }
}

function invalidToken(): SimpleDbError {
  return new SimpleDbError('InvalidNextToken', 'The specified next token is not valid.');
}

/** "Interchangeable as long as the where and order by clauses match" (CountingDataSelect.html): output and limit may differ. */
function fingerprint({ domain, where, orderBy }: SelectExpression): string {
  return createHash('sha256')
    .update(JSON.stringify([domain, where, orderBy]))
    .digest('base64url');
}
