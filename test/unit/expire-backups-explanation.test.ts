import { describe, expect, it, test } from 'vitest';
import type { Account, SourceStanding } from '../../functions/expire-backups/decide.ts';
import { explanationOf, type SeenToExplain, textOf } from '../../functions/expire-backups/explanation.ts';
import type { Obstacle } from '../../shared/backups/backup.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import { anOwner, aStandingBackup } from '../builders.ts';

const expires = '2026-11-28T02:15:04.120Z';
const account = (now: string): Account => ({
  owner: anOwner,
  now: new Date(now),
  maxDeleteShare: 0.5,
  keepOfGoneSources: 1,
});
const before = account('2026-11-27T00:00:00Z');
const after = account('2026-11-29T00:00:00Z');

const floor = aStandingBackup({ id: 'snap-0000000f' });
const standing: SourceStanding = { living: true, count: 2, deletable: 1, floors: [floor.id] };
const seen: SeenToExplain = { backup: aStandingBackup(), standing, floors: [floor] };

const text = (what: SeenToExplain, now: Account): string => textOf(what.backup, explanationOf(what, now));
const head = 'daily snapshot of vol-0123456789abcdef0 in eu-west-1; ';

describe('the explanation of a backup', () => {
  it('that is not due says when it is due', () => {
    expect(explanationOf(seen, before)).toEqual({ reason: 'not-due', blockedBy: undefined });
    expect(text(seen, before)).toBe(`${head}due ${expires}; nothing would keep it then`);
  });

  it('that is due says that the next run deletes it', () => {
    expect(explanationOf(seen, after)).toEqual({ reason: 'past-retention', blockedBy: undefined });
    expect(text(seen, after)).toBe(`${head}past its time since ${expires}: the next run deletes it`);
  });

  const itself = { ...standing, floors: [seen.backup.id] };

  test.each<[string, Partial<SeenToExplain>, string]>([
    [
      'last-completed',
      { standing: itself, floors: [seen.backup] },
      'it is the newest completed backup of its source',
    ],
    [
      'last-of-gone-source',
      { standing: { ...itself, living: false }, floors: [seen.backup] },
      'its source is gone, and it is one of the last backups of it',
    ],
    [
      'copy-awaited',
      { backup: aStandingBackup({ tags: { [extraTagKeys.copies]: 'us-west-2:wanted' } }) },
      'a copy of it is awaited in another region',
    ],
    ['locked', { obstacle: 'locked' }, 'it is locked'],
    ['in-use-by-image', { obstacle: 'in-use-by-image' }, 'an image stands on it'],
  ])('says what keeps it, now or when its time comes: %s', (reason, difference, words) => {
    const what = { ...seen, ...difference };
    expect(explanationOf(what, after)).toEqual({ reason, blockedBy: reason });
    expect(text(what, after)).toBe(`${head}past its time since ${expires}, and kept: ${words}`);
    expect(explanationOf(what, before)).toEqual({ reason: 'not-due', blockedBy: reason });
    expect(text(what, before)).toBe(`${head}due ${expires}; as things stand it would be kept then: ${words}`);
  });

  it('does not guess how many will be due together', () => {
    const many = { ...seen, standing: { ...standing, count: 4, deletable: 3 } };
    expect(explanationOf(many, before).blockedBy).toBeUndefined();
    expect(explanationOf(many, after).reason).toBe('delete-share');
  });

  it('without a time that can be read says that', () => {
    const what = { ...seen, backup: aStandingBackup({ tags: { [tagKeys.expires]: 'never' } }) };
    expect(text(what, before)).toContain('its expiry tag holds no time that can be read');
  });

  test.each<Obstacle>(['use-unknown', 'archived', 'aws-backup', 'shared', 'in-use-by-launch-template'])(
    'has words for %s',
    (obstacle) => {
      expect(text({ ...seen, obstacle }, after)).toMatch(/, and kept: \w.+$/);
    },
  );
});
