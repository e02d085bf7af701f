/**
 * The ledger in a DynamoDB table (`dynamodb-table.ts`), which the stack creates. A table that is
 * missing is an error: nothing but the stack makes one.
 */
import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../clock.ts';
import { AutomationError } from '../errors.ts';
import { itemKey, type StoredItem, toFields, toItem } from './dynamodb-items.ts';
import { readStateItem, writeStateItem } from './dynamodb-state.ts';
import { ledgerIndexes } from './dynamodb-table.ts';
import type { BackupRow, Lease, LeaseRequest, Ledger, LedgerRow } from './ledger.ts';
import type { OnUnreadable } from './ledger-options.ts';
import { leaseOf, lockKey, nobody, readLock, takenLock } from './lock.ts';
import { checkRows, fieldsOf, isBackup, readable, readRow, type Unreadable } from './row-fields.ts';
import { isState, newState } from './state.ts';

export interface DynamoDbLedgerOptions {
  client: DynamoDBClient;
  /** Also the value of every row's `owner`. */
  table: string;
  clock: Clock;
  onUnreadable: OnUnreadable;
  /** From 0 up to 1; for tests. */
  random?: () => number;
}

/** The most that BatchWriteItem takes. */
const batchSize = 25;

/** How often DynamoDB is asked for what it left over of a batch; waits grow from 50 ms to 5 s. */
const batchAttempts = 10;

/** "key", "owner", "until" and others are reserved words, so every name stands behind a `#`. */
const lockNames = { '#holder': 'holder', '#until': 'until' };

export function dynamoDbLedger(options: DynamoDbLedgerOptions): Ledger {
  const { client, table, clock, onUnreadable, random = Math.random } = options;
  const keyOf = (key: string) => itemKey(table, key);

  async function writeBatches(requests: readonly WriteRequest[]): Promise<void> {
    for (let start = 0; start < requests.length; start += batchSize) {
      await writeBatch(requests.slice(start, start + batchSize));
    }
  }

  async function writeBatch(requests: WriteRequest[]): Promise<void> {
    let left = requests;
    for (let attempt = 1; ; attempt++) {
      const answer = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: left } }));
      left = answer.UnprocessedItems?.[table] ?? [];
      if (left.length === 0) return;
      if (attempt === batchAttempts) {
        throw new AutomationError(`${table} left ${left.length} rows unwritten after ${attempt} attempts`);
      }
      await clock.sleep(random() * Math.min(5_000, 50 * 2 ** attempt));
    }
  }

  /** Writes to this holder's lock; false if it is not this holder's. Safe to repeat, as the SDK does. */
  async function writeOwnLock(
    slot: string,
    owner: string,
    { holder, until }: { holder: string; until: string },
  ) {
    const command = new UpdateItemCommand({
      TableName: table,
      Key: keyOf(lockKey(slot)),
      UpdateExpression: 'SET #holder = :holder, #until = :until',
      ConditionExpression: '#holder = :owner',
      ExpressionAttributeNames: lockNames,
      ExpressionAttributeValues: { ':holder': { S: holder }, ':until': { S: until }, ':owner': { S: owner } },
    });
    try {
      await client.send(command);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  type Condition = Pick<QueryCommandInput, 'IndexName'> & { sorted?: string; name?: string; value?: string };

  async function* query({ IndexName, sorted, name, value }: Condition): AsyncGenerator<LedgerRow[]> {
    let ExclusiveStartKey: StoredItem | undefined;
    do {
      const command = new QueryCommand({
        TableName: table,
        IndexName,
        ConsistentRead: true,
        KeyConditionExpression: sorted ? `#owner = :owner AND ${sorted}` : '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner', ...(name && { '#sort': name }) },
        ExpressionAttributeValues: { ':owner': { S: table }, ...(value && { ':value': { S: value } }) },
        ExclusiveStartKey,
      });
      const page = await client.send(command);
      const rows = (page.Items ?? []).filter((item) => !isState(toFields(item)));
      yield readable(rows.map(toEntry), onUnreadable);
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
  }

  async function* queryBackups(condition: Condition): AsyncGenerator<BackupRow[]> {
    for await (const rows of query(condition)) yield rows.filter(isBackup);
  }

  return {
    async acquire(request: LeaseRequest): Promise<Lease> {
      const { slot, holder, now } = request;
      const { key, fields } = takenLock(request);
      const command = new PutItemCommand({
        TableName: table,
        Item: { ...keyOf(key), ...toItem(fields) },
        // "done" and "free" are not times, and as text they come after every time. Once it was
        // released a lock has no holder, so that its last one does not take it again once it is done.
        ConditionExpression:
          'attribute_not_exists(#key) OR #until <= :now OR #until = :free OR #holder = :holder',
        ExpressionAttributeNames: { '#key': 'key', ...lockNames },
        ExpressionAttributeValues: {
          ':now': { S: now.toISOString() },
          ':free': { S: 'free' },
          ':holder': { S: holder },
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      try {
        await client.send(command);
        return { state: 'acquired' };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return leaseOf(readLock(slot, toFields(error.Item ?? {})), now, holder);
      }
    },

    async peek(slot, now) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: keyOf(lockKey(slot)), ConsistentRead: true }),
      );
      return Item === undefined ? { state: 'acquired' } : leaseOf(readLock(slot, toFields(Item)), now);
    },

    renew: (slot, holder, until) => writeOwnLock(slot, holder, { holder, until: until.toISOString() }),

    async release(slot, holder, outcome) {
      await writeOwnLock(slot, holder, { holder: nobody, until: outcome });
    },

    readState: (name) => readStateItem({ client, table }, name),
    writeState: async (name, text, version) =>
      writeStateItem({ client, table }, newState(name, text), version),

    async put(rows) {
      checkRows(rows);
      await writeBatches(
        rows.map((row) => {
          const unresolved = row.resource === undefined ? { unresolved: row.key } : {};
          const Item = { ...keyOf(row.key), ...toItem({ ...fieldsOf(row), ...unresolved }) };
          return { PutRequest: { Item } };
        }),
      );
    },

    async remove(keys) {
      await writeBatches([...new Set(keys)].map((key) => ({ DeleteRequest: { Key: keyOf(key) } })));
    },

    due: (now) =>
      query({
        IndexName: ledgerIndexes.due,
        sorted: '#sort <= :value',
        name: 'expires',
        value: now.toISOString(),
      }),
    unresolved: () => queryBackups({ IndexName: ledgerIndexes.unresolved }),
    all: () => queryBackups({}),
  };
}

function toEntry(item: StoredItem): { key: string; row: LedgerRow | Unreadable } {
  const { owner: _owner, key = '', ...fields } = toFields(item);
  return { key, row: readRow(key, fields) };
}
