import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  type Appointment,
  backupTags,
  decideTake,
  expiryOf,
  isSlotOver,
  type TakeDecision,
} from '../../functions/take-snapshots/decide.ts';
import type { Snapshot } from '../../shared/aws/ec2-snapshots.ts';
import type { Volume } from '../../shared/aws/ec2-volumes.ts';
import { readDuration } from '../../shared/duration.ts';
import { type Tags, tagKeys } from '../../shared/tags.ts';
import { anOwner, aSlot, aSnapshot, aVolume } from '../builders.ts';

const appointment: Appointment = {
  owner: anOwner,
  slot: aSlot(),
  expires: new Date('2026-11-28T02:15:04.120Z'),
  maxActions: undefined,
};

interface Case {
  volumes?: Volume[];
  namedIds?: string[];
  ofSlot?: Snapshot[];
  maxActions?: number;
}

const decide = ({ volumes = [aVolume()], namedIds = [], ofSlot = [], maxActions }: Case) =>
  decideTake({ volumes, namedIds, ofSlot }, { ...appointment, maxActions });

const resourceOf = (decision: TakeDecision) =>
  decision.kind === 'create' ? decision.volume.id : decision.resource;
const verdictOf = (decision: TakeDecision) => (decision.kind === 'create' ? 'create' : decision.reason);
const verdicts = (decisions: TakeDecision[]) =>
  decisions.map((decision) => [resourceOf(decision), verdictOf(decision)]);

const a = aVolume({ id: 'vol-0000000a' });
const b = aVolume({ id: 'vol-0000000b' });
const c = aVolume({ id: 'vol-0000000c' });
const snapshotOf = (volume: Volume, overrides: Parameters<typeof aSnapshot>[0] = {}) =>
  aSnapshot({ id: volume.id.replace('vol', 'snap'), volumeId: volume.id, ...overrides });

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

  test.each([
    ['pending', 'already-taken'],
    ['completed', 'already-taken'],
    ['recoverable', 'already-taken'],
    ['recovering', 'already-taken'],
    ['error', 'create'],
  ])('whose snapshot of this slot is %s: %s', (state, verdict) => {
    const decisions = decide({ ofSlot: [aSnapshot({ state })] });
    expect(verdicts(decisions)).toEqual([[aVolume().id, verdict]]);
  });

  it('that is taken names the snapshot that took it', () => {
    const snapshot = aSnapshot();
    expect(decide({ ofSlot: [snapshot] })).toEqual([
      { kind: 'keep', resource: aVolume().id, reason: 'already-taken', snapshot },
    ]);
  });

  test.each([
    ['first', ['error', 'completed']],
    ['last', ['completed', 'error']],
  ])('whose failed snapshot comes %s beside a good one is taken', (_where, states) => {
    const ofSlot = states.map((state, index) => aSnapshot({ id: `snap-${index}`, state }));
    const [decision] = decide({ ofSlot });
    expect(decision).toMatchObject({ reason: 'already-taken', snapshot: { state: 'completed' } });
  });

  it('that was taken is said to be so even if it is now being deleted', () => {
    const decisions = decide({ volumes: [aVolume({ state: 'deleting' })], ofSlot: [aSnapshot()] });
    expect(verdicts(decisions)).toEqual([[aVolume().id, 'already-taken']]);
  });

  it('is not taken by the snapshot of another source', () => {
    const ofSlot = [snapshotOf(b)];
    expect(verdicts(decide({ volumes: [a], ofSlot }))).toEqual([[a.id, 'create']]);
  });

  it('is not taken by a snapshot that does not say its source', () => {
    const ofSlot = [aSnapshot({ tags: { [tagKeys.source]: undefined } })];
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

describe('an instance that the job names', () => {
  it('but that no volume is attached to is said', () => {
    const attached = aVolume({ id: a.id, attachedTo: ['i-0000000a'] });
    const decisions = decide({ volumes: [attached], namedIds: ['i-0000000a', 'i-0000000b'] });
    expect(verdicts(decisions)).toEqual([
      [a.id, 'create'],
      ['i-0000000b', 'instance-without-volumes'],
    ]);
  });
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
        state: fc.constantFrom('pending', 'completed', 'error'),
      })
      .map(({ source, state }) => aSnapshot({ state, tags: { [tagKeys.source]: source } })),
    { maxLength: 6 },
  );
  const cases = fc.record(
    { volumes, ofSlot: snapshots, namedIds: fc.array(id), maxActions: fc.integer({ min: 1, max: 6 }) },
    { requiredKeys: ['volumes', 'ofSlot', 'namedIds'] },
  );
  const takenIn = ({ ofSlot }: { ofSlot: Snapshot[] }) =>
    new Set(ofSlot.filter(({ state }) => state !== 'error').map(({ tags }) => tags[tagKeys.source]));

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
        const created = decide(seen).flatMap((d) => (d.kind === 'create' ? [snapshotOf(d.volume)] : []));
        const again = decide({ ...seen, ofSlot: [...seen.ofSlot, ...created] });
        expect(again.filter(({ kind }) => kind === 'create')).toEqual([]);
      }),
    );
  });
});

describe('the tags of a snapshot', () => {
  const own = (count: number): Tags =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`tag-${String(index).padStart(2, '0')}`, 'x']),
    );
  const tagsFor = (tags: Tags) => backupTags(aVolume({ tags }), appointment);

  it('are ours and those of the volume', () => {
    expect(tagsFor({ Name: 'data', Env: 'prod', empty: '' })).toEqual({
      tags: {
        'groundskeeper:owner': 'groundskeeper-test',
        'groundskeeper:plan': 'data',
        'groundskeeper:tier': 'daily',
        'groundskeeper:slot': 'data/daily/2026-11-21T02:15:00Z',
        'groundskeeper:expires': '2026-11-28T02:15:04.120Z',
        'groundskeeper:source': 'vol-0123456789abcdef0',
        Name: 'data',
        Env: 'prod',
        empty: '',
      },
      leftOut: [],
    });
  });

  it('leave out what AWS and Groundskeeper itself put on the volume', () => {
    const { tags, leftOut } = tagsFor({
      'aws:cloudformation:stack-name': 'prod',
      'aws:backup:source-resource': 'x',
      'groundskeeper:owner': 'groundskeeper-other',
      'groundskeeper:expires': '2020-01-01T00:00:00Z',
      'groundskeeper:set': 'a',
      awsome: 'kept',
      'Groundskeeper:note': 'kept',
    });
    expect(Object.keys(tags).toSorted()).toEqual(
      [...Object.values(tagKeys), 'awsome', 'Groundskeeper:note'].toSorted(),
    );
    expect(tags[tagKeys.owner]).toBe(anOwner);
    expect(tags[tagKeys.expires]).toBe('2026-11-28T02:15:04.120Z');
    expect(leftOut).toEqual([]);
  });

  test.each([
    [43, 49, []],
    [44, 50, []],
    [45, 50, ['tag-44']],
    [50, 50, ['tag-44', 'tag-45', 'tag-46', 'tag-47', 'tag-48', 'tag-49']],
  ])('of a volume with %i are %i', (count, total, leftOut) => {
    const decided = tagsFor(own(count));
    expect(Object.keys(decided.tags)).toHaveLength(total);
    expect(decided.leftOut).toEqual(leftOut);
  });

  it('keep the name where others find no room, though it comes late in the alphabet', () => {
    const earlier = Object.fromEntries(Object.keys(own(44)).map((key) => [key.replace('tag', 'A'), 'x']));
    const { tags, leftOut } = tagsFor({ ...earlier, Name: 'data', 'A-first': 'x' });
    expect(tags['Name']).toBe('data');
    expect(leftOut).toEqual(['A-43', 'A-first']);
  });

  it('do not count what is left out anyway', () => {
    const aws = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`aws:${index}`, 'x']));
    expect(tagsFor({ ...own(44), ...aws }).leftOut).toEqual([]);
  });

  it('may have names that every object knows', () => {
    const volumeTags = Object.fromEntries([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
    ]);
    const { tags } = tagsFor(volumeTags);
    expect(Object.entries(tags)).toEqual(
      expect.arrayContaining([
        ['__proto__', 'a'],
        ['constructor', 'b'],
        ['toString', 'c'],
      ]),
    );
  });

  it('are always ours, at most 50, and lose nothing without saying so', () => {
    const key = fc.oneof(
      fc.string({ minLength: 1, maxLength: 12 }),
      fc.constantFrom(
        'Name',
        'aws:x',
        'groundskeeper:owner',
        'groundskeeper:source',
        '__proto__',
        'constructor',
      ),
      fc.integer({ min: 0, max: 99 }).map((index) => `tag-${index}`),
    );
    const pairs = fc.uniqueArray(fc.tuple(key, fc.string({ maxLength: 8 })), {
      maxLength: 70,
      selector: ([name]) => name,
      size: 'max',
    });
    fc.assert(
      fc.property(pairs, (all) => {
        const { tags, leftOut } = tagsFor(Object.fromEntries(all));
        const names = Object.keys(tags);
        expect(names.length).toBeLessThanOrEqual(50);
        expect(tags).toMatchObject(backupTags(aVolume({ tags: {} }), appointment).tags);
        const copied = all.map(([name]) => name).filter((name) => !/^(aws|groundskeeper):/.test(name));
        const foreign = names.filter((name) => !name.startsWith('groundskeeper:'));
        expect([...foreign, ...leftOut].toSorted()).toEqual(copied.toSorted());
        for (const name of foreign) expect(tags[name]).toBe(all.find(([other]) => other === name)?.[1]);
      }),
    );
  });
});

describe('a slot', () => {
  const slot = aSlot({ time: new Date('2026-11-21T02:15:00Z') });

  test.each([
    ['3 hours', '2026-11-21T05:14:59.999Z', false],
    ['3 hours', '2026-11-21T05:15:00.000Z', true],
    ['1 day', '2026-11-22T02:14:59.999Z', false],
    ['1 day', '2026-11-22T02:15:00.000Z', true],
    ['1 month', '2026-12-21T02:14:59.999Z', false],
    ['1 month', '2026-12-21T02:15:00.000Z', true],
    ['1 day', '2026-11-21T02:14:00.000Z', false],
  ])('of every %s is over at %s: %s', (every, now, over) => {
    expect(isSlotOver(slot, readDuration(every), new Date(now))).toBe(over);
  });

  test.each([
    ['on time', '2026-11-21T02:15:00.000Z', '2026-11-28T02:15:00.000Z'],
    ['late, from the start', '2026-11-21T09:00:00.500Z', '2026-11-28T09:00:00.500Z'],
    ['by a clock that is behind, from the slot', '2026-11-21T02:14:58.000Z', '2026-11-28T02:15:00.000Z'],
  ])('counts retention, %s', (_when, now, expires) => {
    expect(expiryOf(slot, readDuration('7 days'), new Date(now)).toISOString()).toBe(expires);
  });
});
