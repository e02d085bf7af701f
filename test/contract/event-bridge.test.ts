/** Events of our own, as EventBridge takes and refuses them: whole calls by the local AWS, single entries by a server. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EventBridge, eventBridgeClient, putEvent } from '../../shared/aws/event-bridge.ts';
import { type FakeClock, fakeClock } from '../fakes.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';

const event = { source: 'groundskeeper', detailType: 'Assets Synced', detail: { site: 'www' } };

/** Gives up after a minute of waiting. */
function busAt(endpoint: string, clock: FakeClock): EventBridge {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = eventBridgeClient({ endpoint, region: 'us-east-1', credentials });
  const start = clock.now().getTime();
  const timeLeft = () => 60_000 - (clock.now().getTime() - start);
  return { eventBridge: async () => client, patience: { clock, random: () => 0, timeLeft } };
}

describe('an event', () => {
  let sandbox: Sandbox;
  let clock: FakeClock;
  let bus: EventBridge;

  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox.close());
  beforeEach(async () => {
    await sandbox.reset();
    clock = fakeClock();
    bus = busAt(sandbox.url, clock);
  });
  const details = () => sandbox.events.map(({ detail }) => detail);

  it('is on the bus as it was sent', async () => {
    await putEvent(bus, event);
    expect(sandbox.events).toMatchObject([
      { source: 'groundskeeper', 'detail-type': 'Assets Synced', detail: { site: 'www' } },
    ]);
  });

  it('is sent again, and later, where it is refused for its rate', async () => {
    sandbox.inject({ times: 2, effect: { kind: 'error', code: 'ThrottlingException' } });
    await putEvent(bus, event);
    expect(details()).toEqual([event.detail]);
    expect(clock.sleeps).toHaveLength(2);
  });

  it.each([
    ['whose answer was lost', { kind: 'reset', executed: true }, 2],
    ['that was lost', { kind: 'reset', executed: false }, 1],
    ['at which EventBridge broke', { kind: 'server-error' }, 1],
  ] as const)('%s is sent again', async (_, effect, times) => {
    sandbox.inject({ times: 1, effect });
    await putEvent(bus, event);
    expect(details()).toEqual(Array.from({ length: times }, () => event.detail));
  });

  it('is given up when the run has no time left', async () => {
    sandbox.inject({ effect: { kind: 'error', code: 'ThrottlingException' } });
    await expect(putEvent(bus, event)).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  // API reference, PutEvents: "The total entry size must be less than 256KB"
  it('that is too large is refused, and not sent twice', async () => {
    const detail = { keys: 'x'.repeat(256 * 1024) };
    await expect(putEvent(bus, { ...event, detail })).rejects.toMatchObject({ name: 'ValidationException' });
    expect(sandbox.calls).toHaveLength(1);
    expect(details()).toEqual([]);
  });

  it('that is refused by itself is no success', async () => {
    await expect(putEvent(bus, { ...event, source: '' })).rejects.toMatchObject({ name: 'InvalidArgument' });
    expect(sandbox.calls).toHaveLength(1);
  });
});

describe('where the call succeeds and its entry does not', () => {
  let server: Server;
  let answers: object[];
  let asked: number;

  beforeEach(async () => {
    answers = [];
    asked = 0;
    server = createServer((request, response) => {
      request.resume().on('end', () => {
        asked += 1;
        response.setHeader('Content-Type', 'application/x-amz-json-1.1');
        response.end(JSON.stringify(answers.shift()));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const put = () =>
    putEvent(busAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, fakeClock()), event);
  const refused = (ErrorCode: string) => ({
    FailedEntryCount: 1,
    Entries: [{ ErrorCode, ErrorMessage: 'it says why' }],
  });
  const taken = { FailedEntryCount: 0, Entries: [{ EventId: '1' }] };

  it.each([
    ['for its rate', refused('ThrottlingException')],
    ['by a mistake of AWS', refused('InternalFailure')],
    ['without a word of it', { FailedEntryCount: 1, Entries: [] }],
  ])('%s, it is sent again', async (_, answer) => {
    answers = [answer, taken];
    await put();
    expect(asked).toBe(2);
  });

  it('for good, it is told why', async () => {
    answers = [refused('NotAuthorizedForSourceException')];
    await expect(put()).rejects.toMatchObject({
      name: 'NotAuthorizedForSourceException',
      message: 'it says why',
    });
    expect(asked).toBe(1);
  });
});
