/**
 * What every store of the ledger promises (shared/ledger/ledger.ts), tried against the local AWS through
 * the store's own client. Each store's file says how to open it and how to reach beneath it.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { backupKinds } from '../../shared/backups/backup.ts';
import {
  type BackupRow,
  type LeaseRequest,
  type Ledger,
  type LedgerRow,
  rowKey,
} from '../../shared/ledger/ledger.ts';
import type { OpenLedgerOptions } from '../../shared/ledger/ledger-options.ts';
import { openLedger } from '../../shared/ledger/open.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Fault, Sandbox } from '../sandbox/types.ts';

export interface LedgerStore {
  ledger: OpenLedgerOptions['ledger'];
  /** The name of its service in the sandbox's calls. */
  service: string;
  /** How many rows make more than one page, and how long their sources have to be for that. */
  pages: { rows: number; sourceLength: number };
  /** The calls that take a lock, keep it, write a state, and write rows. */
  actions: { acquire: RegExp; renew: RegExp; writeState: RegExp; put: RegExp };
  /** What must exist before the first use. */
  prepare(url: string, owner: string): Promise<void>;
  /** Writes fields as they are, beneath the ledger. */
  writeRaw(url: string, owner: string, key: string, fields: Record<string, string>): Promise<void>;
}

const now = new Date('2026-11-21T12:00:00.000Z');
const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const slot = 'data/daily/2026-11-21T02:15:00Z';
const owner = 'groundskeeper-test';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

const request = (overrides: Partial<LeaseRequest> = {}): LeaseRequest => ({
  slot,
  holder: 'first',
  now,
  leaseSeconds: 45,
  expires: inSeconds(86_400),
  ...overrides,
});

function row(overrides: Partial<BackupRow> = {}): BackupRow {
  const made = {
    slot,
    source: 'vol-0a',
    backup: 'data',
    tier: 'daily',
    region: 'eu-west-1',
    expires: inSeconds(60).toISOString(),
  };
  const whole: BackupRow = { kind: 'snapshot', key: '', ...made, ...overrides };
  return { ...whole, key: overrides.key ?? rowKey(whole.slot, whole.source) };
}

async function gather<Row extends LedgerRow>(pages: AsyncIterable<Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}

const byKey = <Row extends { key: string }>(rows: Row[]) =>
  [...rows].sort((one, other) => (one.key < other.key ? -1 : 1));

export function ledgerSuite(store: LedgerStore): void {
  let sandbox: Sandbox;
  let ledger: Ledger;
  let unreadable: { key: string; why: string }[];

  const open = (options: Partial<OpenLedgerOptions> = {}) =>
    openLedger({
      ledger: store.ledger,
      owner,
      endpoint: sandbox.url,
      aws: { region: 'us-east-1', credentials },
      clock: { now: () => now, sleep: async () => {} },
      onUnreadable: (key, why) => unreadable.push({ key, why }),
      ...options,
    });
  const inject = (actions: RegExp, effect: Fault['effect']) =>
    sandbox.inject({ service: store.service, times: 1, when: ({ action }) => actions.test(action), effect });
  const calls = () => sandbox.calls.length;

  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  beforeEach(async () => {
    await sandbox.reset();
    unreadable = [];
    await store.prepare(sandbox.url, owner);
    ledger = open();
    await ledger.put([row({ slot: 'warm/up/2026-01-01T00:00:00Z' })]);
    await ledger.remove([row({ slot: 'warm/up/2026-01-01T00:00:00Z' }).key]);
  });
  afterAll(() => sandbox?.close());

  describe('lock of a slot', () => {
    test('is taken by one call, and held against others until its lease ends', async () => {
      const before = calls();
      expect(await ledger.acquire(request())).toEqual({ state: 'acquired' });
      expect(calls() - before).toBe(1);
      expect(await ledger.acquire(request({ holder: 'second', now: inSeconds(44) }))).toEqual({
        state: 'held',
        until: inSeconds(45),
      });
    });

    test('goes to exactly one of two who take it at once', async () => {
      for (let round = 0; round < 10; round++) {
        const at = `data/daily/2026-11-${10 + round}T02:15:00Z`;
        const leases = await Promise.all([
          ledger.acquire(request({ slot: at, holder: 'first' })),
          open().acquire(request({ slot: at, holder: 'second' })),
        ]);
        expect(leases.map(({ state }) => state).sort()).toEqual(['acquired', 'held']);
      }
    });

    test('goes to exactly one of five who take it over at once', async () => {
      await ledger.acquire(request());
      const takers = ['a', 'b', 'c', 'd', 'e'].map((holder) =>
        open().acquire(request({ holder, now: inSeconds(50) })),
      );
      const states = (await Promise.all(takers)).map(({ state }) => state);
      expect(states.sort()).toEqual(['acquired', 'held', 'held', 'held', 'held']);
    });

    test('is taken over once its lease has ended, at that very moment', async () => {
      await ledger.acquire(request());
      expect(await ledger.acquire(request({ holder: 'second', now: inSeconds(45) }))).toEqual({
        state: 'acquired',
      });
      expect(await ledger.acquire(request({ now: inSeconds(46) }))).toEqual({
        state: 'held',
        until: inSeconds(90),
      });
    });

    test('lets its own holder in again, with a new lease', async () => {
      await ledger.acquire(request());
      expect(await ledger.acquire(request({ now: inSeconds(30) }))).toEqual({ state: 'acquired' });
      expect(await ledger.peek(slot, inSeconds(60))).toEqual({ state: 'held', until: inSeconds(75) });
    });

    test('is done for good, also for its own holder', async () => {
      await ledger.acquire(request());
      await ledger.release(slot, 'first', 'done');
      for (const holder of ['first', 'second']) {
        expect(await ledger.acquire(request({ holder, now: inSeconds(1000) }))).toEqual({ state: 'done' });
      }
      expect(await ledger.peek(slot, inSeconds(1000))).toEqual({ state: 'done' });
      expect(await ledger.renew(slot, 'first', inSeconds(2000))).toBe(false);
    });

    test('is free at once for exactly one, after its holder let it go', async () => {
      await ledger.acquire(request());
      await ledger.release(slot, 'first', 'free');
      expect(await ledger.peek(slot, now)).toEqual({ state: 'acquired' });
      expect(await ledger.renew(slot, 'first', inSeconds(90))).toBe(false);
      const takers = ['second', 'third'].map((holder) => ledger.acquire(request({ holder })));
      expect((await Promise.all(takers)).map(({ state }) => state).sort()).toEqual(['acquired', 'held']);
    });

    test('is looked at without being taken', async () => {
      expect(await ledger.peek(slot, now)).toEqual({ state: 'acquired' });
      await ledger.acquire(request());
      expect(await ledger.peek(slot, now)).toEqual({ state: 'held', until: inSeconds(45) });
      expect(await ledger.peek(slot, inSeconds(45))).toEqual({ state: 'acquired' });
      expect(await ledger.acquire(request({ holder: 'second' }))).toMatchObject({ state: 'held' });
    });

    test('is renewed by its holder, and by no one else', async () => {
      await ledger.acquire(request());
      expect(await ledger.renew(slot, 'second', inSeconds(90))).toBe(false);
      expect(await ledger.renew(slot, 'first', inSeconds(90))).toBe(true);
      expect(await ledger.peek(slot, inSeconds(60))).toEqual({ state: 'held', until: inSeconds(90) });
    });

    test('that was lost is neither renewed nor released', async () => {
      await ledger.acquire(request());
      await ledger.acquire(request({ holder: 'second', now: inSeconds(50) }));
      expect(await ledger.renew(slot, 'first', inSeconds(120))).toBe(false);
      await ledger.release(slot, 'first', 'done');
      expect(await ledger.peek(slot, inSeconds(60))).toEqual({ state: 'held', until: inSeconds(95) });
      expect(await ledger.renew('data/daily/2026-01-01T00:00:00Z', 'first', inSeconds(90))).toBe(false);
    });

    test('of one slot says nothing of another', async () => {
      await ledger.acquire(request());
      expect(await ledger.peek('data/daily/2026-11-22T02:15:00Z', now)).toEqual({ state: 'acquired' });
    });

    test('that is unreadable is an error, not a free lock', async () => {
      await store.writeRaw(sandbox.url, owner, `lock/${slot}`, { kind: 'slot', expires: now.toISOString() });
      await expect(ledger.peek(slot, now)).rejects.toThrow(/lock of slot .* is unreadable/);
      await expect(ledger.acquire(request())).rejects.toThrow(/lock of slot .* is unreadable/);
    });
  });

  describe('state', () => {
    test('is none until it is written, and then what was written last', async () => {
      expect(await ledger.readState('web')).toBeUndefined();
      const first = await ledger.writeState('web', '{"out":1}', undefined);
      expect(await ledger.readState('web')).toEqual({ text: '{"out":1}', version: first });
      const second = await ledger.writeState('web', '{"in":2}', first);
      expect(await ledger.readState('web')).toEqual({ text: '{"in":2}', version: second });
      expect(second).not.toBe(first);
      expect(await ledger.readState('other')).toBeUndefined();
    });

    test('is not written by one who has read an older one, or none', async () => {
      const first = await ledger.writeState('web', 'first', undefined);
      const second = await ledger.writeState('web', 'second', first);
      for (const version of [undefined, first, 'none']) {
        expect(await ledger.writeState('web', 'third', version)).toBeUndefined();
      }
      expect(await ledger.readState('web')).toEqual({ text: 'second', version: second });
      expect(await ledger.writeState('other', 'first', second)).toBeUndefined();
      expect(await ledger.readState('other')).toBeUndefined();
    });

    test('is written by exactly one of three who have read the same one', async () => {
      let version: string | undefined;
      for (let round = 0; round < 5; round++) {
        const read = version;
        const versions = await Promise.all(
          ['a', 'b', 'c'].map((text) => open().writeState('web', text, read)),
        );
        const written = versions.filter((one) => one !== undefined);
        expect(written).toHaveLength(1);
        version = written[0];
        expect(await ledger.readState('web')).toMatchObject({ version });
      }
    });

    test('is no row: it is neither due nor listed, and no lock', async () => {
      await ledger.writeState('web', 'text', undefined);
      await ledger.put([row({ expires: now.toISOString() })]);
      for (const rows of [ledger.all(), ledger.due(inSeconds(86_400)), ledger.unresolved()]) {
        expect(await gather<LedgerRow>(rows)).toEqual([row({ expires: now.toISOString() })]);
      }
      expect(unreadable).toEqual([]);
      expect(await ledger.peek('web', now)).toEqual({ state: 'acquired' });
      await ledger.remove([row().key]);
      expect(await ledger.readState('web')).toMatchObject({ text: 'text' });
    });

    test('that is unreadable is an error, and not as if there were none', async () => {
      await store.writeRaw(sandbox.url, owner, 'state/web', { kind: 'state', version: '1' });
      await expect(ledger.readState('web')).rejects.toThrow(/state of web is unreadable/);
      expect(await ledger.writeState('web', 'text', undefined)).toBeUndefined();
    });

    test('keeps any text of up to 1,000 bytes, and no longer or empty one', async () => {
      const text = `'"&lt;]]>\\ é€😀${'ü'.repeat(480)}`.slice(0, 500);
      await ledger.writeState('web', text, undefined);
      expect(await ledger.readState('web')).toMatchObject({ text });
      await expect(ledger.writeState('other', 'ü'.repeat(501), undefined)).rejects.toThrow(/has 1002 bytes/);
      await expect(ledger.writeState('other', '', undefined)).rejects.toThrow(/has 0 bytes/);
    });
  });

  describe('a lost answer', () => {
    const effects: [string, Fault['effect']][] = [
      ['lost after the work', { kind: 'reset', executed: true }],
      ['lost before the work', { kind: 'reset', executed: false }],
      ['a server that is down', { kind: 'server-error' }],
      ['an error within', { kind: 'error', code: 'InternalError', status: 500 }],
    ];

    test.each(effects)('of taking a lock: %s; the lock is this holder’s', async (_what, effect) => {
      const fault = inject(store.actions.acquire, effect);
      expect(await ledger.acquire(request())).toEqual({ state: 'acquired' });
      expect(fault.hits).toBe(1);
      expect(await ledger.acquire(request({ holder: 'second' }))).toEqual({
        state: 'held',
        until: inSeconds(45),
      });
    });

    test.each(effects)('of taking a lock over: %s; the lock is this holder’s', async (_what, effect) => {
      await ledger.acquire(request({ holder: 'before' }));
      const fault = inject(store.actions.acquire, effect);
      expect(await ledger.acquire(request({ now: inSeconds(50) }))).toEqual({ state: 'acquired' });
      expect(fault.hits).toBe(1);
      expect(await ledger.renew(slot, 'first', inSeconds(120))).toBe(true);
    });

    test.each(effects)(
      'of taking a lock that is held: %s; it stays with the other',
      async (_what, effect) => {
        await ledger.acquire(request({ holder: 'before' }));
        inject(store.actions.acquire, effect);
        expect(await ledger.acquire(request())).toEqual({ state: 'held', until: inSeconds(45) });
      },
    );

    test.each(effects)('of a renewal and a release: %s; both hold', async (_what, effect) => {
      await ledger.acquire(request());
      inject(store.actions.renew, effect);
      expect(await ledger.renew(slot, 'first', inSeconds(90))).toBe(true);
      expect(await ledger.peek(slot, inSeconds(60))).toEqual({ state: 'held', until: inSeconds(90) });
      inject(store.actions.renew, effect);
      await ledger.release(slot, 'first', 'done');
      expect(await ledger.peek(slot, inSeconds(60))).toEqual({ state: 'done' });
    });

    test.each(effects)('of writing a state: %s; it is written, once', async (_what, effect) => {
      const faults = [inject(store.actions.writeState, effect)];
      const first = await ledger.writeState('web', 'first', undefined);
      expect(await ledger.readState('web')).toEqual({ text: 'first', version: first });
      faults.push(inject(store.actions.writeState, effect));
      const second = await ledger.writeState('web', 'second', first);
      expect(await ledger.readState('web')).toEqual({ text: 'second', version: second });
      expect(second).toBeDefined();
      expect(faults.map(({ hits }) => hits)).toEqual([1, 1]);
    });

    test.each(effects)(
      'of writing a state that another has written: %s; it is not written',
      async (_what, effect) => {
        await ledger.writeState('web', 'first', undefined);
        inject(store.actions.writeState, effect);
        expect(await ledger.writeState('web', 'second', undefined)).toBeUndefined();
        expect(await ledger.readState('web')).toMatchObject({ text: 'first' });
      },
    );

    test.each(effects)('of writing and removing rows: %s; both are repeated', async (_what, effect) => {
      inject(store.actions.put, effect);
      await ledger.put([row()]);
      expect(await gather(ledger.all())).toEqual([row()]);
      inject(store.actions.put, effect);
      await ledger.remove([row().key]);
      expect(await gather(ledger.all())).toEqual([]);
    });

    test('that was cut off after the work leaves a lock that the same holder enters again', async () => {
      const fault = inject(store.actions.acquire, { kind: 'hang', executed: true });
      const cutOff = ledger.acquire(request());
      cutOff.catch(() => {}); // abandoned: the process that waits for it is gone
      await fault.reached;
      fault.lift();
      const next = open();
      expect(await next.acquire(request({ holder: 'second' }))).toEqual({
        state: 'held',
        until: inSeconds(45),
      });
      expect(await next.acquire(request({ now: inSeconds(10) }))).toEqual({ state: 'acquired' });
    });
  });

  describe('rows', () => {
    test('come back as they were put, with a resource and without', async () => {
      const rows = [row({ resource: 'snap-1' }), row({ source: 'vol-0b' })];
      await ledger.put(rows);
      expect(byKey(await gather(ledger.all()))).toEqual(rows);
    });

    test('are replaced whole: a field that the new row lacks is gone', async () => {
      await ledger.put([row({ resource: 'snap-1' })]);
      await ledger.put([row({ expires: inSeconds(120).toISOString() })]);
      expect(await gather(ledger.all())).toEqual([row({ expires: inSeconds(120).toISOString() })]);
      expect(await gather(ledger.unresolved())).toHaveLength(1);
    });

    test('may be put and removed again and again', async () => {
      for (let time = 0; time < 2; time++) await ledger.put([row({ resource: 'snap-1' })]);
      expect(await gather(ledger.all())).toEqual([row({ resource: 'snap-1' })]);
      for (let time = 0; time < 2; time++) await ledger.remove([row().key, row().key, 'no/such/slot/row']);
      expect(await gather(ledger.all())).toEqual([]);
    });

    test('of one key twice, or of another slot, are an error of the caller, and none is written', async () => {
      await expect(ledger.put([row({ source: 'vol-0b' }), row(), row()])).rejects.toThrow(/given twice/);
      await expect(ledger.put([row({ key: 'other/vol-0a' })])).rejects.toThrow(/not of slot/);
      expect(await gather(ledger.all())).toEqual([]);
    });

    test('none at all are put and removed without a call', async () => {
      const before = calls();
      await ledger.put([]);
      await ledger.remove([]);
      expect(calls()).toBe(before);
    });

    test('that are due are found, of every kind, oldest first, at their very moment', async () => {
      const old = row({ source: 'vol-0b', expires: inSeconds(-86_400).toISOString(), resource: 'snap-1' });
      const due = row({ expires: now.toISOString() });
      const later = row({ source: 'vol-0c', expires: inSeconds(0.001).toISOString() });
      await ledger.put([later, due, old]);
      await ledger.acquire(request({ expires: inSeconds(-60) }));
      const lock = { kind: 'slot', key: `lock/${slot}`, expires: inSeconds(-60).toISOString() };
      expect(await gather(ledger.due(now))).toEqual([old, lock, due]);
    });

    test('without a resource are found until they have one', async () => {
      await ledger.put([row(), row({ source: 'vol-0b', resource: 'snap-1' })]);
      await ledger.acquire(request());
      expect(await gather(ledger.unresolved())).toEqual([row()]);
      await ledger.put([row({ resource: 'snap-2' })]);
      expect(await gather(ledger.unresolved())).toEqual([]);
    });

    test('say the kind and the region of every backup, a copy beside its original', async () => {
      const kinds = backupKinds.map((kind) => row({ kind, source: `of-${kind}`, resource: `${kind}/1` }));
      const copy = row({ key: rowKey(slot, 'vol-0a', 'us-west-2'), region: 'us-west-2', resource: 'snap-2' });
      const rows = [row({ resource: 'snap-1' }), copy, ...kinds];
      await ledger.put(rows);
      expect(byKey(await gather(ledger.all()))).toEqual(byKey(rows));
      await ledger.remove([copy.key]);
      expect(byKey(await gather(ledger.all()))).toEqual(byKey(rows.filter((kept) => kept !== copy)));
    });

    test('of backups only are in `all`; a lock goes by its key', async () => {
      await ledger.acquire(request());
      await ledger.put([row()]);
      expect(await gather(ledger.all())).toEqual([row()]);
      await ledger.remove([`lock/${slot}`]);
      expect(await ledger.peek(slot, now)).toEqual({ state: 'acquired' });
    });

    test('keep any text, and no text breaks out of a question', async () => {
      const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
      const nasty = fc.oneof(
        text,
        fc.constantFrom("'", '`', '"', "' or 'a' = 'a", '``', 'é€😀', '%', '&lt;', ']]>', '\\', ' '),
      );
      await fc.assert(
        fc.asyncProperty(nasty, nasty, nasty, async (name, source, id) => {
          const kept = row({ slot: `${name}/daily/t`, source, backup: name, resource: `snap-${id}` });
          await ledger.put([kept, row()]);
          const found = await gather(ledger.all());
          // Before it is judged: what a failure leaves would fail the smaller examples, too.
          await ledger.remove([kept.key]);
          expect(found).toContainEqual(kept);
          expect(found).toHaveLength(2);
          expect(await gather(ledger.all())).toEqual([row()]);
        }),
        { numRuns: 40 },
      );
    });
  });

  describe('many rows', () => {
    const { rows: count, sourceLength } = store.pages;
    const many = Array.from({ length: count }, (_, index) =>
      row({
        source: `vol-${String(index).padStart(sourceLength - 4, '0')}`,
        expires: inSeconds(-index).toISOString(),
        ...(index % 2 === 0 && { resource: `snap-${index}` }),
      }),
    );

    test('are written in batches of 25, read page by page, and removed', async () => {
      const before = calls();
      await ledger.put(many);
      expect(calls() - before).toBe(Math.ceil(count / 25));
      const pages: BackupRow[][] = [];
      for await (const page of ledger.all()) pages.push(page);
      expect(pages.length).toBeGreaterThan(1);
      expect(byKey(pages.flat())).toEqual(many);
      expect(await gather(ledger.due(now))).toEqual([...many].reverse());
      expect(await gather(ledger.unresolved())).toHaveLength(count / 2);
      await ledger.remove(many.map(({ key }) => key));
      expect(await gather(ledger.all())).toEqual([]);
    }, 120_000);
  });

  describe('what it cannot read', () => {
    const good = row({ expires: inSeconds(-60).toISOString() });
    const cases: [string, Record<string, string>][] = [
      ['no kind', { expires: inSeconds(-60).toISOString() }],
      ['a kind of a later version', { ...good, kind: 'vault' }],
      ['no source', { ...good, source: '' }],
      ['no region', { ...good, region: '' }],
      ['a time of another form', { ...good, expires: '2026-11-21' }],
    ];

    test.each(cases)(
      '%s: is reported and left, and the others are found',
      async (_what, { key: _key, ...fields }) => {
        const raw = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
        await store.writeRaw(sandbox.url, owner, `${slot}/broken`, raw);
        await ledger.put([good]);
        expect(await gather(ledger.due(now))).toEqual([good]);
        expect(unreadable).toEqual([{ key: `${slot}/broken`, why: expect.any(String) }]);
        expect(await gather(ledger.all())).toEqual([good]);
        expect(unreadable).toHaveLength(2);
      },
    );

    test('no time at all: is reported where all rows are read', async () => {
      await store.writeRaw(sandbox.url, owner, `${slot}/broken`, { kind: 'snapshot', backup: 'data' });
      expect(await gather(ledger.all())).toEqual([]);
      expect(unreadable).toEqual([{ key: `${slot}/broken`, why: 'it lacks tier, slot, source, region' }]);
    });
  });

  test('every read asks for strong consistency', async () => {
    await ledger.acquire(request());
    await ledger.acquire(request({ holder: 'second' }));
    await ledger.peek(slot, now);
    for (const read of [ledger.due(now), ledger.unresolved(), ledger.all()]) {
      await gather<LedgerRow>(read);
    }
    const reads = sandbox.calls.filter(({ action }) => /^(Get|Select|Query|Scan)/.test(action));
    expect(reads.length).toBeGreaterThanOrEqual(4);
    for (const { parameters } of reads) expect(String(parameters['ConsistentRead'])).toBe('true');
  });

  describe('an error of the store', () => {
    test('is thrown, never read as no rows and a free lock', async () => {
      const denied = { name: 'AccessDenied' };
      await ledger.put([row()]);
      const fault = sandbox.inject({
        service: store.service,
        effect: { kind: 'error', code: 'AccessDenied', status: 403 },
      });
      const reads = [ledger.due(now), ledger.unresolved(), ledger.all()];
      for (const read of reads) await expect(gather<LedgerRow>(read)).rejects.toMatchObject(denied);
      await expect(ledger.peek(slot, now)).rejects.toMatchObject(denied);
      await expect(ledger.acquire(request())).rejects.toMatchObject(denied);
      await expect(ledger.renew(slot, 'first', inSeconds(90))).rejects.toMatchObject(denied);
      await expect(ledger.put([row()])).rejects.toMatchObject(denied);
      await expect(ledger.remove([row().key])).rejects.toMatchObject(denied);
      fault.lift();
      expect(await gather(ledger.all())).toEqual([row()]);
    });

    test('that lasts ends in an error after a bounded number of attempts', async () => {
      sandbox.inject({ service: store.service, effect: { kind: 'reset', executed: false } });
      const before = calls();
      await expect(ledger.acquire(request())).rejects.toBeInstanceOf(Error);
      await expect(gather(ledger.all())).rejects.toBeInstanceOf(Error);
      expect(calls() - before).toBeLessThan(40);
    });
  });
}
