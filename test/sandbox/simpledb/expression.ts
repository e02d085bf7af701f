/** A Select expression, parsed. */
export interface SelectExpression {
  output: Output;
  domain: string;
  where: Predicate | undefined;
  orderBy: Order | undefined;
  limit: number | undefined;
}

export type Output =
  | { kind: 'all' }
  | { kind: 'itemName' }
  | { kind: 'count' }
  | { kind: 'attributes'; names: string[] };

export type Operand = { kind: 'attribute'; name: string; every: boolean } | { kind: 'itemName' };

export interface Order {
  by: { kind: 'attribute'; name: string } | { kind: 'itemName' };
  descending: boolean;
}

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

export type Test =
  | { kind: 'compare'; operand: Operand; comparison: Comparison; value: string }
  | { kind: 'like'; operand: Operand; negated: boolean; pattern: LikePattern }
  | { kind: 'between'; operand: Operand; low: string; high: string }
  | { kind: 'in'; operand: Operand; values: string[] }
  | { kind: 'null'; operand: Operand; negated: boolean };

/** `%` may stand at the start, the end, or both. */
export interface LikePattern {
  text: string;
  anyBefore: boolean;
  anyAfter: boolean;
}

export type Predicate = Test | Group | { kind: 'not'; part: Predicate };

export interface Group {
  kind: 'and' | 'or' | 'intersection';
  parts: Predicate[];
}

export function isGroup(predicate: Predicate): predicate is Group {
  return 'parts' in predicate;
}

/** All tests of a predicate, in order. */
export function testsOf(predicate: Predicate): Test[] {
  if (isGroup(predicate)) return predicate.parts.flatMap(testsOf);
  return predicate.kind === 'not' ? testsOf(predicate.part) : [predicate];
}
