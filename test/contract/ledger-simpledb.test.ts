import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SimpleDbClient } from '../../shared/aws/simpledb/client.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { openLedger } from '../../shared/ledger/open-simpledb.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import { createSimpleDb, type SimpleDbOptions } from '../sandbox/simpledb/simpledb.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { ledgerSuite } from './ledger.suite.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const clientOf = (endpoint: string) => new SimpleDbClient({ endpoint, credentials });

const now = new Date('2026-11-21T12:00:00.000Z');
const row = {
  kind: 'snapshot',
  key: 'data/daily/t/vol-0a',
  backup: 'data',
  tier: 'daily',
  slot: 'data/daily/t',
  source: 'vol-0a',
  region: 'eu-west-1',
  expires: now.toISOString(),
} as const;

describe('the ledger in SimpleDB', () => {
  ledgerSuite({
    ledger: 'simpledb',
    service: 'simpledb',
    pages: { rows: 2_600, sourceLength: 12 }, // a Select answers 2,500 at most
    actions: {
      acquire: /^PutAttributes$/,
      renew: /^PutAttributes$/,
      writeState: /^PutAttributes$/,
      put: /^Batch/,
    },
    prepare: async () => {},
    async writeRaw(url, domain, item, fields) {
      const attributes = Object.entries(fields).map(([name, value]) => ({ name, value, replace: true }));
      await clientOf(url).putAttributes({ domain, item, attributes });
    },
  });

  describe('its domain', () => {
    const request = { slot: row.slot, holder: 'me', now, leaseSeconds: 45, expires: now };
    let sandbox: Sandbox;
    let ledger: Ledger;
    let waits: number[];
    const actions = () => sandbox.calls.map(({ action }) => action);

    beforeAll(async () => {
      sandbox = await startSandbox();
    });
    beforeEach(async () => {
      await sandbox.reset();
      waits = [];
      ledger = openLedger({
        ledger: 'simpledb',
        owner: 'groundskeeper-test',
        endpoint: sandbox.url,
        aws: { region: 'us-east-1', credentials },
        clock: {
          now: () => now,
          sleep: async (milliseconds) => {
            waits.push(milliseconds);
          },
        },
        onUnreadable: () => {},
      });
    });
    afterAll(() => sandbox?.close());

    test('is not created by reading or removing: without it the ledger is empty and every lock free', async () => {
      for (const read of [ledger.due(now), ledger.unresolved(), ledger.all()]) {
        for await (const rows of read) expect(rows).toEqual([]);
      }
      expect(await ledger.peek(row.slot, now)).toEqual({ state: 'acquired' });
      await ledger.remove([row.key]);
      expect(actions()).not.toContain('CreateDomain');
      expect(await clientOf(sandbox.url).listDomains()).toEqual([]);
    });

    test('is created by the first lock', async () => {
      expect(await ledger.acquire(request)).toEqual({ state: 'acquired' });
      expect(actions()).toEqual(['PutAttributes', 'CreateDomain', 'PutAttributes']);
    });

    test('is created by the first rows', async () => {
      await ledger.put([row]);
      expect(actions()).toEqual(['BatchPutAttributes', 'CreateDomain', 'BatchPutAttributes']);
    });

    test('is created once, and waited for, where not every call knows it yet', async () => {
      sandbox.inject({
        action: 'BatchPutAttributes',
        times: 4,
        effect: { kind: 'error', code: 'NoSuchDomain', status: 400 },
      });
      await ledger.put([row]);
      expect(actions().filter((action) => action === 'CreateDomain')).toHaveLength(1);
      expect(waits).toEqual([0, 500, 1_000, 2_000]);
    });

    test('that cannot be created is an error', async () => {
      sandbox.inject({
        action: 'CreateDomain',
        effect: { kind: 'error', code: 'NumberDomainsExceeded', status: 409 },
      });
      await expect(ledger.put([row])).rejects.toMatchObject({ name: 'NumberDomainsExceeded' });
    });
  });

  /** A ledger over SimpleDB's rules alone, in this process, since the local AWS does not show these. */
  function ledgerOver(options: SimpleDbOptions) {
    const simpleDb = createSimpleDb(options);
    return openLedger({
      ledger: 'simpledb',
      owner: 'groundskeeper-test',
      endpoint: 'http://simpledb.test',
      clock: { now: () => now, sleep: async () => {} },
      onUnreadable: () => {},
      aws: {
        credentials,
        requestHandler: {
          handle: async ({ body: rawBody }) => {
            const parameters = new URLSearchParams(rawBody);
            const request = { method: 'POST', path: '/', host: 'simpledb.test', parameters, rawBody };
            const { status: statusCode, body } = simpleDb.handle(request);
            return { response: { statusCode, headers: {}, body: Readable.from([Buffer.from(body)]) } };
          },
        },
      },
    });
  }

  test('goes on through pages that SimpleDB cut short, empty ones among them', async () => {
    const ledger = ledgerOver({ cutPages: (page) => [0, 3, 0, 0, 1][page % 5] });
    const rows = Array.from({ length: 40 }, (_, index) => {
      const source = `vol-${String(index).padStart(2, '0')}`;
      return { ...row, source, key: `${row.slot}/${source}` };
    });
    await ledger.put(rows);
    const sizes: number[] = [];
    for await (const page of ledger.due(now)) sizes.push(page.length);
    expect(sizes.slice(0, 5)).toEqual([3, 0, 0, 1, 0]);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(40);
  });

  test('sees its own last write where other reads would not', async () => {
    const ledger = ledgerOver({ staleReads: true });
    await ledger.put([row]);
    for await (const rows of ledger.all()) expect(rows).toEqual([row]);
    await ledger.acquire({ slot: row.slot, holder: 'me', now, leaseSeconds: 45, expires: now });
    expect(await ledger.peek(row.slot, now)).toMatchObject({ state: 'held' });
  });
});
