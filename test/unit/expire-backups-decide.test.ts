import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  type Account,
  decideExpiry,
  exceedsShare,
  type Seen,
  type SourceStanding,
  standingOf,
} from '../../functions/expire-backups/decide.ts';
import type { BackupState, StandingBackup } from '../../shared/backups/backup.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import { anOwner, aRow, aStandingBackup, aVolume } from '../builders.ts';

const now = new Date('2026-11-28T02:15:04.120Z');
const minutesAfter = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const account: Account = { owner: anOwner, now, maxDeleteShare: 0.5, keepOfGoneSources: 1 };

const theFloor = aStandingBackup({ id: 'snap-0000000f', startedAt: minutesAfter(-5) });
const standing: SourceStanding = { living: true, count: 2, deletable: 1, floors: [theFloor.id] };

/** Due just now, of a source that lives and keeps another one. */
const due: Seen = { row: aRow(), backup: aStandingBackup(), standing, floors: [theFloor] };
const keep = (reason: string) => ({ kind: 'keep', reason });
const deletion = { kind: 'delete', reason: 'past-retention' };
const withTags = (tags: Record<string, string | undefined>): Seen => ({
  ...due,
  backup: aStandingBackup({ tags }),
});

describe('a backup', () => {
  it('that is due is deleted', () => {
    expect(decideExpiry(due, account)).toEqual(deletion);
  });

  it('that failed and is due is deleted', () => {
    expect(decideExpiry({ ...due, backup: aStandingBackup({ state: 'error' }) }, account)).toEqual(deletion);
  });

  it('that is gone is forgotten, even if nothing else is known', () => {
    const seen: Seen = { row: aRow(), backup: undefined, standing: undefined, floors: [] };
    expect(decideExpiry(seen, account)).toEqual({ kind: 'forget', reason: 'backup-gone' });
  });

  test.each<[string, Record<string, string | undefined>]>([
    ['lacks our tag', { [tagKeys.owner]: undefined }],
    ['has an empty one', { [tagKeys.owner]: '' }],
    ["is another stage's", { [tagKeys.owner]: 'groundskeeper-prod' }],
    ["is another stage's whose name begins as ours", { [tagKeys.owner]: `${anOwner}2` }],
    ['has our tag in capitals', { [tagKeys.owner]: anOwner.toUpperCase() }],
  ])('that %s is kept', (_what, tags) => {
    expect(decideExpiry(withTags(tags), account)).toEqual(keep('not-ours'));
  });

  it('without any tags is kept', () => {
    const backup = { ...aStandingBackup(), tags: {} };
    expect(decideExpiry({ ...due, backup }, account)).toEqual(keep('not-ours'));
  });

  test.each([
    ['exactly now', '2026-11-28T02:15:04.120Z', deletion],
    ['a millisecond ago', '2026-11-28T02:15:04.119Z', deletion],
    ['long ago', '1970-01-01T00:00:00Z', deletion],
    ['in a millisecond', '2026-11-28T02:15:04.121Z', keep('not-due')],
    ['in a year', '2027-11-28T02:15:04Z', keep('not-due')],
  ])('whose time comes %s: %o', (_when, expires, decision) => {
    expect(decideExpiry(withTags({ [tagKeys.expires]: expires }), account)).toEqual(decision);
  });

  it('is judged by its tag, not by its row', () => {
    const seen = { ...withTags({ [tagKeys.expires]: '2027-01-01T00:00:00Z' }), row: aRow() };
    expect(decideExpiry(seen, account)).toEqual(keep('not-due'));
  });

  test.each<[string | undefined]>([
    [undefined],
    [''],
    ['never'],
    ['2026-11-28'],
    ['2026-02-31T00:00:00Z'],
    ['2026-11-28T02:15:04+14:00'],
  ])('whose tag names the time %j is kept', (expires) => {
    expect(decideExpiry(withTags({ [tagKeys.expires]: expires }), account)).toEqual(keep('no-expiry'));
  });

  test.each<[BackupState]>([['pending'], ['other']])('that is %s is kept', (state) => {
    const seen = { ...due, backup: aStandingBackup({ state }) };
    expect(decideExpiry(seen, account)).toEqual(keep('not-settled'));
  });

  const gone: SourceStanding = { living: false, count: 2, deletable: 1, floors: [] };

  test.each<[string, Partial<StandingBackup>]>([
    ['of another source than its row', { source: 'vol-0000000b' }],
    ['of a source that only its tags name', { source: undefined }],
    ['of another kind than its row', { kind: 'image' }],
  ])('that is %s is kept: what stands of its source was not seen', (_what, overrides) => {
    const seen = { ...due, standing: gone, floors: [], backup: { ...aStandingBackup(), ...overrides } };
    expect(decideExpiry(seen, account)).toEqual(keep('other-source'));
  });

  test.each<[string, BackupState, string, object]>([
    ['a member of a set', 'completed', extraTagKeys.set, keep('part-of-backup')],
    ['a snapshot of an image', 'completed', extraTagKeys.image, keep('part-of-backup')],
    ["a set's member that failed to be copied", 'error', extraTagKeys.set, deletion],
  ])(
    'that is %s goes with the whole, or by itself where it is no part of it',
    (_what, state, tag, decision) => {
      const seen = { ...due, backup: aStandingBackup({ state, tags: { [tag]: 'the whole' } }) };
      expect(decideExpiry(seen, account)).toEqual(decision);
    },
  );

  const daysAgo = (days: number) => minutesAfter(-days * 1_440).toISOString();

  test.each<[string, string, number, object]>([
    ['is awaited', 'eu-west-1:wanted', 1, keep('copy-awaited')],
    ['is awaited beside one that is done', 'eu-west-1:done us-west-2:wanted', 1, keep('copy-awaited')],
    ['is awaited for just 14 days', 'eu-west-1:wanted', 14, keep('copy-awaited')],
    ['is awaited for more than 14 days', 'eu-west-1:wanted', 14.01, deletion],
    ['is done', 'eu-west-1:done us-west-2:done', 1, deletion],
    ['failed for good', 'eu-west-1:failed', 1, deletion],
    ['may be awaited: its tag cannot be read', 'eu-west-1=wanted', 1, keep('copy-awaited')],
  ])('of which a copy %s: %s, %f days past its time', (_what, copies, days, decision) => {
    const tags = { [extraTagKeys.copies]: copies, [tagKeys.expires]: daysAgo(days) };
    expect(decideExpiry(withTags(tags), account)).toEqual(decision);
  });

  it('that is the newest completed one of its source is kept', () => {
    const seen = {
      ...due,
      standing: { ...standing, floors: [aStandingBackup().id] },
      floors: [aStandingBackup()],
    };
    expect(decideExpiry(seen, account)).toEqual(keep('last-completed'));
  });

  it('of a source without any completed one is kept, though it failed itself', () => {
    const seen: Seen = {
      ...due,
      backup: aStandingBackup({ state: 'error' }),
      standing: { ...standing, floors: [] },
      floors: [],
    };
    expect(decideExpiry(seen, account)).toEqual(keep('no-completed-backup'));
  });

  it('of a source of which nothing was seen is kept', () => {
    expect(decideExpiry({ ...due, standing: undefined, floors: [] }, account)).toEqual(keep('floor-changed'));
  });

  test.each<[string, StandingBackup | undefined]>([
    ['is gone', undefined],
    ['is not completed any more', { ...theFloor, state: 'other' }],
    ['is a set that lost a member', { ...theFloor, state: 'error' }],
    ['is not ours any more', { ...theFloor, tags: {} }],
  ])('is kept if what must stay %s', (_what, floor) => {
    expect(decideExpiry({ ...due, floors: [floor] }, account)).toEqual(keep('floor-changed'));
  });

  it('is kept if of several that must stay one is gone', () => {
    const two = { ...gone, floors: [theFloor.id, 'snap-0000000e'] };
    expect(decideExpiry({ ...due, standing: two, floors: [theFloor, undefined] }, account)).toEqual(
      keep('floor-changed'),
    );
  });

  it('of a source that no longer exists is deleted, but for the last one', () => {
    const seen = { ...due, standing: { ...gone, floors: [theFloor.id] } };
    expect(decideExpiry(seen, account)).toEqual(deletion);
    const last = { ...gone, count: 1, deletable: 0, floors: [aStandingBackup().id] };
    expect(decideExpiry({ ...due, standing: last, floors: [aStandingBackup()] }, account)).toEqual(
      keep('last-of-gone-source'),
    );
  });

  it('of a source that no longer exists is deleted, the last one too, if none is to be kept', () => {
    expect(decideExpiry({ ...due, standing: gone, floors: [] }, account)).toEqual(deletion);
  });

  it('is kept with all others of a source of which too many are due', () => {
    const seen = { ...due, standing: { ...standing, count: 4, deletable: 3 } };
    expect(decideExpiry(seen, account)).toEqual(keep('delete-share'));
    expect(decideExpiry(seen, { ...account, maxDeleteShare: 1 })).toEqual(deletion);
  });
});

describe('the share of a source that one run may delete', () => {
  test.each<[number, number, number, boolean]>([
    // Under four backups there is no guard but the floor.
    [3, 2, 0.5, false],
    [3, 3, 0.01, false],
    [4, 2, 0.5, false],
    [4, 3, 0.5, true],
    [5, 2, 0.5, false],
    [5, 3, 0.5, true],
    [100, 50, 0.5, false],
    [100, 51, 0.5, true],
    [4, 4, 1, false],
    [4, 1, 0.25, false],
    [4, 1, 0.24, true],
    [4, 0, 0.01, false],
  ])('of %i backups, %i due, share %f is exceeded: %s', (count, deletable, share, exceeded) => {
    expect(exceedsShare({ living: true, count, deletable, floors: [] }, share)).toBe(exceeded);
  });

  it('is not limited for a source that no longer exists', () => {
    const gone: SourceStanding = { living: false, count: 100, deletable: 100, floors: [] };
    expect(exceedsShare(gone, 0.5)).toBe(false);
  });
});

describe('what stands of a source', () => {
  const at = (id: string, minutes: number, overrides: Parameters<typeof aStandingBackup>[0] = {}) =>
    aStandingBackup({ id: `snap-${id}`, startedAt: minutesAfter(minutes), ...overrides });

  it('is nothing without backups', () => {
    expect(standingOf([], true, account)).toEqual({ living: true, count: 0, deletable: 0, floors: [] });
  });

  test.each([
    ['in the order of time', ['a', 'b', 'c']],
    ['backwards', ['c', 'b', 'a']],
    ['mixed', ['b', 'c', 'a']],
  ])('has its newest completed one for a floor, listed %s', (_order, order) => {
    const started = { a: -30, b: -20, c: -10 } as const;
    const all = order.map((id) => at(id, started[id as keyof typeof started]));
    expect(standingOf(all, true, account)).toEqual({
      living: true,
      count: 3,
      deletable: 2,
      floors: ['snap-c'],
    });
  });

  test.each<BackupState>(['pending', 'error', 'other'])('has no floor in one that is %s', (state) => {
    const all = [at('a', -30), at('b', -10, { state })];
    expect(standingOf(all, true, account).floors).toEqual(['snap-a']);
    expect(standingOf([at('b', -10, { state })], true, account).floors).toEqual([]);
  });

  it('has the larger id for a floor where two were started together, in any order', () => {
    const [a, b] = [at('a', -10), at('b', -10)];
    expect(standingOf([a, b], true, account).floors).toEqual(['snap-b']);
    expect(standingOf([b, a], true, account).floors).toEqual(['snap-b']);
  });

  it('may have a floor that is not due yet', () => {
    const all = [at('a', -30), at('b', -10, { tags: { [tagKeys.expires]: '2027-01-01T00:00:00Z' } })];
    expect(standingOf(all, true, account)).toMatchObject({ floors: ['snap-b'], deletable: 1 });
  });

  test.each<[number, string[], number]>([
    [0, [], 3],
    [1, ['snap-c'], 2],
    [2, ['snap-c', 'snap-b'], 1],
    [9, ['snap-c', 'snap-b', 'snap-a'], 0],
  ])('has the newest %i for floors once the source is gone', (keepOfGoneSources, floors, deletable) => {
    const all = [at('b', -20), at('failed', -1, { state: 'error' }), at('c', -10), at('a', -30)];
    expect(standingOf(all, false, { ...account, keepOfGoneSources })).toEqual({
      living: false,
      count: 3,
      deletable,
      floors,
    });
  });

  it('counts as deletable only what this run would delete', () => {
    const all = [
      at('due', -60),
      at('failed', -59, { state: 'error' }),
      at('pending', -58, { state: 'pending' }),
      at('later', -57, { tags: { [tagKeys.expires]: '2027-01-01T00:00:00Z' } }),
      at('unreadable', -56, { tags: { [tagKeys.expires]: 'never' } }),
      at('image', -55),
      at('copied', -54, { tags: { [extraTagKeys.copies]: 'eu-west-1:wanted' } }),
      at('floor', -1),
    ];
    expect(standingOf(all, true, account, new Set(['snap-image']))).toEqual({
      living: true,
      count: 6,
      deletable: 1,
      floors: ['snap-floor'],
    });
  });

  it('neither counts nor spares what failed: failures do not weaken the share', () => {
    const failed = Array.from({ length: 7 }, (_, n) => at(`failed-${n}`, -40 + n, { state: 'error' }));
    const completed = Array.from({ length: 8 }, (_, n) => at(`due-${n}`, -20 + n));
    const standing = standingOf([...failed, ...completed], true, account);
    expect(standing).toMatchObject({ count: 8, deletable: 7 });
    expect(exceedsShare(standing, 0.5)).toBe(true);
  });

  it('is not what only its tags call a backup of it: tags travel with a restored volume', () => {
    const stray = { ...at('stray', 0), source: undefined };
    expect(standingOf([at('older', -5), stray], true, account)).toMatchObject({
      count: 1,
      floors: ['snap-older'],
    });
  });
});

interface Source {
  backups: StandingBackup[];
  living: boolean;
  maxDeleteShare: number;
  keepOfGoneSources: number;
}

describe('the laws of expiry', () => {
  const states = fc.constantFrom<BackupState>(
    'completed',
    'completed',
    'completed',
    'error',
    'pending',
    'other',
  );
  const expiries = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.integer({ min: -3, max: 1 }).map((days) => minutesAfter(days * 1_440).toISOString()),
    },
    { weight: 1, arbitrary: fc.constantFrom('', 'never', '2026-02-31T00:00:00Z') },
  );
  const owners = fc.oneof(
    { weight: 9, arbitrary: fc.constant(anOwner) },
    { weight: 1, arbitrary: fc.constantFrom('', 'groundskeeper-prod') },
  );
  const backups = fc
    .array(
      fc.record({
        state: states,
        expires: expiries,
        owner: owners,
        minutes: fc.integer({ min: -20, max: 0 }),
      }),
      { maxLength: 14 },
    )
    .map((all) =>
      all.map(({ state, expires, owner, minutes }, index) =>
        aStandingBackup({
          id: `snap-${String(index).padStart(8, '0')}`,
          state,
          startedAt: minutesAfter(minutes),
          tags: { [tagKeys.expires]: expires, [tagKeys.owner]: owner },
        }),
      ),
    );
  const sources: fc.Arbitrary<Source> = fc.record({
    backups,
    living: fc.boolean(),
    maxDeleteShare: fc.double({ min: 0.01, max: 1, noNaN: true }),
    keepOfGoneSources: fc.integer({ min: 0, max: 4 }),
  });

  /** One run over one source, as it would go: ours are seen, every row is judged. */
  function expire({ backups: all, living, ...limits }: Source) {
    const seenAccount = { ...account, ...limits };
    const ours = all.filter(({ tags }) => tags[tagKeys.owner] === anOwner);
    const seen = ours.length > 0 ? standingOf(ours, living, seenAccount) : undefined;
    const floors = (seen?.floors ?? []).map((floor) => all.find(({ id }) => id === floor));
    const decisions = all.map((backup) => ({
      backup,
      decision: decideExpiry(
        { row: aRow({ resource: backup.id }), backup, standing: seen, floors },
        seenAccount,
      ),
    }));
    const deleted = decisions.filter(({ decision }) => decision.kind === 'delete').map((d) => d.backup);
    return { decisions, deleted, ours, standing: seen };
  }

  const isCompleted = ({ state }: StandingBackup) => state === 'completed';

  it('nothing is deleted that is not ours, not due, not settled, or of no readable time', () => {
    fc.assert(
      fc.property(sources, (source) => {
        const { deleted } = expire(source);
        for (const { state, tags } of deleted) {
          expect(tags[tagKeys.owner]).toBe(anOwner);
          expect(Date.parse(tags[tagKeys.expires] ?? '')).toBeLessThanOrEqual(now.getTime());
          expect(['completed', 'error']).toContain(state);
        }
      }),
    );
  });

  it('a living source keeps its newest completed backup, and keeps everything if it has none', () => {
    fc.assert(
      fc.property(sources, (source) => {
        fc.pre(source.living);
        const { deleted, ours } = expire(source);
        const completed = ours.filter(({ state }) => state === 'completed');
        const newest = Math.max(...completed.map(({ startedAt }) => startedAt.getTime()));
        const left = completed.filter((backup) => !deleted.includes(backup));
        if (completed.length === 0) expect(deleted).toEqual([]);
        else expect(left.map(({ startedAt }) => startedAt.getTime())).toContain(newest);
      }),
    );
  });

  it('a living source with four backups or more never loses more than its share in one run', () => {
    fc.assert(
      fc.property(sources, (source) => {
        const { deleted, ours } = expire(source);
        const completed = ours.filter(isCompleted).length;
        fc.pre(source.living && completed >= 4);
        expect(deleted.filter(isCompleted).length).toBeLessThanOrEqual(completed * source.maxDeleteShare);
      }),
    );
  });

  it('everything is decided once, and what was counted as deletable is deleted or held back as a whole', () => {
    fc.assert(
      fc.property(sources, (source) => {
        const { decisions, deleted, standing: seen } = expire(source);
        expect(decisions).toHaveLength(source.backups.length);
        expect([0, seen?.deletable ?? 0]).toContain(deleted.filter(isCompleted).length);
      }),
    );
  });

  it('a second run deletes nothing more', () => {
    fc.assert(
      fc.property(sources, (source) => {
        const { deleted } = expire(source);
        const rest = source.backups.filter((backup) => !deleted.includes(backup));
        expect(expire({ ...source, backups: rest }).deleted).toEqual([]);
      }),
    );
  });

  it('a source that is gone keeps its newest completed ones, and loses all else that is due', () => {
    fc.assert(
      fc.property(sources, (source) => {
        fc.pre(!source.living);
        const { decisions, deleted, ours } = expire(source);
        const completed = ours.filter(isCompleted);
        const left = completed.filter((backup) => !deleted.includes(backup));
        expect(left.length).toBeGreaterThanOrEqual(Math.min(completed.length, source.keepOfGoneSources));
        const reasons = new Set(decisions.map(({ decision }) => decision.reason));
        for (const reason of ['last-completed', 'no-completed-backup', 'delete-share', 'floor-changed']) {
          expect(reasons).not.toContain(reason);
        }
      }),
    );
  });

  it('the source of another row never answers for a backup', () => {
    expect(decideExpiry({ ...due, row: aRow({ source: 'vol-0000000b' }) }, account)).toEqual(
      keep('other-source'),
    );
    expect(due.row.source).toBe(aVolume().id);
  });
});
