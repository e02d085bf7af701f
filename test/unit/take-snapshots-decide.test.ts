import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { decideTake, type TakeDecision, type TakeOrder } from '../../functions/take-snapshots/decide.ts';
import type { Volume } from '../../shared/aws/ec2-volumes.ts';
import type { BackupState, StandingBackup } from '../../shared/backups/backup.ts';
import { tagKeys } from '../../shared/tags.ts';
import { anOwner, aSlot, aStandingBackup, aVolume } from '../builders.ts';

const order: TakeOrder = {
  owner: anOwner,
  slot: aSlot(),
  expires: new Date('2026-11-28T02:15:04.120Z'),
  copies: [],
  maxActions: undefined,
};

interface Case {
  volumes?: Volume[];
  namedIds?: string[];
  ofSlot?: StandingBackup[];
  maxActions?: number;
}

const decide = ({ volumes = [aVolume()], namedIds = [], ofSlot = [], maxActions }: Case) =>
  decideTake({ volumes, namedIds, ofSlot }, { ...order, maxActions });

const resourceOf = (decision: TakeDecision) =>
  decision.kind === 'create' ? decision.source : decision.resource;
const verdictOf = (decision: TakeDecision) => (decision.kind === 'create' ? 'create' : decision.reason);
const verdicts = (decisions: TakeDecision[]) =>
  decisions.map((decision) => [resourceOf(decision), verdictOf(decision)]);

const a = aVolume({ id: 'vol-0000000a' });
const b = aVolume({ id: 'vol-0000000b' });
const c = aVolume({ id: 'vol-0000000c' });
const snapshotOf = ({ id }: Pick<Volume, 'id'>, overrides: Parameters<typeof aStandingBackup>[0] = {}) =>
  aStandingBackup({ id: id.replace('vol', 'snap'), source: id, ...overrides });

describe('a volume', () => {
  test.each([
    ['available', 'create'],
    ['in-use', 'create'],
    ['creating', 'volume-creating'],
    ['deleting', 'volume-deleting'],
    ['deleted', 'volume-deleted'],
    ['error', 'volume-error'],
    // EC2 may say so one day: it is asked for the snapshot, and says no if it cannot.
    ['a-state-to-come', 'create'],
  ])('that is %s: %s', (state, verdict) => {
    expect(verdicts(decide({ volumes: [aVolume({ state })] }))).toEqual([[aVolume().id, verdict]]);
  });

  test.each<[BackupState, string]>([
    ['pending', 'already-taken'],
    ['completed', 'already-taken'],
    ['other', 'already-taken'],
    ['error', 'create'],
  ])('whose snapshot of this slot is %s: %s', (state, verdict) => {
    const decisions = decide({ ofSlot: [aStandingBackup({ state })] });
    expect(verdicts(decisions)).toEqual([[aVolume().id, verdict]]);
  });

  it('that is taken names the snapshot that took it', () => {
    const backup = aStandingBackup();
    expect(decide({ ofSlot: [backup] })).toEqual([
      { kind: 'keep', resource: aVolume().id, reason: 'already-taken', backup },
    ]);
  });

  test.each<[string, BackupState[]]>([
    ['first', ['error', 'completed']],
    ['last', ['completed', 'error']],
  ])('whose failed snapshot comes %s beside a good one is taken', (_where, states) => {
    const ofSlot = states.map((state, index) => aStandingBackup({ id: `snap-${index}`, state }));
    const [decision] = decide({ ofSlot });
    expect(decision).toMatchObject({ reason: 'already-taken', backup: { state: 'completed' } });
  });

  it('that was taken is said to be so even if it is now being deleted', () => {
    const decisions = decide({ volumes: [aVolume({ state: 'deleting' })], ofSlot: [aStandingBackup()] });
    expect(verdicts(decisions)).toEqual([[aVolume().id, 'already-taken']]);
  });

  it('is not taken by the snapshot of another source', () => {
    const ofSlot = [snapshotOf(b)];
    expect(verdicts(decide({ volumes: [a], ofSlot }))).toEqual([[a.id, 'create']]);
  });

  it('is not taken by a snapshot of which only a tag says that it is its own', () => {
    const ofSlot = [{ ...aStandingBackup(), source: undefined }];
    expect(verdicts(decide({ ofSlot }))).toEqual([[aVolume().id, 'create']]);
  });

  it('that comes twice is taken once', () => {
    expect(verdicts(decide({ volumes: [a, b, a] }))).toEqual([
      [a.id, 'create'],
      [b.id, 'create'],
    ]);
  });

  it('that the job names but that is not there is said once, however often it is named', () => {
    const decisions = decide({ volumes: [a], namedIds: [a.id, b.id, b.id] });
    expect(verdicts(decisions)).toEqual([
      [a.id, 'create'],
      [b.id, 'volume-not-found'],
    ]);
  });
});

it('a creation says all that is to be made', () => {
  expect(decide({})).toEqual([
    {
      kind: 'create',
      source: aVolume().id,
      backupKind: 'snapshot',
      leftOut: [],
      tags: { ...aStandingBackup().tags, [tagKeys.expires]: order.expires.toISOString(), Name: 'data' },
    },
  ]);
});

describe('maxActions', () => {
  test.each<[number | undefined, string[]]>([
    [1, ['create', 'max-actions', 'max-actions']],
    [2, ['create', 'create', 'max-actions']],
    [3, ['create', 'create', 'create']],
    [undefined, ['create', 'create', 'create']],
  ])('of %s takes no more of three', (maxActions, expected) => {
    const decisions = decide({ volumes: [a, b, c], ...(maxActions && { maxActions }) });
    expect(decisions.map(verdictOf)).toEqual(expected);
  });

  it('counts what earlier tries of the slot took, wherever it stands in the list', () => {
    const ofSlot = [snapshotOf(c)];
    expect(decide({ volumes: [a, b, c], ofSlot, maxActions: 1 }).map(verdictOf)).toEqual([
      'max-actions',
      'max-actions',
      'already-taken',
    ]);
    expect(decide({ volumes: [a, b, c], ofSlot, maxActions: 2 }).map(verdictOf)).toEqual([
      'create',
      'max-actions',
      'already-taken',
    ]);
  });

  it('does not count a volume of which no snapshot can be taken', () => {
    const volumes = [{ ...a, state: 'error' }, b];
    expect(decide({ volumes, maxActions: 1 }).map(verdictOf)).toEqual(['volume-error', 'create']);
  });

  it('does not count a snapshot that failed', () => {
    const ofSlot = [snapshotOf(a, { state: 'error' })];
    expect(decide({ volumes: [a], ofSlot, maxActions: 1 }).map(verdictOf)).toEqual(['create']);
  });
});

describe('the laws of taking', () => {
  const ids = ['vol-0000000a', 'vol-0000000b', 'vol-0000000c', 'vol-0000000d', 'vol-0000000e'];
  const id = fc.constantFrom(...ids);
  const volumes = fc.array(
    fc
      .record({
        id,
        state: fc.constantFrom('available', 'in-use', 'creating', 'deleting', 'deleted', 'error'),
      })
      .map((overrides) => aVolume(overrides)),
    { maxLength: 8 },
  );
  const snapshots = fc.array(
    fc
      .record({
        source: fc.option(id, { nil: undefined }),
        state: fc.constantFrom<BackupState[]>('pending', 'completed', 'error'),
      })
      .map(({ source, state }) => ({ ...aStandingBackup({ state }), source })),
    { maxLength: 6 },
  );
  const cases = fc.record(
    { volumes, ofSlot: snapshots, namedIds: fc.array(id), maxActions: fc.integer({ min: 1, max: 6 }) },
    { requiredKeys: ['volumes', 'ofSlot', 'namedIds'] },
  );
  const takenIn = ({ ofSlot }: { ofSlot: StandingBackup[] }) =>
    new Set(ofSlot.filter(({ state }) => state !== 'error').map(({ source }) => source));

  it('each volume and each named id is decided exactly once, and nothing else', () => {
    fc.assert(
      fc.property(cases, (seen) => {
        const expected = new Set([...seen.volumes.map((volume) => volume.id), ...seen.namedIds]);
        const decided = decide(seen).map(resourceOf);
        expect(decided.toSorted()).toEqual([...expected].toSorted());
      }),
    );
  });

  it('nothing is taken that was taken', () => {
    fc.assert(
      fc.property(cases, (seen) => {
        const taken = takenIn(seen);
        const decisions = decide(seen);
        const decided = (verdict: string) =>
          decisions.filter((decision) => verdictOf(decision) === verdict).map(resourceOf);
        expect(decided('create').filter((volume) => taken.has(volume))).toEqual([]);
        expect(decided('already-taken').filter((volume) => !taken.has(volume))).toEqual([]);
      }),
    );
  });

  it('no slot ever has more than maxActions, over all its tries', () => {
    fc.assert(
      fc.property(cases, (seen) => {
        const decisions = decide(seen);
        const count = (verdict: string) => decisions.filter((d) => verdictOf(d) === verdict).length;
        const most = seen.maxActions ?? Number.POSITIVE_INFINITY;
        expect(count('create')).toBeLessThanOrEqual(Math.max(0, most - count('already-taken')));
        // And nothing is left out for that while there is room.
        if (count('max-actions') > 0)
          expect(count('create') + count('already-taken')).toBeGreaterThanOrEqual(most);
      }),
    );
  });

  it('a second try takes nothing that the first one took', () => {
    fc.assert(
      fc.property(cases, (seen) => {
        const created = decide(seen).flatMap((d) =>
          d.kind === 'create' ? [snapshotOf({ id: d.source })] : [],
        );
        const again = decide({ ...seen, ofSlot: [...seen.ofSlot, ...created] });
        expect(again.filter(({ kind }) => kind === 'create')).toEqual([]);
      }),
    );
  });
});
