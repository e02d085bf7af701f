import { SimpleDbError } from './errors.ts';
import { isGroup, type Order, type Predicate, type Test, testsOf } from './expression.ts';

/**
 * "The sort attribute must be present in at least one of the predicates of the expression. Because
 * returned results must contain the attribute on which you are sorting, do not use is null on the sort
 * attribute." (SortingDataSelect.html). The second sentence is taken at its word: an `or` must constrain
 * the attribute on either side, and a `not` constrains nothing, since its items may lack it.
 */
export function checkOrder(where: Predicate | undefined, orderBy: Order | undefined): void {
  if (orderBy === undefined) return;
  const { by } = orderBy;
  const constrained =
    where !== undefined && constrains(where, by) && !testsOf(where).some((test) => isNullTest(test, by));
  if (constrained) return;
  throw new SimpleDbError(
    'InvalidSortExpression',
    'The sort attribute must be present in at least one of the predicates, and the predicate cannot contain the is null operator.',
  );
}

function constrains(predicate: Predicate, by: Order['by']): boolean {
  if (isGroup(predicate)) {
    const constrained = predicate.parts.map((part) => constrains(part, by));
    return predicate.kind === 'or' ? constrained.every(Boolean) : constrained.some(Boolean);
  }
  return predicate.kind !== 'not' && isAbout(predicate, by);
}

function isNullTest(test: Test, by: Order['by']): boolean {
  return test.kind === 'null' && !test.negated && isAbout(test, by);
}

function isAbout({ operand }: Test, by: Order['by']): boolean {
  if (operand.kind === 'itemName' || by.kind === 'itemName') return operand.kind === by.kind;
  return operand.name === by.name;
}
