import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { decideSets, type SetDecision, type SetOrder } from '../../functions/take-snapshots/decide-sets.ts';
import type { Instance } from '../../shared/aws/ec2-instances.ts';
import type { SnapshotSet } from '../../shared/aws/ec2-snapshot-sets.ts';
import { type Snapshot, setDescription } from '../../shared/aws/ec2-snapshots.ts';
import { instanceBackupField } from '../../shared/job.ts';
import { slotId } from '../../shared/slot.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import { anInstance, anOwner, aRegion, aSlot, aSnapshot } from '../builders.ts';

const slot = slotId(aSlot());
const [root = '', data = '', more = ''] = anInstance().volumes.map(({ id }) => id);

interface Case {
  instances?: Instance[];
  ofSlot?: SnapshotSet[];
  maxActions?: number | undefined;
  now?: string;
  selected?: object;
}

function decide({ instances = [anInstance()], ofSlot = [], maxActions, now, selected = {} }: Case) {
  const chosen = 'ids' in selected ? {} : { tags: { Role: ['web'] } };
  const order: SetOrder = {
    owner: anOwner,
    slot: aSlot(),
    expires: new Date('2026-11-28T02:15:04.120Z'),
    copies: [],
    maxActions,
    region: aRegion,
    now: new Date(now ?? '2026-11-21T02:16:10Z'),
    selected: instanceBackupField.parse({ ...chosen, ...selected }),
  };
  return decideSets({ instances, ofSlot }, order);
}

interface SetChanges {
  id?: string;
  size?: number;
  tagged?: number;
  states?: string[];
}

/** Of `instance`; `size` members, which say that they are `tagged`. */
function aSet(
  instance = anInstance().id,
  { id = `${anOwner}/${slot}/${instance}`, size = 2, ...rest }: SetChanges = {},
) {
  const { tagged = size, states = [] } = rest;
  const tags = {
    [tagKeys.source]: instance,
    [extraTagKeys.set]: id,
    [extraTagKeys.members]: String(tagged),
  };
  const members = Array.from(
    { length: size },
    (_, index): Snapshot =>
      aSnapshot({
        id: `snap-${index}`,
        state: states[index] ?? 'pending',
        description: setDescription(id),
        tags,
      }),
  );
  return { id, source: instance, members };
}

const verdicts = (decisions: readonly SetDecision[]) =>
  decisions.map((decision) =>
    decision.kind === 'create' ? [decision.source, 'create'] : [decision.resource, decision.reason],
  );

const setIn = ([decision]: readonly SetDecision[]) =>
  decision?.kind === 'create' ? decision.set : undefined;

const a = anInstance({ id: 'i-0000000a' });
const b = anInstance({ id: 'i-0000000b' });
const c = anInstance({ id: 'i-0000000c' });

describe('an instance', () => {
  test.each([
    ['running', 'create'],
    ['stopping', 'create'],
    ['stopped', 'create'],
    ['pending', 'instance-pending'],
  ])('that is %s: %s', (state, verdict) => {
    expect(verdicts(decide({ instances: [anInstance({ state })] }))).toEqual([[anInstance().id, verdict]]);
  });

  test.each([
    ['running', true],
    ['stopping', true],
    ['stopped', false],
  ])('that is %s is taken as one that runs: %s', (state, runs) => {
    expect(decide({ instances: [anInstance({ state })] })).toEqual([expect.objectContaining({ runs })]);
  });

  it('gets a set with all that says what it is', () => {
    const [decision] = decide({});
    expect(decision).toMatchObject({
      backupKind: 'set',
      source: anInstance().id,
      leftOut: [],
      tags: {
        Name: 'web',
        'groundskeeper:owner': anOwner,
        'groundskeeper:slot': slot,
        'groundskeeper:source': anInstance().id,
        'groundskeeper:set': `${anOwner}/${slot}/${anInstance().id}`,
        'groundskeeper:members': '3',
        'groundskeeper:consistency': 'crash',
      },
    });
  });

  it('that comes twice is taken once', () => {
    expect(verdicts(decide({ instances: [a, b, a] }))).toEqual([
      [a.id, 'create'],
      [b.id, 'create'],
    ]);
  });

  it('that the job names but that is not there is said once', () => {
    const selected = { ids: [a.id, b.id, b.id] };
    expect(verdicts(decide({ instances: [a], selected }))).toEqual([
      [a.id, 'create'],
      [b.id, 'instance-not-found'],
    ]);
  });
});

describe('the volumes of a set', () => {
  test.each<[string, object, object]>([
    ['are all', {}, { members: 3, bootVolume: true, excludeVolumes: [] }],
    [
      'are without the boot volume',
      { bootVolume: false },
      { members: 2, bootVolume: false, excludeVolumes: [] },
    ],
    [
      'are without those excluded',
      { excludeVolumes: [more] },
      { members: 2, bootVolume: true, excludeVolumes: [more] },
    ],
    [
      'are without the boot volume where its id is excluded, which EC2 takes only by its own field',
      { excludeVolumes: [root, data] },
      { members: 1, bootVolume: false, excludeVolumes: [data] },
    ],
    [
      'know nothing of what other instances exclude, which EC2 would refuse',
      { excludeVolumes: ['vol-0000000f'] },
      { members: 3, bootVolume: true, excludeVolumes: [] },
    ],
  ])('%s', (_what, selected, expected) => {
    expect(setIn(decide({ selected }))).toMatchObject(expected);
  });

  test.each<[string, Case]>([
    ['excluded', { selected: { excludeVolumes: [root, data, more] } }],
    ['left out with the boot volume', { selected: { bootVolume: false, excludeVolumes: [data, more] } }],
    ['not of EBS', { instances: [anInstance({ volumes: [] })] }],
  ])('are none where all are %s', (_what, seen) => {
    expect(verdicts(decide(seen))).toEqual([[anInstance().id, 'nothing-to-snapshot']]);
  });

  it('have no boot volume where the root is not of EBS', () => {
    const instances = [anInstance({ rootDevice: undefined })];
    expect(setIn(decide({ instances }))).toMatchObject({ bootVolume: false, members: 3 });
  });
});

describe('a set that an earlier try made', () => {
  it('is not made again', () => {
    expect(decide({ ofSlot: [aSet()] })).toEqual([
      {
        kind: 'keep',
        resource: anInstance().id,
        reason: 'already-taken',
        backup: expect.objectContaining({
          id: `${anOwner}/${slot}/${anInstance().id}`,
          kind: 'set',
          state: 'pending',
        }),
      },
    ]);
  });

  it('is none of another instance', () => {
    expect(verdicts(decide({ instances: [a], ofSlot: [aSet(b.id)] }))).toEqual([[a.id, 'create']]);
  });

  test.each([
    ['more', 3, 2],
    ['fewer', 1, 2],
  ])('with %s members than it says is taken, and its number put right', (_what, size, tagged) => {
    const set = aSet(undefined, { size, tagged });
    const resize = set.members.map(({ id }) => id);
    expect(decide({ ofSlot: [set] })).toEqual([expect.objectContaining({ reason: 'already-taken', resize })]);
  });

  it('that has lost a member since is made again, under another id', () => {
    const decisions = decide({
      ofSlot: [aSet(undefined, { size: 1, tagged: 2 })],
      now: '2026-11-21T09:00:00Z',
    });
    expect(setIn(decisions)?.id).toBe(`${anOwner}/${slot}/${anInstance().id}/2`);
  });

  it('of which one member failed is made again, under another id', () => {
    const failed = aSet(undefined, { states: ['completed', 'error'] });
    expect(setIn(decide({ ofSlot: [failed] }))).toMatchObject({
      id: `${anOwner}/${slot}/${anInstance().id}/2`,
      tags: { 'groundskeeper:set': `${anOwner}/${slot}/${anInstance().id}/2` },
    });
    const second = aSet(undefined, { id: `${anOwner}/${slot}/${anInstance().id}/2` });
    for (const ofSlot of [
      [failed, second],
      [second, failed],
    ]) {
      expect(verdicts(decide({ ofSlot }))).toEqual([[anInstance().id, 'already-taken']]);
    }
  });
});

describe('maxActions', () => {
  test.each<[number | undefined, string[]]>([
    [1, ['create', 'max-actions', 'max-actions']],
    [2, ['create', 'create', 'max-actions']],
    [undefined, ['create', 'create', 'create']],
  ])('of %s takes no more of three', (maxActions, expected) => {
    expect(verdicts(decide({ instances: [a, b, c], maxActions })).map(([, verdict]) => verdict)).toEqual(
      expected,
    );
  });

  it('counts what earlier tries of the slot took, and nothing that cannot be taken', () => {
    const instances = [{ ...a, volumes: [] }, b, c];
    expect(verdicts(decide({ instances, ofSlot: [aSet(c.id)], maxActions: 1 }))).toEqual([
      [a.id, 'nothing-to-snapshot'],
      [b.id, 'max-actions'],
      [c.id, 'already-taken'],
    ]);
  });
});

it('a second try takes nothing that the first one took, whatever stood before', () => {
  const ids = [a.id, b.id, c.id];
  const instances = fc.array(
    fc
      .record({ id: fc.constantFrom(...ids), state: fc.constantFrom('running', 'stopped', 'pending') })
      .map(anInstance),
    { maxLength: 5 },
  );
  const sets = fc.array(
    fc.record({ id: fc.constantFrom(...ids), state: fc.constantFrom('pending', 'error') }),
    { maxLength: 3 },
  );
  fc.assert(
    fc.property(instances, sets, (all, stood) => {
      const ofSlot = stood.map(({ id, state }, index) =>
        aSet(id, { id: `${slot}/${id}/${index}`, states: [state, state] }),
      );
      const first = decide({ instances: all, ofSlot });
      const made = first.flatMap((decision) =>
        decision.kind === 'create'
          ? [aSet(decision.source, { id: decision.set.id, size: decision.set.members })]
          : [],
      );
      const again = decide({ instances: all, ofSlot: [...ofSlot, ...made] });
      expect(again.filter(({ kind }) => kind === 'create')).toEqual([]);
    }),
  );
});
