import { compareAmong } from './collation.ts';
import {
  type Comparison,
  type Group,
  isGroup,
  type LikePattern,
  type Predicate,
  type Test,
} from './expression.ts';
import type { Item } from './store.ts';

export type ItemTest = (item: Item) => boolean;
type ValueTest = (value: string) => boolean;

const NO_VALUES: readonly string[] = [];

/** Compiles a predicate, once a query, to a function of an item. */
export function compile(predicate: Predicate): ItemTest {
  if (isGroup(predicate)) return compileGroup(predicate);
  if (predicate.kind !== 'not') return compileTest(predicate);
  const part = compile(predicate.part);
  return (item) => !part(item);
}

function compileGroup({ kind, parts }: Group): ItemTest {
  if (kind === 'and') return compileAnd(parts);
  return kind === 'or' ? anyOf(parts.map(compile)) : allOf(parts.map(compile));
}

/**
 * Comparisons of one attribute that are joined by `and` are one predicate, and each value is judged by
 * itself against the whole of it: `Keyword = 'Book' and Keyword = 'Hardcover'` finds nothing, since no
 * value is both; `intersection` finds the items that have both.
 */
function compileAnd(parts: Predicate[]): ItemTest {
  const byAttribute = new Map<string, Predicate[]>();
  const others: ItemTest[] = [];
  for (const part of parts) {
    const attribute = soleAttribute(part);
    if (attribute === undefined) others.push(compile(part));
    else byAttribute.set(attribute, [...(byAttribute.get(attribute) ?? []), part]);
  }
  const grouped = [...byAttribute].map(([name, group]) =>
    someValue(name, valueTest({ kind: 'and', parts: group })),
  );
  return allOf([...grouped, ...others]);
}

/** The attribute whose single values decide the predicate, if there is just one. */
function soleAttribute(predicate: Predicate): string | undefined {
  if (isGroup(predicate)) {
    const [first, ...rest] = predicate.parts.map(soleAttribute);
    return predicate.kind !== 'intersection' && rest.every((name) => name === first) ? first : undefined;
  }
  if (predicate.kind === 'not' || predicate.kind === 'null') return undefined;
  const { operand } = predicate;
  return operand.kind === 'attribute' && !operand.every ? operand.name : undefined;
}

/** For predicates that have a `soleAttribute`. */
function valueTest(predicate: Predicate): ValueTest {
  if (isGroup(predicate)) {
    const tests = predicate.parts.map(valueTest);
    return predicate.kind === 'or'
      ? (value) => tests.some((test) => test(value))
      : (value) => tests.every((test) => test(value));
  }
  if (predicate.kind === 'not') throw new Error('not is a test of items');
  return constantTest(predicate);
}

function compileTest(test: Test): ItemTest {
  const { operand } = test;
  if (test.kind === 'null') {
    if (operand.kind === 'itemName') return () => test.negated;
    return (item) => item.attributes.has(operand.name) === test.negated;
  }
  const matches = constantTest(test);
  if (operand.kind === 'itemName') return (item) => matches(item.name);
  if (!operand.every) return someValue(operand.name, matches);
  return (item) => item.attributes.get(operand.name)?.every(matches) ?? false;
}

function constantTest(test: Test): ValueTest {
  switch (test.kind) {
    case 'compare':
      return comparisonTest(test.comparison, test.value);
    case 'between': {
      const { low, high } = test;
      const compare = compareAmong([low, high]);
      return (value) => compare(value, low) >= 0 && compare(value, high) <= 0;
    }
    case 'in': {
      const values = new Set(test.values);
      return (value) => values.has(value);
    }
    case 'like':
      return likeTest(test.pattern, test.negated);
    case 'null':
      throw new Error('is null has no constant');
  }
}

function comparisonTest(comparison: Comparison, constant: string): ValueTest {
  const compare = compareAmong([constant]);
  switch (comparison) {
    case '=':
      return (value) => value === constant;
    case '!=':
      return (value) => value !== constant;
    case '<':
      return (value) => compare(value, constant) < 0;
    case '<=':
      return (value) => compare(value, constant) <= 0;
    case '>':
      return (value) => compare(value, constant) > 0;
    case '>=':
      return (value) => compare(value, constant) >= 0;
  }
}

function likeTest({ text, anyBefore, anyAfter }: LikePattern, negated: boolean): ValueTest {
  if (anyBefore && anyAfter) return (value) => value.includes(text) !== negated;
  if (anyBefore) return (value) => value.endsWith(text) !== negated;
  if (anyAfter) return (value) => value.startsWith(text) !== negated;
  return (value) => (value === text) !== negated;
}

function someValue(name: string, matches: ValueTest): ItemTest {
  return (item) => (item.attributes.get(name) ?? NO_VALUES).some(matches);
}

function allOf(tests: ItemTest[]): ItemTest {
  return (item) => tests.every((test) => test(item));
}

function anyOf(tests: ItemTest[]): ItemTest {
  return (item) => tests.some((test) => test(item));
}
