/** The lock of a site against a local S3, whose clock is moved and whose answers get lost on their way. */
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { changesIn, type Journal, type Place, storeChanges } from '../../functions/sync-assets/journal.ts';
import { type FoundLock, HeldLock, LockLostError, readLock } from '../../functions/sync-assets/lock.ts';
import { s3Client } from '../../shared/aws/s3/client.ts';
import { deleteObject, putObject } from '../../shared/aws/s3/objects.ts';
import { lockKey } from '../../shared/sites/keys.ts';
import { type FakeClock, fakeClock } from '../fakes.ts';
import { type S3Server, startS3Server } from '../sandbox/s3/server.ts';

let server: S3Server;
let clock: FakeClock;
let where: Place;
/** The answers of the next requests with this method are lost. */
let lost: string[];

beforeEach(async () => {
  clock = fakeClock();
  lost = [];
  server = await startS3Server({ buckets: ['site'], now: () => clock.now() });
  const wire = new NodeHttpHandler();
  const handle: NodeHttpHandler['handle'] = async (request, options) => {
    const answer = await wire.handle(request, options);
    if (lost[0] !== request.method) return answer;
    lost.shift();
    throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  };
  const requestHandler = Object.assign(Object.create(wire) as NodeHttpHandler, { handle });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  where = {
    place: {
      s3: s3Client({ endpoint: server.url, region: 'us-east-1', credentials, requestHandler }),
      patience: { clock, random: () => 0, timeLeft: () => 900_000 },
    },
    bucket: 'site',
    prefix: 'blog/',
  };
});
afterEach(() => server.close());

const key = lockKey('blog/');
const journalOf = (run: string): Journal => ({
  run,
  site: 'www',
  release: 'v1',
  since: '2026-11-21T02:15:00.000Z',
  changes: { added: ['blog/a'], changed: [], deleted: [] },
});

const take = (run: string, found?: FoundLock) => HeldLock.take(where, clock, journalOf(run), found);
async function taken(run: string, found?: FoundLock): Promise<HeldLock> {
  const lock = await take(run, found);
  if (!lock) throw new Error(`${run} did not get the lock`);
  return lock;
}
async function standing(): Promise<FoundLock> {
  const found = await readLock(where);
  if (!found) throw new Error('there is no lock');
  return found;
}
const minutes = (count: number) => clock.sleep(count * 60_000);

describe('the lock of a site', () => {
  it('is one run’s, and says what that is about to change', async () => {
    await taken('first');
    expect(await take('second')).toBeUndefined();
    expect(await standing()).toMatchObject({ journal: journalOf('first'), isStale: false });
  });

  it('is renewed by a run whose own clock was set back', async () => {
    let back = 0;
    const own = { ...clock, now: () => new Date(clock.now().getTime() - back) };
    const lock = await HeldLock.take(where, own, journalOf('first'), undefined);
    back = 3_600_000;
    await minutes(4);
    await lock?.heartbeat();
    await minutes(4);
    expect(await standing()).toMatchObject({ isStale: false });
  });

  it('is gone once it is released, and free for the next', async () => {
    await (await taken('first')).release();
    expect(await readLock(where)).toBeUndefined();
    expect(await take('second')).toBeDefined();
  });

  it('lives as long as its run renews it, and is stale five minutes after', async () => {
    const lock = await taken('first');
    for (let minute = 0; minute < 10; minute += 1) {
      await minutes(1);
      await lock.heartbeat();
    }
    expect((await standing()).isStale).toBe(false);
    await minutes(5);
    expect((await standing()).isStale).toBe(false);
    await minutes(0.1);
    expect((await standing()).isStale).toBe(true);
  });

  it('is renewed once a minute, however many requests there are', async () => {
    const lock = await taken('first');
    server.forgetTraffic();
    await lock.heartbeat();
    expect(server.traffic.requests).toBe(0);
    await minutes(1);
    await Promise.all(Array.from({ length: 64 }, () => lock.heartbeat()));
    expect(server.traffic.byAction).toEqual({ PutObject: 1 });
  });

  it('is taken over by one of those that found it stale', async () => {
    await taken('dead');
    await minutes(6);
    const found = await standing();
    const both = await Promise.all([take('second', found), take('third', found)]);
    expect(both.filter((lock) => lock !== undefined)).toHaveLength(1);
  });

  it('is not taken by who found it stale if its run has ended in between', async () => {
    const slow = await taken('slow');
    await minutes(6);
    const found = await standing();
    await slow.release();
    expect(await take('second', found)).toBeUndefined();
    expect(await readLock(where)).toBeUndefined();
  });

  it('is not taken by who found it stale if its run has renewed it in between', async () => {
    const slow = await taken('slow');
    await minutes(6);
    const found = await standing();
    await slow.heartbeat();
    expect(await take('second', found)).toBeUndefined();
    expect(await standing()).toMatchObject({ journal: { run: 'slow' }, isStale: false });
  });

  it('tells its run that it was taken over, and is not deleted by that', async () => {
    const slow = await taken('slow');
    await minutes(6);
    await taken('second', await standing());
    await expect(slow.heartbeat()).rejects.toThrow(LockLostError);
    await expect(slow.abandon()).rejects.toThrow(LockLostError);
    await slow.release();
    expect((await standing()).journal.run).toBe('second');
  });

  it('need not be waited for once its run has given up', async () => {
    const lock = await taken('first');
    await lock.abandon();
    const found = await standing();
    expect(found.isStale).toBe(true);
    expect(found.journal.changes).toEqual(journalOf('first').changes);
    expect(await take('second', found)).toBeDefined();
  });

  test.each(['no JSON', '{"run":5}', ''])('is never taken for absent: %j', async (text) => {
    await putObject(where.place, { bucket: 'site', key }, Buffer.from(text));
    await expect(readLock(where)).rejects.toThrow(`s3://site/${key}`);
    expect(await take('second')).toBeUndefined();
  });
});

describe('after a lost answer', () => {
  it('a run finds that the lock is its own', async () => {
    lost = ['PUT'];
    const lock = await taken('first');
    await lock.release();
    expect(await readLock(where)).toBeUndefined();
  });

  it('a run finds that the lock is another’s', async () => {
    await taken('first');
    lost = ['PUT'];
    expect(await take('second')).toBeUndefined();
  });

  it('a run keeps the lock that it renewed', async () => {
    const lock = await taken('first');
    await minutes(1);
    lost = ['PUT'];
    await lock.heartbeat();
    await minutes(1);
    await lock.heartbeat();
    await lock.release();
    expect(await readLock(where)).toBeUndefined();
  });

  it('the lock is abandoned all the same', async () => {
    const lock = await taken('first');
    lost = ['PUT'];
    await lock.abandon();
    expect((await standing()).isStale).toBe(true);
  });

  it('a lock that is released is gone', async () => {
    const lock = await taken('first');
    lost = ['DELETE'];
    await lock.release();
    expect(await readLock(where)).toBeUndefined();
  });
});

describe('a list of changes', () => {
  const many = Array.from({ length: 5_000 }, (_, i) => `blog/a-page-with-a-name-of-its-own/${i}.html`);
  const changes = { added: many, changed: [], deleted: [] };

  it('is an object of its own where it is too long for an event', async () => {
    const stored = await storeChanges(changes, 'run-1', where);
    expect(stored).toEqual({ changesKey: 'blog/.groundskeeper/changes/run-1.json' });
  });

  it('that is gone, or cannot be read, is no empty list', async () => {
    const stored = (await storeChanges(changes, 'run-1', where)) as { changesKey: string };
    const journal = { ...journalOf('run-1'), changes: undefined, ...stored };
    expect(await changesIn(journal, where)).toEqual(changes);
    await putObject(where.place, { bucket: 'site', key: stored.changesKey }, Buffer.from('{'));
    await expect(changesIn(journal, where)).rejects.toThrow(stored.changesKey);
    await deleteObject(where.place, { bucket: 'site', key: stored.changesKey });
    expect(await changesIn(journal, where)).toBeUndefined();
  });
});
