import { describe, expect, it, test } from 'vitest';
import type { BackupKind } from '../../shared/backups/backup.ts';
import { expiryIn, rowOf } from '../../shared/ledger/rows.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import { aRegion, aRow, aStandingBackup } from '../builders.ts';

describe('the row of a backup', () => {
  it('says what its tags say', () => {
    expect(rowOf(aStandingBackup())).toStrictEqual(aRow());
  });

  it('takes backup and tier from the slot', () => {
    const slot = 'other-data/weekly/2026-11-15T02:15:00Z';
    const row = rowOf(aStandingBackup({ tags: { [tagKeys.slot]: slot } }));
    expect(row).toStrictEqual(aRow({ backup: 'other-data', tier: 'weekly', slot }));
  });

  test.each<[BackupKind, string, string]>([
    ['set', 'i-0123456789abcdef0', 'data/daily/2026-11-21T02:15:00Z/i-0123456789abcdef0'],
    ['image', 'i-0123456789abcdef0', 'ami-0123456789abcdef0'],
    ['db-snapshot', 'db:shop', 'data-daily-2026-11-21-02-15-shop'],
    ['cluster-snapshot', 'cluster:shop', 'data-daily-2026-11-21-02-15-shop'],
  ])('says which kind it is: %s', (kind, source, id) => {
    expect(rowOf(aStandingBackup({ kind, source, id }))).toStrictEqual(aRow({ kind, source, resource: id }));
  });

  it('of a copy says where it is, in its key, too: the original has another', () => {
    const region = 'us-west-2';
    const copy = aStandingBackup({
      region,
      id: 'snap-2',
      tags: { [extraTagKeys.copyOf]: `${aRegion}/snap-0123456789abcdef0` },
    });
    const key = `${aRow().key}@us-west-2`;
    expect(rowOf(copy)).toStrictEqual(aRow({ key, region, resource: 'snap-2' }));
  });

  it('has an expiry that compares as text, however the tag was written', () => {
    const row = rowOf(aStandingBackup({ tags: { [tagKeys.expires]: '2026-11-28T02:15:00Z' } }));
    expect(row?.expires).toBe('2026-11-28T02:15:00.000Z');
  });

  test.each<[string, Record<string, string | undefined>]>([
    ['no slot', { [tagKeys.slot]: undefined }],
    ['an empty slot', { [tagKeys.slot]: '' }],
    ['a slot that is none', { [tagKeys.slot]: 'data/daily' }],
    ['no expiry', { [tagKeys.expires]: undefined }],
    ['an expiry that cannot be read', { [tagKeys.expires]: 'tomorrow' }],
  ])('is none with %s', (_what, tags) => {
    expect(rowOf(aStandingBackup({ tags }))).toBeUndefined();
  });

  it('is none if only a tag says what it is of, since tags travel', () => {
    expect(rowOf({ ...aStandingBackup(), source: undefined })).toBeUndefined();
  });

  it('is none without any tags', () => {
    expect(rowOf({ ...aStandingBackup(), tags: {} })).toBeUndefined();
  });

  it('does not need the plan and tier tags, which the slot repeats', () => {
    const tags = { [tagKeys.plan]: undefined, [tagKeys.tier]: undefined };
    expect(rowOf(aStandingBackup({ tags }))).toStrictEqual(aRow());
  });
});

describe('an expiry', () => {
  test.each([
    ['2026-11-28T02:15:04.120Z', '2026-11-28T02:15:04.120Z'],
    ['2026-11-28T02:15:04Z', '2026-11-28T02:15:04.000Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ])('%s is read', (text, time) => {
    expect(expiryIn(text)?.toISOString()).toBe(time);
  });

  test.each<[string | undefined, string]>([
    [undefined, 'there is none'],
    ['', 'it is empty'],
    ['never', 'it is a word'],
    ['2026-11-28', 'it is a day, of which zone?'],
    ['2026-11-28T02:15:04', 'it has no zone: it would be another time on each machine'],
    ['2026-11-28T02:15:04+01:00', 'it is not in UTC'],
    ['2026-11-28 02:15:04Z', 'it has a space'],
    [' 2026-11-28T02:15:04Z', 'a space comes before it'],
    ['2026-11-28T02:15:04Z\n', 'a line ends after it'],
    ['2026-13-28T02:15:04Z', 'there is no such month'],
    ['2026-02-31T02:15:04Z', 'there is no such day'],
    ['2026-02-29T02:15:04Z', 'that year has no such day'],
    ['2026-11-28T24:00:00Z', 'there is no such hour'],
    ['2026-11-28T02:15:60Z', 'there is no such second'],
    ['+012026-11-28T02:15:04Z', 'its year has more than four digits'],
    ['1795832104120', 'it is a number'],
  ])('%j is not: %s', (text) => {
    expect(expiryIn(text)).toBeUndefined();
  });
});
