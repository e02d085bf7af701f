import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  decideRow,
  decideUnseen,
  reasonToLeave,
  retentionChange,
} from '../../functions/reconcile-ledger/decide.ts';
import { type Entries, type Entry, entryOf } from '../../functions/reconcile-ledger/ledger-entries.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import type { BackupRow } from '../../shared/ledger/ledger.ts';
import { rowOf } from '../../shared/ledger/rows.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import { anUnresolvedRow, aReconcileJob, aRegion, aRow, aStandingBackup } from '../builders.ts';

const ledgerOf = (...rows: BackupRow[]): Entries => new Map(rows.map((row) => [row.key, entryOf(row)]));

describe('the row of a backup', () => {
  it('is recorded if the ledger lacks it', () => {
    expect(decideRow(aStandingBackup(), ledgerOf())).toStrictEqual({
      kind: 'record',
      reason: 'not-in-ledger',
      row: aRow(),
    });
  });

  it('is kept if it says what the tags say', () => {
    expect(decideRow(aStandingBackup(), ledgerOf(aRow()))).toStrictEqual({
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
    ['names another kind', aRow({ kind: 'set' })],
    ['names another region', aRow({ region: 'us-west-2' })],
  ])('is recorded if the one in the ledger %s', (_what, row) => {
    expect(decideRow(aStandingBackup(), ledgerOf(row))).toStrictEqual({
      kind: 'record',
      reason: 'differs-from-tags',
      row: aRow(),
    });
  });

  it("of a copy is another than the original's", () => {
    const copy = aStandingBackup({
      region: 'us-west-2',
      id: 'snap-2',
      tags: { [extraTagKeys.copyOf]: `${aRegion}/${aStandingBackup().id}` },
    });
    expect(decideRow(copy, ledgerOf(aRow()))).toMatchObject({
      reason: 'not-in-ledger',
      row: { key: `${aRow().key}@us-west-2`, region: 'us-west-2' },
    });
  });

  test.each(Object.entries({ slot: tagKeys.slot, expires: tagKeys.expires }))(
    'is none if the tag for its %s cannot be read',
    (_name, key) => {
      const unreadable = { kind: 'keep', reason: 'unreadable-tags', row: undefined };
      expect(decideRow(aStandingBackup({ tags: { [key]: '' } }), ledgerOf(aRow()))).toStrictEqual(unreadable);
      expect(decideRow(aStandingBackup({ tags: { [key]: undefined } }), ledgerOf())).toStrictEqual(
        unreadable,
      );
    },
  );

  it('has a key of its own beside another snapshot of the same slot and source', () => {
    const row = aRow({ key: `${aRow().key}/snap-2`, resource: 'snap-2' });
    const ledger = ledgerOf(aRow());
    expect(decideRow(aStandingBackup({ id: 'snap-2' }), ledger)).toStrictEqual({
      kind: 'record',
      reason: 'not-in-ledger',
      row,
    });
    expect(decideRow(aStandingBackup({ id: 'snap-2' }), ledgerOf(aRow(), row))).toMatchObject({
      reason: 'agrees',
    });
  });

  it('keeps its own key when the other snapshot is gone: it never has two rows', () => {
    const row = aRow({ key: `${aRow().key}/snap-2`, resource: 'snap-2' });
    expect(decideRow(aStandingBackup({ id: 'snap-2' }), ledgerOf(row))).toStrictEqual({
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
          aStandingBackup({
            id: `snap-${index}`,
            source,
            tags: { [tagKeys.slot]: `data/daily/2026-11-21T0${hour}:00:00Z` },
          }),
        ),
      );
    const seeds = fc.array(fc.nat(), { maxLength: 4 });
    const pass = (all: readonly StandingBackup[], ledger: Map<string, Entry>) =>
      all.map((snapshot) => {
        const { kind, row } = decideRow(snapshot, ledger);
        if (kind === 'record') ledger.set(row.key, entryOf(row));
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

describe('a row whose backup was not seen', () => {
  const now = new Date('2026-11-22T02:15:00Z');
  const entry = (overrides: Partial<BackupRow> = {}): Entry => entryOf(aRow(overrides));

  test.each<[string, Entry, boolean, Date, string | undefined]>([
    ['stays while its creation is unanswered', entryOf(anUnresolvedRow()), true, now, 'unresolved'],
    ['stays if its region or kind was not read', entry(), false, now, 'region-not-read'],
    ['stays while its slot may be taken again', entry(), true, new Date('2026-11-21T08:14:59Z'), 'slot-open'],
    ['is looked up once its slot is settled', entry(), true, new Date('2026-11-21T08:15:00Z'), undefined],
    ['of a set is looked up, too', entry({ kind: 'set' }), true, now, undefined],
  ])('%s', (_what, unseen, isRead, at, reason) => {
    expect(reasonToLeave(aRow().key, unseen, isRead, at)).toBe(reason);
  });

  it('is forgotten if its backup certainly does not exist', () => {
    expect(decideUnseen(aRow().key, undefined, ledgerOf(aRow()))).toEqual({
      kind: 'forget',
      reason: 'backup-gone',
    });
  });

  it('stays if its backup is there after all', () => {
    const stays = { kind: 'keep', reason: 'backup-stands' };
    expect(decideUnseen(aRow().key, aStandingBackup(), ledgerOf(aRow()))).toEqual(stays);
    const unreadable = aStandingBackup({ tags: { [tagKeys.slot]: undefined } });
    expect(decideUnseen(aRow().key, unreadable, ledgerOf(aRow()))).toEqual(stays);
  });

  it('is forgotten if its backup was promoted and has the row of its new slot', () => {
    const slot = 'data/weekly/2026-11-15T02:15:00Z';
    const promoted = aStandingBackup({ tags: { [tagKeys.slot]: slot } });
    const row = aRow({ slot, tier: 'weekly' });
    expect(decideUnseen(aRow().key, promoted, ledgerOf(aRow(), row))).toEqual({
      kind: 'forget',
      reason: 'has-another-row',
    });
    expect(decideUnseen(aRow().key, promoted, ledgerOf(aRow()))).toEqual({
      kind: 'keep',
      reason: 'backup-stands',
    });
  });
});

describe('the retention of a backup', () => {
  const { backups } = aReconcileJob();
  // Started at 02:15:05, kept seven days.
  const expiring = (expires: string | undefined) => aStandingBackup({ tags: { [tagKeys.expires]: expires } });

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
    const early = aStandingBackup({
      startedAt: new Date('2026-11-20T00:00:00Z'),
      tags: { [tagKeys.expires]: '2026-12-31T00:00:00Z' },
    });
    expect(retentionChange(early, backups)?.planned).toEqual(new Date('2026-11-28T02:15:00Z'));
  });

  it('counts months as the calendar does', () => {
    const monthly = [
      { ...aReconcileJob().backups[0], backup: 'data', tiers: { monthly: { keep: '1 month' } } },
    ];
    const job = aReconcileJob({ backups: monthly as typeof backups });
    const taken = aStandingBackup({
      startedAt: new Date('2027-01-31T02:15:05Z'),
      tags: {
        [tagKeys.slot]: 'data/monthly/2027-01-31T02:15:00Z',
        [tagKeys.expires]: '2027-02-28T02:15:04.120Z',
      },
    });
    expect(retentionChange(taken, job.backups)).toBeUndefined();
  });

  test.each<[string, StandingBackup]>([
    ['a backup that the plan no longer has', slotted('other/daily/2026-11-21T02:15:00Z')],
    ['a tier that the plan no longer has', slotted('data/weekly/2026-11-21T02:15:00Z')],
    ['a backup taken by hand', slotted('data/manual/2026-11-21T02:15:00Z')],
    ['a tier with a name that every object knows', slotted('data/constructor/2026-11-21T02:15:00Z')],
    ['a slot that cannot be read', slotted('data/daily')],
    ['no slot', slotted(undefined)],
    [
      'a copy, which has its own',
      aStandingBackup({
        tags: { [tagKeys.expires]: '2030-01-01T00:00:00Z', [extraTagKeys.copyOf]: `${aRegion}/snap-1` },
      }),
    ],
    ['a time that cannot be read', aStandingBackup({ tags: { [tagKeys.expires]: 'never' } })],
  ])('is left alone of %s', (_what, snapshot) => {
    expect(retentionChange(snapshot, backups)).toBeUndefined();
  });

  it('is left alone where the job names no backups', () => {
    expect(retentionChange(slotted('data/daily/2026-11-21T02:15:00Z'), [])).toBeUndefined();
  });

  function slotted(slot: string | undefined) {
    return aStandingBackup({ tags: { [tagKeys.slot]: slot, [tagKeys.expires]: '2030-01-01T00:00:00Z' } });
  }
});
