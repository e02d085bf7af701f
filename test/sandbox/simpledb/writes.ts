import { checkCondition, readCondition } from './condition.ts';
import { SimpleDbError } from './errors.ts';
import {
  type DeleteParameter,
  deletions,
  domainName,
  type Fields,
  itemName,
  items,
  type PairParameter,
  pairs,
} from './parameters.ts';
import type { Attributes, Item, Store } from './store.ts';

/** SDB_API_PutAttributes.html. */
export function putAttributes(store: Store, fields: Fields): void {
  const domain = store.domain(domainName(fields));
  const name = itemName(fields);
  const put = pairs(fields, name);
  const condition = readCondition(fields);
  if (condition !== undefined) checkCondition(condition, domain.get(name));
  domain.write(new Map([[name, withPairs(domain.get(name), put)]]));
}

/** SDB_API_BatchPutAttributes.html: all of it or nothing. */
export function batchPutAttributes(store: Store, fields: Fields): void {
  const domain = store.domain(domainName(fields));
  refuseCondition(fields, 'BatchPutAttributes');
  const batch = items(fields).map(({ name, fields: item }) => ({
    name,
    put: pairs(item, name),
  }));
  domain.write(new Map(batch.map(({ name, put }) => [name, withPairs(domain.get(name), put)])));
}

/** SDB_API_DeleteAttributes.html. What does not exist is no error, unless a condition asks for it. */
export function deleteAttributes(store: Store, fields: Fields): void {
  const domain = store.domain(domainName(fields));
  const name = itemName(fields);
  const gone = deletions(fields, name);
  const condition = readCondition(fields);
  if (condition !== undefined) checkCondition(condition, domain.get(name));
  domain.write(new Map([[name, withoutPairs(domain.get(name), gone)]]));
}

/** SDB_API_BatchDeleteAttributes.html. */
export function batchDeleteAttributes(store: Store, fields: Fields): void {
  const domain = store.domain(domainName(fields));
  refuseCondition(fields, 'BatchDeleteAttributes');
  const batch = items(fields).map(({ name, fields: item }) => ({
    name,
    gone: deletions(item, name),
  }));
  domain.write(new Map(batch.map(({ name, gone }) => [name, withoutPairs(domain.get(name), gone)])));
}

/** An attribute with `replace` loses what it had before the call; pairs are a set, so that one put twice is one. */
function withPairs(item: Item | undefined, put: PairParameter[]): Attributes {
  const attributes = new Map(item?.attributes);
  for (const { name } of put.filter(({ replace }) => replace)) attributes.delete(name);
  for (const { name, value } of put) {
    const values = attributes.get(name) ?? [];
    if (!values.includes(value)) attributes.set(name, [...values, value]);
  }
  return attributes;
}

function withoutPairs(item: Item | undefined, gone: DeleteParameter[]): Attributes {
  if (gone.length === 0) return new Map();
  const attributes = new Map(item?.attributes);
  for (const { name, value } of gone) {
    const left = value === undefined ? [] : (attributes.get(name) ?? []).filter((other) => other !== value);
    if (left.length > 0) attributes.set(name, left);
    else attributes.delete(name);
  }
  return attributes;
}

/** Batches take no conditions; a client that gives one and is not refused would believe that it holds. */
function refuseCondition(fields: Fields, action: string): void {
  if (![...fields.keys()].some((name) => name.startsWith('Expected'))) return;
  throw new SimpleDbError('InvalidParameterCombination', `${action} does not support conditions.`);
}
