import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { describe } from 'vitest';
import { ledgerTable } from '../../shared/ledger/dynamodb-table.ts';
import { ledgerSuite } from './ledger.suite.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const clientOf = (endpoint: string) => new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });

async function hasTable(client: DynamoDBClient, TableName: string): Promise<boolean> {
  try {
    await client.send(new DescribeTableCommand({ TableName }));
    return true;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}

describe('the ledger in DynamoDB', () => {
  ledgerSuite({
    ledger: 'dynamodb',
    service: 'dynamodb',
    pages: { rows: 500, sourceLength: 900 }, // a Query answers 1 MB at most
    actions: {
      acquire: /^PutItem$/,
      renew: /^UpdateItem$/,
      writeState: /^PutItem$/,
      put: /^BatchWriteItem$/,
    },
    async prepare(url, TableName) {
      const client = clientOf(url);
      if (await hasTable(client, TableName)) return;
      await client.send(new CreateTableCommand({ TableName, ...ledgerTable }));
    },
    async writeRaw(url, TableName, key, fields) {
      const texts = Object.entries({ owner: TableName, key, ...fields }).map(([name, S]) => [name, { S }]);
      await clientOf(url).send(new PutItemCommand({ TableName, Item: Object.fromEntries(texts) }));
    },
  });
});
