import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  type DatabaseBackup,
  databaseSnapshotId,
  isDatabaseSnapshotId,
} from '../../shared/backups/db-snapshot-id.ts';

const backup: DatabaseBackup = {
  owner: 'groundskeeper-prod',
  slot: 'data/daily/2026-11-21T02:15:00Z',
  source: 'db:orders',
};

describe('the identifier of a database snapshot', () => {
  it('tells whose, which backup, which tier, when and of what', () => {
    expect(databaseSnapshotId(backup)).toMatch(
      /^groundskeeper-prod-data-daily-20261121t021500-orders-[0-9a-f]{10}$/,
    );
  });

  it('keeps the time where it has to be cut short, and something of the rest', () => {
    const source = `cluster:${'long-name-'.repeat(6)}x`;
    const id = databaseSnapshotId({ ...backup, source });
    expect(id).toMatch(/^ground[a-z]*-data-daily-20261121t021500-long-name[a-z-]*-[0-9a-f]{10}$/);
    expect(id.length).toBeLessThanOrEqual(63);
  });

  test.each([
    ['the owner', { owner: 'groundskeeper-prod-data', slot: 'daily/daily/2026-11-21T02:15:00Z' }],
    ['the slot', { slot: 'data/weekly/2026-11-21T02:15:00Z' }],
    ['the kind of database', { source: 'cluster:orders' }],
  ])('is another one if %s is', (_what, other) => {
    expect(databaseSnapshotId({ ...backup, ...other })).not.toBe(databaseSnapshotId(backup));
    expect(isDatabaseSnapshotId(databaseSnapshotId({ ...backup, ...other }), backup)).toBe(false);
  });

  test.each([
    'groundskeeper-prod-data-daily-20261121t021500-orders-0123456789',
    'before-the-upgrade',
    'rds:orders-2026-11-21-02-15',
  ])('is not %s', (id) => expect(isDatabaseSnapshotId(id, backup)).toBe(false));

  // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html, …DBClusterSnapshot.html
  it('is always one that RDS takes, and knows its own again at any attempt', () => {
    const name = fc
      .stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/, { size: 'medium' })
      .map((text) => text.slice(0, 40));
    const database = fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/);
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 80 }),
        name,
        name,
        fc.date({ min: new Date('2020-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        fc.tuple(fc.constantFrom('db', 'cluster'), database),
        fc.integer({ min: 1, max: 99 }),
        (owner, plan, tier, time, [type, of], attempt) => {
          const slot = `${plan}/${tier}/${time.toISOString().slice(0, 19)}Z`;
          const one = { owner, slot, source: `${type}:${of}` };
          const id = databaseSnapshotId(one, attempt);
          expect(id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
          expect(id.length).toBeLessThanOrEqual(type === 'cluster' ? 63 : 255);
          expect(isDatabaseSnapshotId(id, one)).toBe(true);
        },
      ),
    );
  });
});
