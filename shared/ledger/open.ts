/** Opens the ledger that the options name. The deployed bundle has one of the two stores in its place. */
import type { Ledger } from './ledger.ts';
import type { OpenLedgerOptions } from './ledger-options.ts';
import { openLedger as openDynamoDb } from './open-dynamodb.ts';
import { openLedger as openSimpleDb } from './open-simpledb.ts';

export function openLedger(options: OpenLedgerOptions): Ledger {
  return options.ledger === 'dynamodb' ? openDynamoDb(options) : openSimpleDb(options);
}
