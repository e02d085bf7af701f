import { describe, expect, it, test } from 'vitest';
import { orphanOutcome, Sources } from '../../functions/reconcile-ledger/orphans.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import { aRegion, aStandingBackup, aVolume } from '../builders.ts';

const source = { kind: 'snapshot', id: aVolume().id } as const;

const started = (date: string, overrides: Parameters<typeof aStandingBackup>[0] = {}) =>
  aStandingBackup({
    startedAt: new Date(`${date}T02:15:00Z`),
    tags: { [tagKeys.expires]: `${date.replace('-11-', '-12-')}T02:15:00.000Z` },
    ...overrides,
  });

const seen = (...backups: ReturnType<typeof aStandingBackup>[]) => {
  const sources = new Sources();
  for (const backup of backups) sources.see(backup);
  return sources.ofKind('snapshot').get(source.id) ?? new Map();
};

describe('what stands of a source', () => {
  it('is counted for each region, with its newest and its last', () => {
    const copy = started('2026-11-20', {
      region: 'us-west-2',
      tags: { [tagKeys.expires]: '2026-11-23T02:15:00.000Z', [extraTagKeys.copyOf]: 'eu-west-1/snap-1' },
    });
    const { detail } = orphanOutcome(source, seen(started('2026-11-21'), copy, started('2026-11-20')), 1);
    expect(detail).toBe(
      `backups of the kind snapshot whose source is gone; ${aRegion}: 2, the newest of 2026-11-21T02:15:00.000Z, the last is due at 2026-12-21T02:15:00.000Z, and the newest 1 stay by keepOfGoneSources; us-west-2: 1, the newest of 2026-11-20T02:15:00.000Z, kept for good by keepOfGoneSources (1)`,
    );
  });

  test.each(['error', 'pending', 'other'] as const)('counts none that is %s', (state) => {
    expect(seen(started('2026-11-21', { state })).size).toBe(0);
  });

  it('counts none of which only a tag says the source', () => {
    expect(seen({ ...started('2026-11-21'), source: undefined }).size).toBe(0);
  });

  it.each([
    [0, 'the last is due at 2026-12-21T02:15:00.000Z'],
    [1, 'kept for good by keepOfGoneSources (1)'],
  ])('with a floor of %i for gone sources, %s', (keep, end) => {
    const { detail } = orphanOutcome(source, seen(started('2026-11-21')), keep);
    expect(detail?.endsWith(end)).toBe(true);
  });

  it('says so if nothing is ever due', () => {
    const never = started('2026-11-21', { tags: { [tagKeys.expires]: 'never' } });
    expect(orphanOutcome(source, seen(never), 0).detail).toContain('none is ever due');
  });

  it('is kept, never a failure', () => {
    expect(orphanOutcome(source, seen(started('2026-11-21')), 1)).toMatchObject({
      resource: source.id,
      decision: 'keep',
      reason: 'source-gone',
      outcome: 'kept',
    });
  });
});
