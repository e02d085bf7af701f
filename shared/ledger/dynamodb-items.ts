/** Rows as DynamoDB keeps them: items of texts. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Fields } from './row-fields.ts';

export type StoredItem = Record<string, AttributeValue>;

/** The table has one partition, of the owner's name, which is its own. */
export const itemKey = (table: string, key: string): StoredItem => ({ owner: { S: table }, key: { S: key } });

export function toItem(fields: Readonly<Record<string, string>>): StoredItem {
  return Object.fromEntries(Object.entries(fields).map(([name, S]) => [name, { S }]));
}

export function toFields(item: StoredItem): Fields {
  return Object.fromEntries(Object.entries(item).map(([name, { S }]) => [name, S]));
}
