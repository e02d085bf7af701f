/** Each sample in events/ does, in an account that has what it speaks of, what its name says. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { InvocationContext } from '../../shared/entrypoint.ts';
import type { Report } from '../../shared/report.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { access, RawAccount } from './account.ts';
import { copyBackupsCases } from './event-cases/copy-backups.ts';
import { createImagesCases } from './event-cases/create-images.ts';
import { expireBackupsCases } from './event-cases/expire-backups.ts';
import { invalidateCdnCases } from './event-cases/invalidate-cdn.ts';
import { reconcileLedgerCases } from './event-cases/reconcile-ledger.ts';
import { scaleGroupCases } from './event-cases/scale-group.ts';
import type { Cases } from './event-cases/setting.ts';
import { syncAssetsCases } from './event-cases/sync-assets.ts';
import { takeDbSnapshotsCases } from './event-cases/take-db-snapshots.ts';
import { takeSnapshotsCases } from './event-cases/take-snapshots.ts';
import { functionNames } from './package.ts';

type Handler = (payload: unknown, context: InvocationContext) => Promise<Report>;

const owner = 'groundskeeper-events';
const folder = join(import.meta.dirname, '../../events');
const handlers = new Map<string, Handler>();
let sandbox: Sandbox;
let account: RawAccount;

beforeAll(async () => {
  sandbox = await startSandbox();
  account = new RawAccount(sandbox, owner);
  Object.assign(process.env, {
    GROUNDSKEEPER_OWNER: owner,
    GROUNDSKEEPER_LEDGER: 'simpledb',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    AWS_ENDPOINT_URL: sandbox.url,
    AWS_REGION: access.region,
    AWS_ACCESS_KEY_ID: access.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.credentials.secretAccessKey,
  });
  for (const name of functionNames) {
    const module = (await import(`../../functions/${name}/handler.ts`)) as { handler: Handler };
    handlers.set(name, module.handler);
  }
});

afterAll(() => sandbox?.close());

let volume: string;

beforeEach(async () => {
  await sandbox.reset();
  volume = await account.createVolume({ Backup: 'data' });
});

const sample = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));

async function start(name: string, payload: unknown): Promise<Report> {
  const handler = handlers.get(name);
  if (!handler) throw new Error(`${name} is no function`);
  return handler(payload, { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => 900_000 });
}

const run = (file: string): Promise<Report> => start(file.slice(0, file.indexOf('.')), sample(file));

const cases: Cases = {
  ...takeSnapshotsCases,
  ...takeDbSnapshotsCases,
  ...copyBackupsCases,
  ...createImagesCases,
  ...expireBackupsCases,
  ...reconcileLedgerCases,
  ...syncAssetsCases,
  ...invalidateCdnCases,
  ...scaleGroupCases,
};

it('every sample is tested here', () => {
  expect(Object.keys(cases).sort()).toEqual(readdirSync(folder).sort());
});

it.each(Object.entries(cases))('%s works as it is', (_, test) =>
  test({ sandbox, account, volume, sample, start, run }),
);
