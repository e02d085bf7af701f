import { describe, expect, it, test } from 'vitest';
import { oldestSource } from '../../functions/reconcile-ledger/ages.ts';
import { NewestBackups } from '../../functions/reconcile-ledger/newest-backups.ts';
import type { SelectedSource } from '../../functions/reconcile-ledger/selected.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import { aStandingBackup, aVolume } from '../builders.ts';

describe('the age of a backup', () => {
  const startsIn = (newest: ReadonlyMap<string, Date>) => (source: SelectedSource) => newest.get(source.id);
  const now = new Date('2026-11-21T12:00:00Z');
  const created = new Date('2026-11-01T12:00:00Z');
  const sources = ['vol-0000000a', 'vol-0000000b'].map(
    (id): SelectedSource => ({
      kind: 'snapshot',
      id,
      since: created,
    }),
  );

  it('is that of the source whose newest one is the oldest', () => {
    const newest = new Map([
      ['vol-0000000a', new Date('2026-11-21T09:00:00Z')],
      ['vol-0000000b', new Date('2026-11-21T06:30:00Z')],
    ]);
    expect(oldestSource(sources, startsIn(newest), now)).toEqual({ source: 'vol-0000000b', hours: 5.5 });
  });

  it('counts from the creation of a source that has none', () => {
    const newest = new Map([['vol-0000000a', now]]);
    expect(oldestSource(sources, startsIn(newest), now)).toEqual({ source: 'vol-0000000b', hours: 480 });
  });

  it('is never negative, whosever clock is ahead', () => {
    const newest = new Map([['vol-0000000a', new Date('2026-11-21T12:00:30Z')]]);
    expect(oldestSource(sources.slice(0, 1), startsIn(newest), now)).toEqual({
      source: 'vol-0000000a',
      hours: 0,
    });
  });

  it('is none where nothing is selected', () => {
    expect(oldestSource([], () => now, now)).toBeUndefined();
  });
});

describe('the newest backups', () => {
  const started = (time: string, overrides: Parameters<typeof aStandingBackup>[0] = {}) =>
    aStandingBackup({ startedAt: new Date(time), ...overrides });
  const seen = (...backups: StandingBackup[]) => {
    const newest = new NewestBackups();
    for (const backup of backups) newest.see(backup);
    return newest;
  };
  const [early, late] = ['2026-11-20T02:15:00Z', '2026-11-21T02:15:00Z'] as const;

  const [data, tier] = ['data', 'daily'];
  const source = { kind: 'snapshot', id: aVolume().id } as const;

  it('are the last started of each source, in any order', () => {
    for (const all of [
      [started(early), started(late)],
      [started(late), started(early)],
    ]) {
      expect(seen(...all).since(data, tier, source)).toEqual(new Date(late));
    }
  });

  test.each(['pending', 'error', 'other'] as const)('are none that are %s', (state) => {
    expect(seen(started(early), started(late, { state })).since(data, tier, source)).toEqual(new Date(early));
  });

  it('are counted for each tier by itself', () => {
    const newest = seen(started(early), started(late, { tags: { [tagKeys.tier]: 'hourly' } }));
    expect(newest.since(data, tier, source)).toEqual(new Date(early));
    expect(newest.since(data, 'hourly', source)).toEqual(new Date(late));
  });

  it('of a tier that has none yet count from the oldest of the other tiers', () => {
    expect(seen(started(late), started(early)).since(data, 'monthly', source)).toEqual(new Date(early));
  });

  it('are counted for each backup of the plan by itself', () => {
    const newest = seen(started(early), started(late, { tags: { [tagKeys.plan]: 'other' } }));
    expect(newest.since(data, tier, source)).toEqual(new Date(early));
    expect(newest.since('other', tier, source)).toEqual(new Date(late));
    expect(newest.since('none', tier, source)).toBeUndefined();
  });

  it('are none of what only its tags say what it is of', () => {
    const stray = { ...started(late), source: undefined };
    expect(seen(stray).since(data, tier, source)).toBeUndefined();
  });

  it('are originals: a copy says nothing of how old its original is', () => {
    const copy = started(late, { tags: { [extraTagKeys.copyOf]: 'eu-west-1/snap-1' } });
    expect(seen(started(early), copy).since(data, tier, source)).toEqual(new Date(early));
  });

  it('are counted for each kind by itself: an instance may have sets and images', () => {
    const instance = 'i-0123456789abcdef0';
    const newest = seen(
      started(early, { kind: 'set', source: instance }),
      started(late, { kind: 'image', source: instance }),
    );
    expect(newest.since(data, tier, { kind: 'set', id: instance })).toEqual(new Date(early));
    expect(newest.since(data, tier, { kind: 'image', id: instance })).toEqual(new Date(late));
  });
});
