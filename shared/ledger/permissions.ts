/**
 * What each operation of the ledger calls, in either store. A function's `permissions.ts` names the
 * operations that it uses; its role gets the calls of the store that the plan has chosen.
 */
import type { Config } from '../config.ts';
import { arnHere, type Statement, theOwner } from '../plan/permissions.ts';
import { ledgerIndexes } from './dynamodb-table.ts';
import type { Ledger } from './ledger.ts';

export type LedgerOperation = keyof Ledger;

const simpleDbActions: Record<LedgerOperation, readonly string[]> = {
  // The domain is created on the first write that finds none.
  acquire: ['CreateDomain', 'GetAttributes', 'PutAttributes'],
  peek: ['GetAttributes'],
  renew: ['PutAttributes'],
  release: ['PutAttributes'],
  readState: ['GetAttributes'],
  writeState: ['CreateDomain', 'GetAttributes', 'PutAttributes'],
  put: ['CreateDomain', 'BatchPutAttributes'],
  remove: ['BatchDeleteAttributes'],
  due: ['Select'],
  unresolved: ['Select'],
  all: ['Select'],
};

const dynamoDbActions: Record<LedgerOperation, readonly string[]> = {
  acquire: ['PutItem'],
  peek: ['GetItem'],
  renew: ['UpdateItem'],
  release: ['UpdateItem'],
  readState: ['GetItem'],
  writeState: ['PutItem'],
  put: ['BatchWriteItem'],
  remove: ['BatchWriteItem'],
  due: ['Query'],
  unresolved: ['Query'],
  all: ['Query'],
};

/** Operations that read a secondary index, which has an ARN of its own. */
const indexesOf = (operations: readonly LedgerOperation[]): string[] =>
  Object.values(ledgerIndexes).filter((index) => operations.includes(index));

const unique = (actions: readonly string[]): string[] => [...new Set(actions)].sort();

/** The statement that lets a function use its owner's ledger for these operations, and no other ledger. */
export function ledgerStatement(ledger: Config['ledger'], operations: readonly LedgerOperation[]): Statement {
  if (ledger === 'simpledb') {
    return {
      actions: unique(operations.flatMap((operation) => simpleDbActions[operation])).map(
        (action) => `sdb:${action}`,
      ),
      resources: [arnHere('sdb', `domain/${theOwner}`)],
    };
  }
  const table = arnHere('dynamodb', `table/${theOwner}`);
  return {
    actions: unique(operations.flatMap((operation) => dynamoDbActions[operation])).map(
      (action) => `dynamodb:${action}`,
    ),
    resources: [table, ...indexesOf(operations).map((index) => `${table}/index/${index}`)],
  };
}
