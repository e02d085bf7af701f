import { missing, SimpleDbError } from './errors.ts';
import { type Fields, flag, groups } from './parameters.ts';
import type { Item } from './store.ts';

/**
 * What must hold of one attribute for a write to happen ("Performing a Conditional Put",
 * ConditionalPut.html); `value` undefined: that the attribute does not exist.
 */
export interface Condition {
  name: string;
  value: string | undefined;
}

/**
 * Reads `Expected.1.Name`, `Expected.1.Value`, `Expected.1.Exists`, or the same without the number. One
 * condition a request is all that SimpleDB takes.
 */
export function readCondition(fields: Fields): Condition | undefined {
  const single = new Map(
    [...fields].flatMap(([key, text]) => (/^Expected\.[A-Z]/.test(key) ? [[key.slice(9), text]] : [])),
  );
  const expected = [...groups(fields, 'Expected'), ...(single.size > 0 ? [single] : [])];
  const name = only(expected, 'Name', 'MultipleExpectedNames', 'Only one Expected.Name can be specified');
  only(expected, 'Value', 'MultipleExpectedValues', 'Only one Expected.Value can be specified');
  only(expected, 'Exists', 'MultipleExistsConditions', 'Only one Exists condition can be specified');
  const [condition] = expected;
  if (condition === undefined) return undefined;
  if (name === undefined) throw missing('Expected.Name');
  return {
    name,
    value: expectedValue(new Map(expected.flatMap((group) => [...group]))),
  };
}

/** @throws SimpleDbError if the item, as it is now, does not fulfil the condition */
export function checkCondition({ name, value }: Condition, item: Item | undefined): void {
  const [actual, ...more] = item?.attributes.get(name) ?? [];
  if (value === undefined) {
    if (actual === undefined) return;
    throw new SimpleDbError(
      'ConditionalCheckFailed',
      `Conditional check failed. Attribute (${name}) value exists.`,
    );
  }
  if (actual === undefined)
    throw new SimpleDbError('AttributeDoesNotExist', `Attribute (${name}) does not exist`);
  if (more.length > 0) {
    throw new SimpleDbError(
      'MultiValuedAttribute',
      `Attribute (${name}) is multi-valued. Conditional check can only be performed on a single-valued attribute`,
    );
  }
  if (actual !== value) {
    throw new SimpleDbError(
      'ConditionalCheckFailed',
      `Conditional check failed. Attribute (${name}) value is (${actual}) but was expected (${value})`,
    );
  }
}

function expectedValue(condition: Fields): string | undefined {
  const value = condition.get('Value');
  const exists = flag(condition, 'Exists') ?? true;
  if (!exists && value !== undefined) {
    throw new SimpleDbError(
      'ExistsAndExpectedValue',
      'Expected.Exists=false and Expected.Value cannot be specified together',
    );
  }
  if (exists && value === undefined) {
    throw new SimpleDbError(
      'IncompleteExpectedExpression',
      'If Expected.Exists=true or unspecified, then Expected.Value has to be specified',
    );
  }
  return value;
}

function only(
  expected: Fields[],
  field: string,
  code: 'MultipleExpectedNames' | 'MultipleExpectedValues' | 'MultipleExistsConditions',
  message: string,
): string | undefined {
  const found = expected.flatMap((group) => group.get(field) ?? []);
  if (found.length > 1) throw new SimpleDbError(code, message);
  return found[0];
}
