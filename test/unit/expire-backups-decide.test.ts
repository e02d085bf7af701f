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
import type { Snapshot } from '../../shared/aws/ec2-snapshots.ts';
import { tagKeys } from '../../shared/tags.ts';
import { anOwner, aRow, aSnapshot, aVolume } from '../builders.ts';

const now = new Date('2026-11-28T02:15:04.120Z');
const minutesAfter = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const account: Account = { owner: anOwner, now, maxDeleteShare: 0.5, imageSnapshots: new Set() };

const theFloor = aSnapshot({ id: 'snap-0000000f', startedAt: minutesAfter(-5) });
const standing: SourceStanding = { living: true, count: 2, deletable: 1, floor: theFloor.id };

/** Due just now, of a source that lives and keeps another one. */
const due: Seen = { row: aRow(), snapshot: aSnapshot(), standing, floor: theFloor };
const keep = (reason: string) => ({ kind: 'keep', reason });
const deletion = { kind: 'delete', reason: 'past-retention' };
const withTags = (tags: Record<string, string | undefined>, overrides: Partial<Snapshot> = {}): Seen => ({
  ...due,
  snapshot: aSnapshot({ ...overrides, tags }),
});

describe('a backup', () => {
  it('that is due is deleted', () => {
    expect(decideExpiry(due, account)).toEqual(deletion);
  });

  it('that failed and is due is deleted', () => {
    expect(decideExpiry({ ...due, snapshot: aSnapshot({ state: 'error' }) }, account)).toEqual(deletion);
  });

  it('whose snapshot is gone is forgotten, even if nothing else is known', () => {
    const seen: Seen = { row: aRow(), snapshot: undefined, standing: undefined, floor: undefined };
    expect(decideExpiry(seen, account)).toEqual({ kind: 'forget', reason: 'snapshot-gone' });
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
    const snapshot = { ...aSnapshot(), tags: {} };
    expect(decideExpiry({ ...due, snapshot }, account)).toEqual(keep('not-ours'));
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

  test.each([['pending'], ['recoverable'], ['recovering'], ['a-state-to-come']])(
    'that is %s is kept',
    (state) => {
      expect(decideExpiry({ ...due, snapshot: aSnapshot({ state }) }, account)).toEqual(keep('not-settled'));
    },
  );

  it('that an image stands on is kept', () => {
    const imageSnapshots = new Set([aSnapshot().id]);
    expect(decideExpiry(due, { ...account, imageSnapshots })).toEqual(keep('in-use-by-image'));
  });

  test.each<[string, string | undefined]>([
    ['another source than its row', 'vol-0000000b'],
    ['no source', undefined],
  ])('whose tag names %s is kept: what stands of its source was not seen', (_what, source) => {
    const gone = { ...standing, living: false, floor: undefined };
    const seen = { ...withTags({ [tagKeys.source]: source }), standing: gone };
    expect(decideExpiry(seen, account)).toEqual(keep('other-source'));
  });

  it('that is the newest completed one of its source is kept', () => {
    const seen = { ...due, standing: { ...standing, floor: aSnapshot().id }, floor: aSnapshot() };
    expect(decideExpiry(seen, account)).toEqual(keep('last-completed'));
  });

  it('of a source without any completed one is kept, though it failed itself', () => {
    const seen: Seen = {
      ...due,
      snapshot: aSnapshot({ state: 'error' }),
      standing: { ...standing, floor: undefined },
      floor: undefined,
    };
    expect(decideExpiry(seen, account)).toEqual(keep('no-completed-backup'));
  });

  it('of a source of which nothing was seen is kept', () => {
    expect(decideExpiry({ ...due, standing: undefined, floor: undefined }, account)).toEqual(
      keep('floor-changed'),
    );
  });

  test.each<[string, Snapshot | undefined]>([
    ['is gone', undefined],
    ['is not completed any more', { ...theFloor, state: 'recovering' }],
    ['is not ours any more', { ...theFloor, tags: {} }],
  ])('is kept if what must stay %s', (_what, floor) => {
    expect(decideExpiry({ ...due, floor }, account)).toEqual(keep('floor-changed'));
  });

  it('of a source that no longer exists is deleted, the last one too', () => {
    const gone: SourceStanding = { living: false, count: 1, deletable: 1, floor: undefined };
    expect(decideExpiry({ ...due, standing: gone, floor: undefined }, account)).toEqual(deletion);
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
    expect(exceedsShare({ living: true, count, deletable, floor: undefined }, share)).toBe(exceeded);
  });

  it('is not limited for a source that no longer exists', () => {
    const gone: SourceStanding = { living: false, count: 100, deletable: 100, floor: undefined };
    expect(exceedsShare(gone, 0.5)).toBe(false);
  });
});

describe('what stands of a source', () => {
  const at = (id: string, minutes: number, overrides: Parameters<typeof aSnapshot>[0] = {}) =>
    aSnapshot({ id: `snap-${id}`, startedAt: minutesAfter(minutes), ...overrides });

  it('is nothing without snapshots', () => {
    expect(standingOf([], true, account)).toEqual({ living: true, count: 0, deletable: 0, floor: undefined });
  });

  test.each([
    ['in the order of time', ['a', 'b', 'c']],
    ['backwards', ['c', 'b', 'a']],
    ['mixed', ['b', 'c', 'a']],
  ])('has its newest completed one for a floor, listed %s', (_order, order) => {
    const started = { a: -30, b: -20, c: -10 } as const;
    const all = order.map((id) => at(id, started[id as keyof typeof started]));
    expect(standingOf(all, true, account)).toEqual({ living: true, count: 3, deletable: 2, floor: 'snap-c' });
  });

  test.each(['pending', 'error', 'recoverable', 'recovering'])('has no floor in one that is %s', (state) => {
    const all = [at('a', -30), at('b', -10, { state })];
    expect(standingOf(all, true, account).floor).toBe('snap-a');
    expect(standingOf([at('b', -10, { state })], true, account).floor).toBeUndefined();
  });

  it('has the larger id for a floor where two were started together, in any order', () => {
    const [a, b] = [at('a', -10), at('b', -10)];
    expect(standingOf([a, b], true, account).floor).toBe('snap-b');
    expect(standingOf([b, a], true, account).floor).toBe('snap-b');
  });

  it('may have a floor that is not due yet', () => {
    const all = [at('a', -30), at('b', -10, { tags: { [tagKeys.expires]: '2027-01-01T00:00:00Z' } })];
    expect(standingOf(all, true, account)).toMatchObject({ floor: 'snap-b', deletable: 1 });
  });

  it('has no floor once the source is gone: all that is due may go', () => {
    const all = [at('a', -30), at('b', -10)];
    expect(standingOf(all, false, account)).toEqual({
      living: false,
      count: 2,
      deletable: 2,
      floor: undefined,
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
      at('floor', -1),
    ];
    const imageSnapshots = new Set(['snap-image']);
    expect(standingOf(all, true, { ...account, imageSnapshots })).toEqual({
      living: true,
      count: 5,
      deletable: 1,
      floor: 'snap-floor',
    });
  });

  it('neither counts nor spares what failed: failures do not weaken the share', () => {
    const failed = Array.from({ length: 7 }, (_, n) => at(`failed-${n}`, -40 + n, { state: 'error' }));
    const completed = Array.from({ length: 8 }, (_, n) => at(`due-${n}`, -20 + n));
    const standing = standingOf([...failed, ...completed], true, account);
    expect(standing).toMatchObject({ count: 8, deletable: 7 });
    expect(exceedsShare(standing, 0.5)).toBe(true);
  });

  it('is no other volume’s: tags travel with a restored volume', () => {
    const stray = at('stray', 0, { volumeId: 'vol-0000000f', tags: { [tagKeys.source]: aVolume().id } });
    expect(standingOf([at('older', -5), stray], true, account)).toMatchObject({
      count: 1,
      floor: 'snap-older',
    });
    const seen = {
      ...due,
      snapshot: aSnapshot({ volumeId: 'vol-0000000f', tags: { [tagKeys.source]: aVolume().id } }),
    };
    expect(decideExpiry(seen, account)).toEqual({ kind: 'keep', reason: 'other-source' });
  });
});

interface Source {
  snapshots: Snapshot[];
  living: boolean;
  maxDeleteShare: number;
  /** Which of them images stand on. */
  inUse: number[];
}

describe('the laws of expiry', () => {
  const states = fc.constantFrom('completed', 'completed', 'completed', 'error', 'pending', 'recovering');
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
  const snapshots = fc
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
        aSnapshot({
          id: `snap-${String(index).padStart(8, '0')}`,
          state,
          startedAt: minutesAfter(minutes),
          tags: { [tagKeys.expires]: expires, [tagKeys.owner]: owner },
        }),
      ),
    );
  const sources: fc.Arbitrary<Source> = fc.record({
    snapshots,
    living: fc.boolean(),
    maxDeleteShare: fc.double({ min: 0.01, max: 1, noNaN: true }),
    inUse: fc.array(fc.integer({ min: 0, max: 13 }), { maxLength: 3 }),
  });

  /** One run over one source, as it would go: ours are seen, every row is judged. */
  function expire({ snapshots: all, living, maxDeleteShare, inUse }: Source) {
    const imageSnapshots = new Set(inUse.map((index) => all[index]?.id ?? ''));
    const seenAccount = { ...account, maxDeleteShare, imageSnapshots };
    const ours = all.filter(({ tags }) => tags[tagKeys.owner] === anOwner);
    const seen = ours.length > 0 ? standingOf(ours, living, seenAccount) : undefined;
    const floor = all.find(({ id }) => id === seen?.floor);
    const decisions = all.map((snapshot) => ({
      snapshot,
      decision: decideExpiry(
        { row: aRow({ resource: snapshot.id }), snapshot, standing: seen, floor },
        seenAccount,
      ),
    }));
    const deleted = decisions.filter(({ decision }) => decision.kind === 'delete').map((d) => d.snapshot);
    return { decisions, deleted, ours, imageSnapshots };
  }

  it('nothing is deleted that is not ours, not due, not settled, of no readable time, or in use', () => {
    fc.assert(
      fc.property(sources, (source) => {
        const { deleted, imageSnapshots } = expire(source);
        for (const { id, state, tags } of deleted) {
          expect(tags[tagKeys.owner]).toBe(anOwner);
          expect(Date.parse(tags[tagKeys.expires] ?? '')).toBeLessThanOrEqual(now.getTime());
          expect(['completed', 'error']).toContain(state);
          expect(imageSnapshots).not.toContain(id);
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
        const left = completed.filter((snapshot) => !deleted.includes(snapshot));
        if (completed.length === 0) expect(deleted).toEqual([]);
        else expect(left.map(({ startedAt }) => startedAt.getTime())).toContain(newest);
      }),
    );
  });

  it('a living source with four backups or more never loses more than its share in one run', () => {
    fc.assert(
      fc.property(sources, (source) => {
        const { deleted, ours } = expire(source);
        const isCompleted = ({ state }: Snapshot) => state === 'completed';
        const completed = ours.filter(isCompleted).length;
        fc.pre(source.living && completed >= 4);
        expect(deleted.filter(isCompleted).length).toBeLessThanOrEqual(completed * source.maxDeleteShare);
      }),
    );
  });

  it('everything is decided once, and what was counted as deletable is deleted or held back as a whole', () => {
    fc.assert(
      fc.property(sources, (source) => {
        const { decisions, deleted, ours, imageSnapshots } = expire(source);
        expect(decisions).toHaveLength(source.snapshots.length);
        const seenAccount = { ...account, maxDeleteShare: source.maxDeleteShare, imageSnapshots };
        const { deletable } = standingOf(ours, source.living, seenAccount);
        expect([0, deletable]).toContain(deleted.filter(({ state }) => state === 'completed').length);
      }),
    );
  });

  it('a second run deletes nothing more', () => {
    fc.assert(
      fc.property(sources, (source) => {
        const { deleted } = expire(source);
        const rest = source.snapshots.filter((snapshot) => !deleted.includes(snapshot));
        const used = source.inUse.map((index) =>
          rest.findIndex(({ id }) => id === source.snapshots[index]?.id),
        );
        const again = expire({ ...source, snapshots: rest, inUse: used.filter((index) => index >= 0) });
        expect(again.deleted).toEqual([]);
      }),
    );
  });

  it('a source that is gone loses all that is due, and nothing else', () => {
    fc.assert(
      fc.property(sources, (source) => {
        fc.pre(!source.living);
        const { decisions } = expire(source);
        const reasons = new Set(decisions.map(({ decision }) => decision.reason));
        for (const reason of ['last-completed', 'no-completed-backup', 'delete-share', 'floor-changed']) {
          expect(reasons).not.toContain(reason);
        }
      }),
    );
  });

  it('the source of another row never answers for a snapshot', () => {
    expect(decideExpiry({ ...due, row: aRow({ source: 'vol-0000000b' }) }, account)).toEqual(
      keep('other-source'),
    );
    expect(due.row.source).toBe(aVolume().id);
  });
});
