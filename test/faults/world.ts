/** An account of its own for one case: empty, repeatable, at its own time. */
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Config } from '../../shared/config.ts';
import { ledgerTable } from '../../shared/ledger/dynamodb-table.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { openLedger } from '../../shared/ledger/open.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { ObjectHistory } from './look-objects.ts';
import { VirtualTime } from './virtual-time.ts';

export type Store = Config['ledger'];

export const owner = 'groundskeeper-faults';
export const region = 'us-east-1';
export const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Clients that know nothing of the functions, for seeding and looking. */
export interface RawClients {
  sandbox: Sandbox;
  ec2: EC2Client;
  dynamoDb: DynamoDBClient;
  s3: S3Client;
  /** What all processes under test send through. */
  wire: NodeHttpHandler;
}

export interface World extends RawClients {
  store: Store;
  time: VirtualTime;
  /** For seeding; what it wrote is read raw. */
  ledger: Ledger;
  history: ObjectHistory;
}

export function rawClients(sandbox: Sandbox): RawClients {
  const access = { region, credentials, endpoint: sandbox.url };
  return {
    sandbox,
    ec2: new EC2Client(access),
    dynamoDb: new DynamoDBClient(access),
    s3: new S3Client({ ...access, forcePathStyle: true }),
    wire: new NodeHttpHandler(),
  };
}

/** Empties the sandbox. `seed` makes the ids of what is created the same every time. */
export async function newWorld(clients: RawClients, store: Store, start: Date, seed: number): Promise<World> {
  const { sandbox, dynamoDb } = clients;
  await sandbox.reset();
  await fetch(`${sandbox.url}/moto-api/seed?a=${seed}`, { method: 'POST' });
  const time = new VirtualTime(start);
  sandbox.setTime(start);
  time.onMove((now) => sandbox.setTime(now));
  // The stack makes the table, the first write the domain.
  if (store === 'dynamodb') await dynamoDb.send(new CreateTableCommand({ TableName: owner, ...ledgerTable }));
  const ledger = openLedger({
    owner,
    ledger: store,
    clock: time.clockOf(() => true),
    aws: { region, credentials },
    endpoint: sandbox.url,
    onUnreadable: (key, why) => {
      throw new Error(`${key}: ${why}`);
    },
  });
  return { ...clients, store, time, ledger, history: new ObjectHistory(sandbox) };
}
