/** A site as its visitors see it, whatever befalls a run; and that the harness would see it if it broke. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { S3Client, S3Request, WholeAnswer } from '../../shared/aws/s3/client.ts';
import type { Tools } from '../../shared/tools.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { type Finder, finderOf } from './finder.ts';
import { casesOf, outline, type Result, runCase } from './harness.ts';
import type { AllClients } from './invocation.ts';
import { scenarios } from './scenarios/all.ts';
import { findings } from './table.ts';
import { type RawClients, rawClients } from './world.ts';

let sandbox: Sandbox;
let clients: RawClients;
let found: Finder;

beforeAll(async () => {
  sandbox = await startSandbox();
  clients = rawClients(sandbox);
  found = finderOf(clients);
});

afterAll(() => sandbox.close());

test('every page has what it needs at every moment, wherever a run is cut off, and the next run finishes', async () => {
  const scenario = scenarios.find(({ name }) => name === 'sync-assets/second');
  if (!scenario) throw new Error('The scenario has another name');
  const seen = await outline(clients, scenario, 'simpledb', 1);
  const cases = casesOf({ scenario, store: 'simpledb', seed: 1 }, seen, 'all');
  const crashes = cases.filter(({ fault }) => fault.kind.startsWith('crash-'));
  expect(crashes).toHaveLength(2 * seen.calls.length);
  const results: Result[] = [];
  for (const one of crashes) results.push(await runCase(clients, one));
  expect(findings(results)).toBe('');
});

/** What the client answers instead; undefined: what S3 does. */
type Meddle = (request: S3Request, send: S3Client['send']) => Promise<WholeAnswer> | WholeAnswer;

const meddling =
  (meddle: Meddle) =>
  ({ connect }: Tools<AllClients>): Partial<Tools<AllClients>> => ({
    connect: (region) => {
      const sound = connect(region);
      const send: S3Client['send'] = (request) => sound.s3.send(request);
      const meddled = async (request: S3Request) => meddle(request, send);
      const s3 = new Proxy(sound.s3, {
        get: (target, name) => (name === 'send' ? meddled : ofTarget(target, name)),
      });
      return { ...sound, s3 };
    },
  });

/** Its private fields are not the proxy's. */
function ofTarget(target: S3Client, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name, target);
  return typeof value === 'function' ? value.bind(target) : value;
}

const isPut = ({ method, headers = {} }: S3Request): boolean =>
  method === 'PUT' && headers['x-amz-copy-source'] === undefined;

describe('it is found', () => {
  test('that a page comes before its script', async () => {
    const spoil = meddling((request, send) => {
      if (!isPut(request) || !request.key?.includes('assets/app-')) return send(request);
      const etag = createHash('md5')
        .update(request.body ?? '')
        .digest('hex');
      return { status: 200, headers: { etag: `"${etag}"` }, body: Buffer.alloc(0) };
    });
    expect(await found('sync-assets/second', 'none', spoil)).toMatch(/index\.html .* which is not there/);
  });

  test('that a page is deleted while another leads there', async () => {
    const spoil = meddling(async (request, send) => {
      const isFirst = isPut(request) && request.key?.includes('/assets/');
      if (isFirst) await send({ method: 'DELETE', bucket: request.bucket, key: 'www/news.html' });
      return send(request);
    });
    expect(await found('sync-assets/second', 'none', spoil)).toContain('news.html was deleted while');
  });

  test('that a change is told to nobody', async () => {
    const spoil = ({ connect }: Tools<AllClients>): Partial<Tools<AllClients>> => ({
      connect: (region) => ({
        ...connect(region),
        eventBridge: async () =>
          ({ send: async () => ({ FailedEntryCount: 0, Entries: [{ EventId: 'none' }] }) }) as never,
      }),
    });
    expect(await found('sync-assets/second', 'none', spoil)).toContain('was changed, and no event said so');
  });

  test('that a dead run’s changes are told to nobody, for want of its journal', async () => {
    const spoil = meddling((request, send) => {
      if (!isPut(request) || !request.key?.endsWith('lock.json')) return send(request);
      const journal = JSON.parse(Buffer.from(request.body ?? '{}').toString()) as object;
      const changes = { added: [], changed: [], deleted: [] };
      const body = Buffer.from(JSON.stringify({ ...journal, changes }));
      const md5 = createHash('md5').update(body).digest('base64');
      return send({ ...request, body, headers: { ...request.headers, 'Content-MD5': md5 } });
    });
    expect(await found('sync-assets/second', 'crash-after s3 PutObject', spoil)).toContain(
      'was changed, and no event said so',
    );
  });

  test('that what is another’s is deleted', async () => {
    const spoil = meddling(async (request, send) => {
      const isDeletion = request.method === 'POST' && request.query?.['delete'] !== undefined;
      if (isDeletion) await send({ method: 'DELETE', bucket: request.bucket, key: 'www/private/notes.html' });
      return send(request);
    });
    expect(await found('sync-assets/second', 'none', spoil)).toContain("which is not the site's");
  });
});
