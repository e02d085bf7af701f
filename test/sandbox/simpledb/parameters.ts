import { invalidValue, missing, SimpleDbError } from './errors.ts';

/** Parameters by name; of a group, by the rest of the name. */
export type Fields = ReadonlyMap<string, string>;

export interface PairParameter {
  name: string;
  value: string;
  replace: boolean;
}

export interface DeleteParameter {
  name: string;
  /** Undefined: all values. */
  value: string | undefined;
}

// "Limits" (SDBLimits.html).
const MAX_BYTES = 1024;
const MAX_ATTRIBUTES = 256;
const MAX_ITEMS = 25;

const DOMAIN_NAME = /^[A-Za-z0-9_.-]{3,255}$/;

/** `Attribute.3.Name` is the field `Name` of the group 3 of `Attribute`; groups come in the order of their numbers. */
export function groups(fields: Fields, prefix: string): Fields[] {
  const byNumber = new Map<number, Map<string, string>>();
  const start = prefix.length + 1;
  for (const [name, value] of fields) {
    if (!name.startsWith(`${prefix}.`)) continue;
    const dot = name.indexOf('.', start);
    const number = Number(name.slice(start, dot));
    if (dot <= start || Number.isNaN(number)) continue;
    const group = byNumber.get(number) ?? new Map<string, string>();
    byNumber.set(number, group.set(name.slice(dot + 1), value));
  }
  return [...byNumber].sort(([a], [b]) => a - b).map(([, group]) => group);
}

export function domainName(fields: Fields): string {
  const name = fields.get('DomainName');
  if (name === undefined) throw missing('DomainName');
  if (!DOMAIN_NAME.test(name)) throw invalidValue(name, 'DomainName');
  return name;
}

export function itemName(fields: Fields): string {
  const name = fields.get('ItemName');
  if (name === undefined) throw missing('ItemName');
  if (name === '') throw invalidValue(name, 'ItemName', 'The empty string is an illegal item name.');
  return checkLength(name, 'ItemName');
}

/** `Item.1.ItemName`, …: each name once, 25 items at most. */
export function items(fields: Fields): { name: string; fields: Fields }[] {
  const found = groups(fields, 'Item').map((group) => ({
    name: itemName(group),
    fields: group,
  }));
  if (found.length === 0) throw missing('ItemName');
  if (found.length > MAX_ITEMS) {
    throw new SimpleDbError(
      'NumberSubmittedItemsExceeded',
      `Too many items in a single call. Up to ${MAX_ITEMS} items per call allowed.`,
    );
  }
  const seen = new Set<string>();
  for (const { name } of found) {
    if (seen.has(name))
      throw new SimpleDbError('DuplicateItemName', `Item ${name} was specified more than once.`);
    seen.add(name);
  }
  return found;
}

/** The pairs to put in one item: one at least, 256 at most. */
export function pairs(fields: Fields, item: string): PairParameter[] {
  if (fields.has('Replace')) {
    throw new SimpleDbError(
      'FeatureDeprecated',
      'The replace flag must be specified per attribute, not per item.',
    );
  }
  const found = attributeGroups(fields, item);
  if (found.length === 0) throw new SimpleDbError('MissingParameter', `No attributes for item ${item}.`);
  return found.map((group) => {
    const { name, value } = deletion(group);
    if (value === undefined) {
      throw new SimpleDbError('MissingParameter', `Attribute.Value missing for Attribute.Name="${name}".`);
    }
    return { name, value, replace: flag(group, 'Replace') ?? false };
  });
}

/** What to delete of one item; nothing means all of it. */
export function deletions(fields: Fields, item: string): DeleteParameter[] {
  return attributeGroups(fields, item).map(deletion);
}

/** `AttributeName.1`, or a single `AttributeName`. */
export function attributeNames(fields: Fields): Set<string> {
  const names = [...fields]
    .filter(([name]) => /^AttributeName(\.\d+)?$/.test(name))
    .map(([, value]) => value);
  if (names.length > MAX_ATTRIBUTES) {
    throw new SimpleDbError('TooManyRequestedAttributes', 'Too many attributes requested.');
  }
  return new Set(names);
}

/** A flag that is `true` or `false`; undefined if it is not given. */
export function flag(fields: Fields, parameter: string): boolean | undefined {
  const value = fields.get(parameter);
  if (value === undefined) return undefined;
  if (value === 'true' || value === 'false') return value === 'true';
  throw invalidValue(value, parameter, `The ${parameter} flag should be either true or false.`);
}

function attributeGroups(fields: Fields, item: string): Fields[] {
  const found = groups(fields, 'Attribute');
  if (found.length > MAX_ATTRIBUTES) {
    throw new SimpleDbError(
      'NumberSubmittedAttributesExceeded',
      `Too many attributes for item ${item} in a single call. Up to ${MAX_ATTRIBUTES} attributes per call allowed.`,
    );
  }
  return found;
}

function deletion(group: Fields): DeleteParameter {
  const name = group.get('Name');
  const value = group.get('Value');
  if (name === undefined) {
    throw new SimpleDbError(
      'MissingParameter',
      `Attribute.Name missing for Attribute.Value="${value ?? ''}".`,
    );
  }
  if (name === '') throw invalidValue(name, 'Name', 'The empty string is an illegal attribute name.');
  checkLength(name, 'Name');
  return {
    name,
    value: value === undefined ? undefined : checkLength(value, 'Value'),
  };
}

function checkLength(text: string, parameter: string): string {
  if (Buffer.byteLength(text) <= MAX_BYTES) return text;
  throw invalidValue(text, parameter, `Value exceeds maximum length of ${MAX_BYTES}.`);
}
