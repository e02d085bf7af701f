import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ClockedRetries } from './clocked-retries.ts';
import { dynamoDbLedger } from './dynamodb-ledger.ts';
import type { Ledger } from './ledger.ts';
import type { OpenLedgerOptions } from './ledger-options.ts';

export function openLedger({ owner, clock, onUnreadable, aws, endpoint }: OpenLedgerOptions): Ledger {
  const client = new DynamoDBClient({
    // As in SimpleDB: a lock or a row that cannot be written ends a run.
    retryStrategy: new ClockedRetries(9, clock),
    ...(aws?.region && { region: aws.region }),
    ...(aws?.credentials && { credentials: aws.credentials }),
    ...(aws?.requestHandler && { requestHandler: aws.requestHandler }),
    ...(endpoint && { endpoint }),
  });
  return dynamoDbLedger({ client, table: owner, clock, onUnreadable });
}
