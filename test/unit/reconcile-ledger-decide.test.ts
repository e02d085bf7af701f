import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  decideRow,
  type Entry,
  markOf,
  oldestSource,
  retentionChange,
} from '../../functions/reconcile-ledger/decide.ts';
import { NewestBackups } from '../../functions/reconcile-ledger/newest-backups.ts';
import type { Snapshot } from '../../shared/aws/ec2-snapshots.ts';
import type { BackupRow } from '../../shared/ledger/ledger.ts';
import { rowOf } from '../../shared/ledger/rows.ts';
import { tagKeys } from '../../shared/tags.ts';
import { anUnresolvedRow, aReconcileJob, aRow, aSnapshot, aVolume } from '../builders.ts';

const entryOf = (row: BackupRow): [string, Entry] => [row.key, { resource: row.resource, mark: markOf(row) }];
const ledgerOf = (...rows: BackupRow[]) => new Map(rows.map(entryOf));

describe('the row of a snapshot', () => {
  it('is recorded if the ledger lacks it', () => {
    expect(decideRow(aSnapshot(), ledgerOf())).toStrictEqual({
      kind: 'record',
      reason: 'not-in-ledger',
      row: aRow(),
    });
  });

  it('is kept if it says what the tags say', () => {
    expect(decideRow(aSnapshot(), ledgerOf(aRow()))).toStrictEqual({
      kind: 'keep',
      reason: 'agrees',
      row: aRow(),
    });
  });

  test.each<[string, BackupRow]>([
    ['has no id yet', anUnresolvedRow()],
    ['names another time', aRow({ expires: '2026-11-29T02:15:04.120Z' })],
    ['names another backup', aRow({ backup: 'other' })],
    ['names another tier', aRow({ tier: 'weekly' })],
    ['names another slot', aRow({ slot: 'data/daily/2026-11-20T02:15:00Z', key: aRow().key })],
    ['names another source', aRow({ source: 'vol-0000000b', key: aRow().key })],
  ])('is recorded if the one in the ledger %s', (_what, row) => {
    expect(decideRow(aSnapshot(), ledgerOf(row))).toStrictEqual({
      kind: 'record',
      reason: 'differs-from-tags',
      row: aRow(),
    });
  });

  test.each(Object.entries({ slot: tagKeys.slot, source: tagKeys.source, expires: tagKeys.expires }))(
    'is none if the tag for its %s cannot be read',
    (_name, key) => {
      const unreadable = { kind: 'keep', reason: 'unreadable-tags', row: undefined };
      expect(decideRow(aSnapshot({ tags: { [key]: '' } }), ledgerOf(aRow()))).toStrictEqual(unreadable);
      expect(decideRow(aSnapshot({ tags: { [key]: undefined } }), ledgerOf())).toStrictEqual(unreadable);
    },
  );

  it('has a key of its own beside another snapshot of the same slot and source', () => {
    const row = aRow({ key: `${aRow().key}/snap-2`, resource: 'snap-2' });
    const ledger = ledgerOf(aRow());
    expect(decideRow(aSnapshot({ id: 'snap-2' }), ledger)).toStrictEqual({
      kind: 'record',
      reason: 'not-in-ledger',
      row,
    });
    expect(decideRow(aSnapshot({ id: 'snap-2' }), ledgerOf(aRow(), row))).toMatchObject({
      reason: 'agrees',
    });
  });

  it('keeps its own key when the other snapshot is gone: it never has two rows', () => {
    const row = aRow({ key: `${aRow().key}/snap-2`, resource: 'snap-2' });
    expect(decideRow(aSnapshot({ id: 'snap-2' }), ledgerOf(row))).toStrictEqual({
      kind: 'keep',
      reason: 'agrees',
      row,
    });
  });

  it('is decided for all alike: after one pass every snapshot has its row, and a second changes nothing', () => {
    const snapshots = fc
      .array(
        fc.record({
          hour: fc.integer({ min: 0, max: 2 }),
          source: fc.constantFrom('vol-0000000a', 'vol-0000000b'),
        }),
        { maxLength: 12 },
      )
      .map((all) =>
        all.map(({ hour, source }, index) =>
          aSnapshot({
            id: `snap-${index}`,
            tags: { [tagKeys.slot]: `data/daily/2026-11-21T0${hour}:00:00Z`, [tagKeys.source]: source },
          }),
        ),
      );
    const seeds = fc.array(fc.nat(), { maxLength: 4 });
    const pass = (all: readonly Snapshot[], ledger: Map<string, Entry>) =>
      all.map((snapshot) => {
        const { kind, row } = decideRow(snapshot, ledger);
        if (kind === 'record') ledger.set(...entryOf(row));
        return kind;
      });
    fc.assert(
      fc.property(snapshots, seeds, fc.boolean(), (all, lost, backwards) => {
        const known = lost.flatMap((index) => all[index % Math.max(1, all.length)] ?? []);
        const ledger = ledgerOf(...known.map((snapshot) => rowOf(snapshot) as BackupRow));
        pass(all, ledger);
        const held = [...ledger.values()].map(({ resource }) => resource);
        expect(held.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
        const again = pass(backwards ? all.toReversed() : all, ledger);
        expect(again).not.toContain('record');
      }),
    );
  });
});

describe('the retention of a snapshot', () => {
  const { backups } = aReconcileJob();
  // Started at 02:15:05, kept seven days.
  const expiring = (expires: string | undefined) => aSnapshot({ tags: { [tagKeys.expires]: expires } });

  test.each([
    ['counted from the start of the run', '2026-11-28T02:15:04.120Z'],
    ['as early as a run can be', '2026-11-28T01:45:05.000Z'],
    ['as late as a clock can be', '2026-11-28T02:45:05.000Z'],
  ])('is as the plan has it, %s', (_what, expires) => {
    expect(retentionChange(expiring(expires), backups)).toBeUndefined();
  });

  test.each([
    ['shorter', '2026-11-28T02:45:05.001Z'],
    ['longer', '2026-11-28T01:45:04.999Z'],
    ['a lot shorter', '2027-11-21T02:15:04.120Z'],
  ])('is another if the plan now keeps it %s', (_what, expires) => {
    expect(retentionChange(expiring(expires), backups)).toEqual({
      tagged: new Date(expires),
      planned: new Date('2026-11-28T02:15:05.000Z'),
    });
  });

  it('counts from the slot where that is later than the start', () => {
    const early = aSnapshot({
      startedAt: new Date('2026-11-20T00:00:00Z'),
      tags: { [tagKeys.expires]: '2026-12-31T00:00:00Z' },
    });
    expect(retentionChange(early, backups)?.planned).toEqual(new Date('2026-11-28T02:15:00Z'));
  });

  it('counts months as the calendar does', () => {
    const monthly = [{ ...aReconcileJob().backups[0], backup: 'data', tiers: { monthly: '1 month' } }];
    const job = aReconcileJob({ backups: monthly as typeof backups });
    const taken = aSnapshot({
      startedAt: new Date('2027-01-31T02:15:05Z'),
      tags: {
        [tagKeys.slot]: 'data/monthly/2027-01-31T02:15:00Z',
        [tagKeys.expires]: '2027-02-28T02:15:04.120Z',
      },
    });
    expect(retentionChange(taken, job.backups)).toBeUndefined();
  });

  test.each<[string, Snapshot]>([
    ['a backup that the plan no longer has', slotted('other/daily/2026-11-21T02:15:00Z')],
    ['a tier that the plan no longer has', slotted('data/weekly/2026-11-21T02:15:00Z')],
    ['a backup taken by hand', slotted('data/manual/2026-11-21T02:15:00Z')],
    ['a tier with a name that every object knows', slotted('data/constructor/2026-11-21T02:15:00Z')],
    ['a slot that cannot be read', slotted('data/daily')],
    ['no slot', slotted(undefined)],
    ['a time that cannot be read', aSnapshot({ tags: { [tagKeys.expires]: 'never' } })],
  ])('is left alone of %s', (_what, snapshot) => {
    expect(retentionChange(snapshot, backups)).toBeUndefined();
  });

  it('is left alone where the job names no backups', () => {
    expect(retentionChange(slotted('data/daily/2026-11-21T02:15:00Z'), [])).toBeUndefined();
  });

  function slotted(slot: string | undefined) {
    return aSnapshot({ tags: { [tagKeys.slot]: slot, [tagKeys.expires]: '2030-01-01T00:00:00Z' } });
  }
});

describe('the age of a backup', () => {
  const startsIn = (newest: ReadonlyMap<string, Date>) => (source: string) => newest.get(source);
  const now = new Date('2026-11-21T12:00:00Z');
  const created = new Date('2026-11-01T12:00:00Z');
  const [a, b] = ['vol-0000000a', 'vol-0000000b'].map((id) => aVolume({ id, createdAt: created }));
  const volumes = [a, b].filter((volume) => volume !== undefined);

  it('is that of the source whose newest one is the oldest', () => {
    const newest = new Map([
      ['vol-0000000a', new Date('2026-11-21T09:00:00Z')],
      ['vol-0000000b', new Date('2026-11-21T06:30:00Z')],
    ]);
    expect(oldestSource(volumes, startsIn(newest), now)).toEqual({ source: 'vol-0000000b', hours: 5.5 });
  });

  it('counts from the creation of a volume that has none', () => {
    const newest = new Map([['vol-0000000a', now]]);
    expect(oldestSource(volumes, startsIn(newest), now)).toEqual({ source: 'vol-0000000b', hours: 480 });
  });

  it('is never negative, whosever clock is ahead', () => {
    const newest = new Map([['vol-0000000a', new Date('2026-11-21T12:00:30Z')]]);
    expect(oldestSource(volumes.slice(0, 1), startsIn(newest), now)).toEqual({
      source: 'vol-0000000a',
      hours: 0,
    });
  });

  test.each(['error', 'deleting', 'deleted'])('leaves out a volume that is %s', (state) => {
    const unusable = volumes.map((volume) => ({ ...volume, state }));
    expect(oldestSource(unusable, () => undefined, now)).toBeUndefined();
    const newest = new Map([['vol-0000000a', now]]);
    const mixed = [aVolume({ id: 'vol-0000000a' }), ...unusable.slice(1)];
    expect(oldestSource(mixed, startsIn(newest), now)).toEqual({ source: 'vol-0000000a', hours: 0 });
  });

  test.each(['creating', 'available', 'in-use'])('counts a volume that is %s', (state) => {
    const usable = volumes.map((volume) => ({ ...volume, state }));
    expect(oldestSource(usable, () => undefined, now)?.hours).toBe(480);
  });

  it('is none where nothing is selected', () => {
    expect(oldestSource([], () => now, now)).toBeUndefined();
  });
});

describe('the newest backups', () => {
  const started = (time: string, overrides: Parameters<typeof aSnapshot>[0] = {}) =>
    aSnapshot({ startedAt: new Date(time), ...overrides });
  const seen = (...snapshots: Snapshot[]) => {
    const newest = new NewestBackups();
    for (const snapshot of snapshots) newest.see(snapshot);
    return newest;
  };
  const [early, late] = ['2026-11-20T02:15:00Z', '2026-11-21T02:15:00Z'] as const;

  const [data, tier, source] = ['data', 'daily', aVolume().id];

  it('are the last started of each source, in any order', () => {
    for (const all of [
      [started(early), started(late)],
      [started(late), started(early)],
    ]) {
      expect(seen(...all).since(data, tier, source)).toEqual(new Date(late));
    }
  });

  test.each(['pending', 'error', 'recoverable'])('are none that are %s', (state) => {
    expect(seen(started(early), started(late, { state })).since(data, tier, source)).toEqual(new Date(early));
  });

  it('are counted for each tier by itself', () => {
    const newest = seen(started(early), started(late, { tags: { [tagKeys.tier]: 'hourly' } }));
    expect(newest.since(data, tier, source)).toEqual(new Date(early));
    expect(newest.since(data, 'hourly', source)).toEqual(new Date(late));
  });

  it('of a tier that has none yet count from the oldest of the other tiers', () => {
    expect(seen(started(late), started(early)).since(data, 'monthly', source)).toEqual(new Date(early));
  });

  it('are counted for each backup of the plan by itself', () => {
    const newest = seen(started(early), started(late, { tags: { [tagKeys.plan]: 'other' } }));
    expect(newest.since(data, tier, source)).toEqual(new Date(early));
    expect(newest.since('other', tier, source)).toEqual(new Date(late));
    expect(newest.since('none', tier, source)).toBeUndefined();
  });

  it.each([undefined, 'vol-0000000f'])('are none whose source tag is %s, not its own volume', (tagged) => {
    const stray = started(late, { volumeId: source, tags: { [tagKeys.source]: tagged } });
    expect(seen(stray).since(data, tier, source)).toBeUndefined();
    expect(seen(stray).since(data, tier, 'vol-0000000f')).toBeUndefined();
  });
});
