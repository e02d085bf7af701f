/** A state in DynamoDB. */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { itemKey, toFields, toItem } from './dynamodb-items.ts';
import type { StoredState } from './ledger.ts';
import { type newState, readStoredState, stateKey } from './state.ts';

interface Place {
  client: DynamoDBClient;
  table: string;
}

/** As `Ledger.readState`. */
export async function readStateItem(
  { client, table }: Place,
  name: string,
): Promise<StoredState | undefined> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: table, Key: itemKey(table, stateKey(name)), ConsistentRead: true }),
  );
  return Item && readStoredState(name, toFields(Item));
}

/** As `Ledger.writeState`. */
export async function writeStateItem(
  { client, table }: Place,
  { key, fields }: ReturnType<typeof newState>,
  version: string | undefined,
): Promise<string | undefined> {
  const command = new PutItemCommand({
    TableName: table,
    Item: { ...itemKey(table, key), ...toItem(fields) },
    ...unchangedSince(version),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  try {
    await client.send(command);
    return fields.version;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    // The SDK writes again where an answer was lost: what stands then may be this write's own.
    return error.Item?.['version']?.S === fields.version ? fields.version : undefined;
  }
}

/** "key" is a reserved word. */
function unchangedSince(version: string | undefined): Partial<PutItemCommandInput> {
  if (version === undefined) {
    return { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': 'key' } };
  }
  return {
    ConditionExpression: 'version = :version',
    ExpressionAttributeValues: { ':version': { S: version } },
  };
}
