import { BatchWriteItemCommand, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { dynamoDbLedger } from '../../shared/ledger/dynamodb-ledger.ts';
import type { BackupRow } from '../../shared/ledger/ledger.ts';

const now = new Date('2026-11-21T12:00:00.000Z');
const row = (source: string): BackupRow => ({
  kind: 'snapshot',
  key: `data/daily/t/${source}`,
  backup: 'data',
  tier: 'daily',
  slot: 'data/daily/t',
  source,
  region: 'eu-west-1',
  expires: now.toISOString(),
});
const stored = (source: string) =>
  Object.fromEntries(Object.entries(row(source)).map(([name, S]) => [name, { S }]));

/** What DynamoDB does and the emulator does not: `answer` stands for it. */
function ledgerOver(answer: (command: unknown) => unknown) {
  const waits: number[] = [];
  const clock = {
    now: () => now,
    sleep: async (milliseconds: number) => {
      waits.push(milliseconds);
    },
  };
  const client = { send: async (command: unknown) => answer(command) } as unknown as DynamoDBClient;
  const ledger = dynamoDbLedger({ client, table: 'owner', clock, onUnreadable: () => {}, random: () => 0.5 });
  return { ledger, waits };
}

describe('the ledger in DynamoDB', () => {
  test('writes again what DynamoDB left over of a batch, after growing waits', async () => {
    const sizes: number[] = [];
    const { ledger, waits } = ledgerOver((command) => {
      if (!(command instanceof BatchWriteItemCommand)) throw new Error('another command');
      const requests = command.input.RequestItems?.['owner'] ?? [];
      sizes.push(requests.length);
      const left = requests.slice(10);
      return { UnprocessedItems: left.length === 0 ? {} : { owner: left } };
    });
    await ledger.put(Array.from({ length: 30 }, (_, index) => row(`vol-${index}`)));
    expect(sizes).toEqual([25, 15, 5, 5]);
    expect(waits).toEqual([50, 100]);
  });

  test('fails, saying how much is left, if DynamoDB takes nothing', async () => {
    const { ledger, waits } = ledgerOver((command) => ({
      UnprocessedItems: (command as BatchWriteItemCommand).input.RequestItems,
    }));
    await expect(ledger.remove(['a', 'b'])).rejects.toThrow('owner left 2 rows unwritten after 10 attempts');
    expect(waits).toHaveLength(9);
  });

  test('goes on through empty pages', async () => {
    const pages = [
      { Items: [], LastEvaluatedKey: { key: { S: '1' } } },
      { LastEvaluatedKey: { key: { S: '2' } } },
      { Items: [stored('vol-0a')] },
    ];
    const starts: unknown[] = [];
    const { ledger } = ledgerOver((command) => {
      if (!(command instanceof QueryCommand)) throw new Error('another command');
      starts.push(command.input.ExclusiveStartKey?.['key']?.S);
      return pages[starts.length - 1];
    });
    const seen: unknown[] = [];
    for await (const rows of ledger.due(now)) seen.push(rows);
    expect(seen).toEqual([[], [], [row('vol-0a')]]);
    expect(starts).toEqual([undefined, '1', '2']);
  });
});
