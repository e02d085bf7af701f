import { describe, expect, test } from 'vitest';
import {
  type CopyDecision,
  decideCopies,
  mostAttempts,
  type Seen,
} from '../../functions/copy-backups/decide.ts';
import { measuresOf } from '../../functions/copy-backups/measure.ts';
import { type CopyOrder, regionsToLookAt } from '../../functions/copy-backups/wanted.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import type { StandingCopy } from '../../shared/backups/copies.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import { anOwner, aRegion, aStandingBackup } from '../builders.ts';

const there = 'eu-central-1';
const set = 'data/daily/2026-11-21T02:15:00Z/i-0123456789abcdef0';

const wanting = (overrides: Parameters<typeof aStandingBackup>[0] = {}): StandingBackup =>
  aStandingBackup({ ...overrides, tags: { [extraTagKeys.copies]: `${there}:wanted`, ...overrides.tags } });

const aSet = (overrides: Parameters<typeof aStandingBackup>[0] = {}): StandingBackup =>
  wanting({
    kind: 'set',
    id: set,
    source: 'i-0123456789abcdef0',
    parts: ['snap-1', 'snap-2'],
    ...overrides,
    tags: { [extraTagKeys.set]: set, [extraTagKeys.members]: '2', ...overrides.tags },
  });

const aCopy = (overrides: Partial<StandingCopy> = {}): StandingCopy => ({
  id: 'snap-copy',
  copyOf: `${aRegion}/${aStandingBackup().id}`,
  state: 'completed',
  message: undefined,
  tags: {},
  ...overrides,
});

const order = (overrides: Partial<CopyOrder> = {}): CopyOrder => ({
  owner: anOwner,
  now: new Date('2026-11-21T06:00:00Z'),
  copies: [{ backup: 'data', region: there, kmsKey: 'alias/backups', keep: { daily: '7 days' } }],
  named: false,
  maxActions: undefined,
  ...overrides,
});

function seeing(
  originals: readonly StandingBackup[],
  copies: readonly StandingCopy[] = [],
  room = 20,
): Seen[] {
  return [{ originals, copies: new Map([[there, copies]]), room: new Map([[there, room]]) }];
}

const brief = ({ kind, reason }: CopyDecision) => `${kind} ${reason}`;
const decided = (...[originals, copies, room, what]: [...Parameters<typeof seeing>, CopyOrder?]) =>
  decideCopies(seeing(originals, copies, room), what ?? order()).map(brief);

test('an awaited copy is started with the plan’s key and an expiry that counts from the backup', () => {
  expect(decideCopies(seeing([wanting()]), order())).toEqual([
    expect.objectContaining({
      kind: 'copy',
      region: there,
      part: wanting().id,
      attempt: 1,
      kmsKey: 'alias/backups',
      expires: new Date('2026-11-28T02:15:05Z'),
    }),
  ]);
});

test.each<[string, Parameters<typeof aStandingBackup>[0], string]>([
  ['of another owner', { tags: { [tagKeys.owner]: 'groundskeeper-other' } }, 'not-ours'],
  ['of nobody', { tags: { [tagKeys.owner]: undefined } }, 'not-ours'],
  ['a part of an image', { tags: { [extraTagKeys.image]: 'web' } }, 'part-of-image'],
  ['itself a copy', { tags: { [extraTagKeys.copyOf]: 'us-east-1/snap-1' } }, 'is-a-copy'],
  ['of a source that only its tags name', { source: undefined }, 'other-source'],
  ['tagged with a time that is none', { tags: { [tagKeys.expires]: 'soon' } }, 'unreadable-tags'],
  [
    'tagged with copies that nobody can read',
    { tags: { [extraTagKeys.copies]: 'everywhere' } },
    'unreadable-tags',
  ],
  ['still pending', { state: 'pending' }, 'not-completed'],
  ['being recovered', { state: 'other' }, 'not-completed'],
  ['failed', { state: 'error' }, 'backup-failed'],
  ['of a backup that is not copied there', { tags: { [tagKeys.plan]: 'mail' } }, 'not-planned'],
  ['of a tier that is not copied', { tags: { [tagKeys.tier]: 'hourly' } }, 'tier-not-copied'],
  ['copied before', { tags: { [extraTagKeys.copies]: `${there}:done` } }, 'copied'],
  ['given up before', { tags: { [extraTagKeys.copies]: `${there}:failed` } }, 'copy-failed'],
])('what is %s is kept, and its copies are not looked at', (_, overrides, reason) => {
  const original = { ...wanting(overrides), ...('source' in (overrides ?? {}) && { source: undefined }) };
  expect(decided([original])).toEqual([`keep ${reason}`]);
  expect(regionsToLookAt(original, order())).toEqual([]);
});

describe('a single backup', () => {
  test.each<[string, StandingCopy[], string]>([
    ['stands', [aCopy()], 'settle copies-stand'],
    ['is under way', [aCopy({ state: 'pending' })], 'keep copy-under-way'],
    ['is being recovered', [aCopy({ state: 'other' })], 'keep copy-under-way'],
    ['failed once', [aCopy({ state: 'error' })], 'copy failed-before'],
    [
      'failed and is under way again',
      [aCopy({ state: 'error' }), aCopy({ state: 'pending' })],
      'keep copy-under-way',
    ],
    ['failed and stands now', [aCopy({ state: 'error' }), aCopy()], 'settle copies-stand'],
    ['is of another backup', [aCopy({ copyOf: `${aRegion}/snap-other` })], 'copy wanted'],
    [
      'is of one of that id in another region',
      [aCopy({ copyOf: 'us-west-2/snap-0123456789abcdef0' })],
      'copy wanted',
    ],
  ])('whose copy %s', (_, copies, decision) => {
    expect(decided([wanting()], copies)).toEqual([decision]);
  });

  test('is given up after three failures, with what AWS said of the last', () => {
    const failures = Array.from({ length: mostAttempts }, (_, index) =>
      aCopy({ id: `snap-${index}`, state: 'error', message: 'Given key ID is not accessible' }),
    );
    expect(decideCopies(seeing([wanting()], failures), order())).toEqual([
      expect.objectContaining({
        kind: 'give-up',
        reason: 'copy-failed',
        detail: expect.stringContaining('Given key ID is not accessible'),
      }),
    ]);
  });

  test('that was given up is tried again when a person names it, whatever failed before', () => {
    const failures = Array.from({ length: mostAttempts }, () => aCopy({ state: 'error' }));
    const failed = wanting({ tags: { [extraTagKeys.copies]: `${there}:failed` } });
    expect(decided([failed], failures, 20, order({ named: true }))).toEqual(['copy failed-before']);
  });

  test('without the tag is copied when it is named, and only then', () => {
    const untagged = wanting({ tags: { [extraTagKeys.copies]: undefined } });
    expect(decided([untagged])).toEqual(['keep not-planned']);
    expect(decided([untagged], [], 20, order({ named: true }))).toEqual(['copy wanted']);
  });

  test('is not copied to be deleted at once; if it was awaited, that is said as a failure', () => {
    const late = order({ now: new Date('2026-11-29T00:00:00Z') });
    expect(decided([wanting()], [], 20, late)).toEqual(['give-up too-late']);
    expect(decided([wanting()], [aCopy()], 20, late)).toEqual(['settle copies-stand']);
    expect(decided([wanting()], [aCopy({ state: 'pending' })], 20, late)).toEqual(['keep copy-under-way']);
    const untagged = wanting({ tags: { [extraTagKeys.copies]: undefined } });
    expect(decided([untagged], [], 20, { ...late, named: true })).toEqual(['keep too-late']);
  });
});

describe('a set', () => {
  const first = aCopy({ id: 'snap-copy-1', copyOf: `${aRegion}/snap-1` });
  const second = aCopy({ id: 'snap-copy-2', copyOf: `${aRegion}/snap-2` });

  test('is copied member by member', () => {
    const starts = decideCopies(seeing([aSet()]), order());
    expect(starts).toEqual([
      expect.objectContaining({ kind: 'copy', part: 'snap-1', hasOthers: false }),
      expect.objectContaining({ kind: 'copy', part: 'snap-2', hasOthers: false }),
    ]);
  });

  test('is done only when the copy of every member stands', () => {
    expect(decided([aSet()], [first])).toEqual(['copy wanted']);
    expect(decided([aSet()], [first, { ...second, state: 'pending' }])).toEqual(['keep copy-under-way']);
    expect(decided([aSet()], [first, second])).toEqual(['settle copies-stand']);
  });

  test('of which one member’s copy failed copies that one again', () => {
    const copies = [first, { ...second, state: 'error' as const }];
    expect(decideCopies(seeing([aSet()], copies), order())).toEqual([
      expect.objectContaining({ kind: 'copy', part: 'snap-2', attempt: 2, hasOthers: true }),
    ]);
  });

  test('of which one member fails for good is given up as a whole', () => {
    const failures = Array.from({ length: mostAttempts }, () => ({ ...second, state: 'error' as const }));
    expect(decided([aSet()], failures)).toEqual(['give-up copy-failed']);
  });

  test('starts as many members as there is room for; the others wait', () => {
    expect(decided([aSet()], [], 1)).toEqual(['copy wanted', 'keep copies-in-flight']);
  });
});

describe('the queue', () => {
  const old = wanting({ id: 'snap-old', startedAt: new Date('2026-11-20T02:15:05Z') });
  const young = wanting({ id: 'snap-young', startedAt: new Date('2026-11-21T02:15:05Z') });

  test('gives a free place to the oldest', () => {
    const [started, waiting] = decideCopies(seeing([young, old], [], 1), order());
    expect([started?.original.id, waiting?.original.id]).toEqual(['snap-old', 'snap-young']);
    expect(waiting).toMatchObject({ kind: 'keep', reason: 'copies-in-flight' });
  });

  test.each([0, -3])('starts nothing where %i more are taken', (room) => {
    expect(decided([old], [], room)).toEqual(['keep copies-in-flight']);
  });

  test('starts no more than maxActions allows', () => {
    expect(decided([old, young], [], 20, order({ maxActions: 1 }))).toEqual([
      'copy wanted',
      'keep max-actions',
    ]);
  });

  test('of one region does not wait for another one’s', () => {
    const both = wanting({ tags: { [extraTagKeys.copies]: `${there}:wanted us-west-2:wanted` } });
    const copies = [there, 'us-west-2'].map((region) => ({
      backup: 'data',
      region,
      keep: { daily: '7 days' },
    }));
    const room = new Map([
      [there, 0],
      ['us-west-2', 1],
    ]);
    expect(
      decideCopies([{ originals: [both], copies: new Map(), room }], order({ copies })).map(brief),
    ).toEqual(['keep copies-in-flight', 'copy wanted']);
  });
});

describe('what the alarms watch', () => {
  const now = order().now;
  const measured = (...seen: Parameters<typeof seeing>) =>
    measuresOf(decideCopies(seeing(...seen), order()), now);

  test('is nothing where no copy is awaited or failed', () => {
    const done = wanting({ tags: { [extraTagKeys.copies]: `${there}:done` } });
    expect(measured([done])).toEqual({ CopiesFailed: 0, OldestAwaitedCopyHours: 0 });
    expect(measured([wanting()], [aCopy()])).toEqual({ CopiesFailed: 0, OldestAwaitedCopyHours: 0 });
  });

  test('is the age of the oldest backup whose copy does not stand yet', () => {
    const old = wanting({ id: 'snap-old', startedAt: new Date('2026-11-20T06:00:00Z') });
    expect(measured([wanting(), old], [], 0).OldestAwaitedCopyHours).toBe(24);
    expect(measured([wanting(), old], [aCopy({ copyOf: `${aRegion}/snap-old`, state: 'pending' })])).toEqual({
      CopiesFailed: 0,
      OldestAwaitedCopyHours: 24,
    });
  });

  test('is how many backups have a failed copy, given up now or before, each counted once', () => {
    const before = wanting({
      id: 'snap-1',
      tags: { [extraTagKeys.copies]: `${there}:failed us-west-2:failed` },
    });
    const failures = Array.from({ length: mostAttempts }, () => aCopy({ state: 'error' }));
    expect(measured([before, wanting()], failures)).toEqual({ CopiesFailed: 2, OldestAwaitedCopyHours: 0 });
  });

  test('is not what the plan does not copy any more', () => {
    const unplanned = wanting({
      tags: { [tagKeys.plan]: 'mail' },
      startedAt: new Date('2026-11-01T00:00:00Z'),
    });
    expect(measured([unplanned])).toEqual({ CopiesFailed: 0, OldestAwaitedCopyHours: 0 });
  });
});
