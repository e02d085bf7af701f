import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  type DatabaseCreation,
  decideTake,
  type TakeDecision,
  type TakeOrder,
} from '../../functions/take-db-snapshots/decide.ts';
import { type Database, sourceNameOf } from '../../shared/aws/rds-databases.ts';
import type { BackupState, StandingBackup } from '../../shared/backups/backup.ts';
import { databaseSnapshotId } from '../../shared/backups/db-snapshot-id.ts';
import { slotId } from '../../shared/slot.ts';
import { tagKeys } from '../../shared/tags.ts';
import { aDatabase, anOwner, aSlot, aStandingBackup } from '../builders.ts';

const order: TakeOrder = {
  owner: anOwner,
  slot: aSlot(),
  expires: new Date('2026-11-28T02:15:04.120Z'),
  copies: [],
  maxActions: undefined,
};

interface Case {
  databases?: Database[];
  named?: string[];
  ofSlot?: StandingBackup[];
  maxActions?: number;
}

const decide = ({ databases = [aDatabase()], named = [], ofSlot = [], maxActions }: Case) =>
  decideTake({ databases, named, ofSlot }, { ...order, maxActions });

const verdicts = (decisions: TakeDecision[]) =>
  decisions.map((decision) =>
    decision.kind === 'create' ? [decision.source, 'create'] : [decision.resource, decision.reason],
  );

const creationsIn = (decisions: TakeDecision[]) =>
  decisions.filter((decision): decision is DatabaseCreation => decision.kind === 'create');

const identifier = (source = 'db:orders', attempt = 1) =>
  databaseSnapshotId({ owner: anOwner, slot: slotId(aSlot()), source }, attempt);

const snapshotOf = (source = 'db:orders', overrides: Parameters<typeof aStandingBackup>[0] = {}) =>
  aStandingBackup({ kind: 'db-snapshot', id: identifier(source), source, ...overrides });

describe('a database', () => {
  test.each([
    ['available', 'create'],
    ['storage-optimization', 'create'],
    // RDS is asked, and says not yet if it cannot: the run waits.
    ['backing-up', 'create'],
    ['modifying', 'create'],
    ['a-state-to-come', 'create'],
    ['stopped', 'database-stopped'],
    ['stopping', 'database-stopped'],
    ['deleting', 'database-deleting'],
  ])('that is %s: %s', (status, verdict) => {
    for (const type of ['db', 'cluster'] as const) {
      const databases = [aDatabase({ type, status })];
      expect(verdicts(decide({ databases }))).toEqual([[`${type}:orders`, verdict]]);
    }
  });

  test.each<[BackupState, string]>([
    ['pending', 'already-taken'],
    ['completed', 'already-taken'],
    ['other', 'already-taken'],
    ['error', 'create'],
  ])('whose snapshot of this slot is %s: %s', (state, verdict) => {
    expect(verdicts(decide({ ofSlot: [snapshotOf('db:orders', { state })] }))).toEqual([
      ['db:orders', verdict],
    ]);
  });

  it('that is taken names the snapshot that took it, whatever its status is now', () => {
    const backup = snapshotOf();
    expect(decide({ databases: [aDatabase({ status: 'stopped' })], ofSlot: [backup] })).toEqual([
      { kind: 'keep', resource: 'db:orders', reason: 'already-taken', backup },
    ]);
  });

  it('is not taken by what only its tags call a snapshot of it', () => {
    const stray = aStandingBackup({ kind: 'db-snapshot', id: 'copied-by-hand', source: undefined });
    expect(verdicts(decide({ ofSlot: [stray] }))).toEqual([['db:orders', 'create']]);
  });

  it('and a cluster of the same name are two', () => {
    const databases = [aDatabase(), aDatabase({ type: 'cluster' })];
    const [instance, cluster] = creationsIn(decide({ databases }));
    expect(instance).toMatchObject({ source: 'db:orders', backupKind: 'db-snapshot' });
    expect(cluster).toMatchObject({ source: 'cluster:orders', backupKind: 'cluster-snapshot' });
    expect(instance?.id).not.toBe(cluster?.id);
    expect(verdicts(decide({ databases, ofSlot: [snapshotOf()] }))).toEqual([
      ['db:orders', 'already-taken'],
      ['cluster:orders', 'create'],
    ]);
  });

  it('that comes twice while it is paged through is taken once', () => {
    expect(verdicts(decide({ databases: [aDatabase(), aDatabase()] }))).toEqual([['db:orders', 'create']]);
  });
});

describe('a member of a cluster', () => {
  const member = aDatabase({ id: 'shop-1', memberOf: 'shop' });

  it('is never taken by itself: its cluster is', () => {
    const databases = [member, aDatabase({ type: 'cluster', id: 'shop' })];
    expect(decide({ databases })[0]).toEqual({
      kind: 'keep',
      resource: 'db:shop-1',
      reason: 'member-of-cluster',
      detail: 'cluster:shop',
    });
    expect(verdicts(decide({ databases }))).toContainEqual(['cluster:shop', 'create']);
  });

  it('whose cluster is not chosen has no backup at all, and the run says so', () => {
    expect(verdicts(decide({ databases: [member] }))).toEqual([['db:shop-1', 'cluster-not-chosen']]);
    // An instance that happens to be named like the cluster does not count.
    expect(verdicts(decide({ databases: [member, aDatabase({ id: 'shop' })] }))[0]).toEqual([
      'db:shop-1',
      'cluster-not-chosen',
    ]);
  });
});

describe('a snapshot', () => {
  it('has the identifier of its slot and database, and all tags from the start', () => {
    const [creation] = creationsIn(decide({}));
    expect(creation?.id).toBe(identifier());
    expect(creation?.tags).toMatchObject({
      [tagKeys.owner]: anOwner,
      [tagKeys.slot]: slotId(aSlot()),
      [tagKeys.source]: 'db:orders',
      Name: 'orders',
    });
  });

  it('takes the next identifier that is free where earlier ones failed', () => {
    const failed = (attempt: number) =>
      snapshotOf('db:orders', { id: identifier('db:orders', attempt), state: 'error' });
    const idAfter = (...ofSlot: StandingBackup[]) => creationsIn(decide({ ofSlot }))[0]?.id;
    expect(idAfter(failed(1))).toBe(identifier('db:orders', 2));
    expect(idAfter(failed(1), failed(2))).toBe(identifier('db:orders', 3));
    expect(idAfter(failed(2))).toBe(identifier());
  });

  it('does not get tags that RDS would refuse, and says which', () => {
    const tags = {
      Name: 'Bücher 1',
      list: 'a,b',
      'semi;colon': 'x',
      url: 'https://x.y/?a=b',
      fine: '_.:/=+-@',
    };
    const [creation] = creationsIn(decide({ databases: [aDatabase({ tags })] }));
    expect(creation?.unfit).toEqual(['list', 'semi;colon', 'url']);
    expect(creation?.tags).toMatchObject({ Name: 'Bücher 1', fine: '_.:/=+-@' });
    expect(Object.keys(creation?.tags ?? {})).not.toContain('list');
  });
});

describe('the limit', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => aDatabase({ id })) as [Database, Database, Database];

  it('keeps out what exceeds it', () => {
    expect(verdicts(decide({ databases: [a, b, c], maxActions: 2 }))).toEqual([
      ['db:a', 'create'],
      ['db:b', 'create'],
      ['db:c', 'max-actions'],
    ]);
  });

  it('counts what earlier tries of the slot took', () => {
    expect(verdicts(decide({ databases: [a, b], ofSlot: [snapshotOf('db:b')], maxActions: 1 }))).toEqual([
      ['db:a', 'max-actions'],
      ['db:b', 'already-taken'],
    ]);
  });

  it('is not used up by what gets no snapshot anyway', () => {
    const databases = [{ ...a, status: 'stopped' }, { ...b, memberOf: 'x' }, c];
    expect(verdicts(decide({ databases, maxActions: 1 }))).toContainEqual(['db:c', 'create']);
  });
});

test('what the job names and is not there is said, once', () => {
  expect(verdicts(decide({ named: ['db:orders', 'db:gone', 'cluster:gone', 'db:gone'] }))).toEqual([
    ['db:orders', 'create'],
    ['db:gone', 'database-not-found'],
    ['cluster:gone', 'database-not-found'],
  ]);
});

test('every database gets exactly one decision, and the limit is kept, whatever there is', () => {
  const databases = fc.array(
    fc.record({
      type: fc.constantFrom('db' as const, 'cluster' as const),
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      status: fc.constantFrom('available', 'stopped', 'modifying', 'deleting'),
      memberOf: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
      tags: fc.constant({}),
    }),
    { maxLength: 8 },
  );
  const taken = fc.array(
    fc.tuple(
      fc.constantFrom('db:a', 'db:b', 'cluster:a'),
      fc.constantFrom<BackupState>('completed', 'error'),
    ),
  );
  fc.assert(
    fc.property(databases, taken, fc.integer({ min: 1, max: 4 }), (all, standing, maxActions) => {
      const ofSlot = standing.map(([source, state]) => snapshotOf(source, { state }));
      const decisions = decide({ databases: all.map(aDatabase), ofSlot, maxActions });
      const resources = verdicts(decisions).map(([resource]) => resource);
      expect(resources.toSorted()).toEqual([...new Set(all.map(sourceNameOf))].toSorted());
      expect(creationsIn(decisions).length).toBeLessThanOrEqual(maxActions);
      expect(creationsIn(decisions).every(({ database }) => database.memberOf === undefined)).toBe(true);
    }),
  );
});
