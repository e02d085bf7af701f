import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { settledPeriods, zoneAround } from '../../functions/reconcile-ledger/appointments.ts';
import { type Candidate, Candidates, watchedBackups } from '../../functions/reconcile-ledger/candidates.ts';
import { decidePromotions, type Promotion } from '../../functions/reconcile-ledger/decide-promotions.ts';
import { parseSlotId, slotId } from '../../shared/slot.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import { aReconcileJob, aStandingBackup, aVolume } from '../builders.ts';

const hour = 3_600_000;
const day = 24 * hour;

const sundays = { every: 'week', on: 'sunday', at: '02:10' } as const;
const firsts = { every: 'month', on: 1, at: '02:20' } as const;
const tiers = {
  daily: { keep: '7 days' },
  weekly: { keep: '1 month', starts: sundays },
  monthly: { keep: '1 year', starts: firsts },
};

const texts = (periods: readonly { from: Date; to: Date }[]) =>
  periods.map(({ from, to }) => `${from.toISOString().slice(0, 16)} to ${to.toISOString().slice(0, 16)}`);

describe('the appointments that nobody keeps any more', () => {
  const periodsAt = (time: string, starts: Parameters<typeof settledPeriods>[0], timezone: string) => {
    const now = new Date(time);
    return texts(settledPeriods(starts, zoneAround(timezone, now), now));
  };

  test.each<[string, string, string[]]>([
    [
      'six hours after one, it and the one before',
      '2026-11-15T08:10:00Z',
      ['2026-11-15T02:10 to 2026-11-22T02:10', '2026-11-08T02:10 to 2026-11-15T02:10'],
    ],
    [
      'a second earlier it may still be taken',
      '2026-11-15T08:09:59Z',
      ['2026-11-08T02:10 to 2026-11-15T02:10', '2026-11-01T02:10 to 2026-11-08T02:10'],
    ],
  ])('of a week: %s', (_what, now, expected) => {
    expect(periodsAt(now, sundays, 'UTC')).toEqual(expected);
  });

  it('of a month: the first of this one and of the last', () => {
    expect(periodsAt('2027-03-14T00:00:00Z', firsts, 'UTC')).toEqual([
      '2027-03-01T02:20 to 2027-04-01T02:20',
      '2027-02-01T02:20 to 2027-03-01T02:20',
    ]);
  });

  it('are those of the wall clock where it is', () => {
    // Berlin: winter time until 2027-03-28, 02:00.
    expect(periodsAt('2027-03-30T00:00:00Z', { ...sundays, at: '03:45' }, 'Europe/Berlin')).toEqual([
      '2027-03-28T01:45 to 2027-04-04T01:45',
      '2027-03-21T02:45 to 2027-03-28T01:45',
    ]);
  });

  it('leave out a time that the clocks skip: Scheduler does, too', () => {
    expect(periodsAt('2027-03-30T00:00:00Z', { ...sundays, at: '02:30' }, 'Europe/Berlin')).toEqual([
      '2027-03-21T01:30 to 2027-04-04T00:30',
      '2027-03-14T01:30 to 2027-03-21T01:30',
    ]);
  });

  it('are one where a time comes twice, and settled six hours after the second', () => {
    // Berlin: summer time until 2026-10-25, 03:00. 02:30 is at 00:30 and at 01:30 in UTC.
    const at = { ...sundays, at: '02:30' };
    const twice = '2026-10-25T00:30 to 2026-11-01T01:30';
    expect(periodsAt('2026-10-25T07:29:59Z', at, 'Europe/Berlin')).not.toContain(twice);
    expect(periodsAt('2026-10-25T07:30:00Z', at, 'Europe/Berlin')[0]).toBe(twice);
  });
});

const source = { kind: 'snapshot', id: aVolume().id } as const;
const created = new Date('2026-01-01T00:00:00Z');

const watchedAt = (now: Date, planned: typeof tiers = tiers, timezone = 'UTC') => {
  const selected = { backup: 'data', tiers: planned, sources: [{ ...source, since: created }] };
  const [watched] = watchedBackups([selected], { timezone }, now);
  if (!watched) throw new Error('nothing is watched');
  return watched;
};

const keepDays: Readonly<Record<string, number>> = { daily: 7, weekly: 30, monthly: 365 };

/** Of a slot such as `daily/2026-11-15T03:10`, started as it was due. */
function standing(slot: string, overrides: Partial<Candidate> = {}): Candidate {
  const [tier = '', time = ''] = slot.split('/');
  const at = new Date(`${time}:00Z`).getTime();
  const times = { slot: at, startedAt: at, expires: at + (keepDays[tier] ?? 0) * day };
  return { id: slot, tier, state: 'completed', ...times, ...overrides };
}

const decide = (now: string, backups: readonly Candidate[], existedAt = created) =>
  decidePromotions(watchedAt(new Date(now)), { existedAt, backups }, new Date(now));

const promotionsOf = (now: string, backups: readonly Candidate[], existedAt = created) =>
  decide(now, backups, existedAt)
    .filter((decision) => decision.kind === 'promote')
    .map(({ id, slot, reason }) => `${id} becomes ${slot}: ${reason}`);

describe('a missing backup', () => {
  // Friday. The weekly ones were due on the 15th and the 8th, the monthly ones on the 1st and on 1 October.
  const now = '2026-11-20T12:00:00Z';
  const monthly = [standing('monthly/2026-11-01T02:20'), standing('monthly/2026-10-01T02:20')];
  const earlier = standing('weekly/2026-11-08T02:10');
  const dailies = ['15', '16', '17', '18'].map((date) => standing(`daily/2026-11-${date}T03:10`));
  const promoted = 'daily/2026-11-15T03:10 becomes data/weekly/2026-11-15T02:10:00Z';

  it('is replaced by the earliest of its period', () => {
    expect(promotionsOf(now, [...dailies.toReversed(), ...monthly, earlier])).toEqual([
      `${promoted}: slot-missing`,
    ]);
  });

  it('is kept as long as the tier says, from its own start', () => {
    const [decision] = decide(now, [...dailies, ...monthly, earlier]);
    expect(decision).toMatchObject({
      from: 'data/daily/2026-11-15T03:10:00Z',
      tier: 'weekly',
      expires: new Date('2026-12-15T03:10:00Z'),
    });
  });

  it('never makes a backup live shorter than before', () => {
    const expires = new Date('2027-01-01T00:00:00Z').getTime();
    const [decision] = decide(now, [standing('daily/2026-11-15T03:10', { expires }), ...monthly, earlier]);
    expect(decision).toMatchObject({ expires: new Date(expires) });
  });

  it('is missing, too, if it failed', () => {
    const failed = standing('weekly/2026-11-15T02:10', { state: 'error' });
    expect(promotionsOf(now, [failed, ...dailies, ...monthly, earlier])).toEqual([
      `${promoted}: slot-failed`,
    ]);
  });

  test.each<[string, Candidate]>([
    ['it stands', standing('weekly/2026-11-15T02:10')],
    ['it is on its way', standing('weekly/2026-11-15T02:10', { state: 'pending' })],
    ['what it is cannot be told', standing('weekly/2026-11-15T02:10', { state: 'other' })],
    ['it was taken by hand later in its period', standing('weekly/2026-11-18T12:00')],
  ])('is none if %s', (_what, own) => {
    expect(promotionsOf(now, [own, ...dailies, ...monthly, earlier])).toEqual([]);
  });

  it('of a source that is younger than the appointment is none', () => {
    expect(promotionsOf(now, dailies, new Date('2026-11-15T02:10:01Z'))).toEqual([]);
  });

  it('is looked for in the period before as well', () => {
    const old = standing('daily/2026-11-14T03:10');
    const own = standing('weekly/2026-11-15T02:10');
    expect(promotionsOf(now, [old, own, ...monthly])).toEqual([
      'daily/2026-11-14T03:10 becomes data/weekly/2026-11-08T02:10:00Z: slot-missing',
    ]);
  });

  it('of a tier that would have let it die by now is none', () => {
    const brief = { ...tiers, weekly: { keep: '8 days', starts: sundays } };
    const at = new Date(now);
    const backups = [standing('daily/2026-11-14T03:10'), standing('weekly/2026-11-15T02:10'), ...monthly];
    expect(decidePromotions(watchedAt(at, brief), { existedAt: created, backups }, at)).toEqual([]);
  });

  test.each<[string, Partial<Candidate>]>([
    ['that is not completed', { state: 'pending' }],
    ['that failed', { state: 'error' }],
    ['that is about to be deleted', { expires: new Date('2026-11-20T12:15:00Z').getTime() }],
    ['whose own slot may be taken again', { slot: new Date('2026-11-20T06:00:01Z').getTime() }],
    ['of the period before', { startedAt: new Date('2026-11-15T02:09:59Z').getTime() }],
    ['of a tier that is kept for longer', { tier: 'monthly' }],
  ])('is not replaced by one %s', (_what, change) => {
    const backups = [standing('daily/2026-11-15T03:10', change), ...monthly, earlier];
    expect(decide(now, backups)).toEqual([
      { kind: 'keep', slot: 'data/weekly/2026-11-15T02:10:00Z', reason: 'nothing-to-promote' },
    ]);
  });

  it('of the longest kept tier comes first, and what it takes is replaced in turn', () => {
    const weekly = standing('weekly/2026-11-08T02:10');
    const all = [
      weekly,
      standing('weekly/2026-11-15T02:10'),
      standing('daily/2026-11-14T03:10'),
      ...monthly.slice(1),
    ];
    expect(promotionsOf(now, all)).toEqual([
      'weekly/2026-11-08T02:10 becomes data/monthly/2026-11-01T02:20:00Z: slot-missing',
      'daily/2026-11-14T03:10 becomes data/weekly/2026-11-08T02:10:00Z: slot-missing',
    ]);
  });
});

describe('promotions, whatever stands', () => {
  const minutes = (from: string, days: number) =>
    fc.integer({ min: 0, max: days * 24 * 60 }).map((minute) => new Date(from).getTime() + minute * 60_000);
  const state = fc.constantFrom('completed', 'completed', 'completed', 'pending', 'error', 'other');
  const some = fc.array(
    fc.record({
      at: minutes('2026-09-25T00:00:00Z', 62),
      tier: fc.constantFrom('daily', 'daily', 'weekly', 'monthly'),
      state,
      keptFor: fc.integer({ min: 20, max: 400 }),
    }),
    { minLength: 5, maxLength: 30 },
  );
  /** What take-snapshots makes: on the appointments themselves. */
  const due = fc.subarray([
    'weekly/2026-10-25T00:30',
    'weekly/2026-11-01T01:30',
    'weekly/2026-11-08T01:30',
    'monthly/2026-10-01T00:20',
    'monthly/2026-11-01T01:20',
  ]);
  const account = fc
    .record({ some, due, now: minutes('2026-10-20T00:00:00Z', 40) })
    .map(({ some, due, now }) => {
      const others = some.map(({ at, tier, state, keptFor }, index): Candidate => {
        const startedAt = at + 5_000;
        return { id: `snap-${index}`, tier, state, slot: at, startedAt, expires: at + keptFor * day };
      });
      return { now: new Date(now), backups: [...others, ...due.map((slot) => standing(slot))] };
    });
  const starts = { ...sundays, at: '02:30' };
  const planned = { ...tiers, weekly: { ...tiers.weekly, starts } };
  const decideAll = (backups: readonly Candidate[], now: Date) => {
    // 02:30 comes twice in Berlin on 25 October.
    const watched = watchedAt(now, planned as typeof tiers, 'Europe/Berlin');
    return decidePromotions(watched, { existedAt: created, backups }, now).filter(
      (decision): decision is Promotion => decision.kind === 'promote',
    );
  };
  const applied = (backups: readonly Candidate[], promotions: readonly Promotion[]): Candidate[] =>
    backups.map((backup) => {
      const promotion = promotions.find(({ id }) => id === backup.id);
      if (!promotion) return backup;
      const { tier, expires, slot } = promotion;
      return { ...backup, tier, expires: expires.getTime(), slot: parseSlotId(slot)?.time.getTime() ?? 0 };
    });

  it('take no backup twice and fill no slot twice', () => {
    fc.assert(
      fc.property(account, ({ backups, now }) => {
        const promotions = decideAll(backups, now);
        expect(new Set(promotions.map(({ id }) => id)).size).toBe(promotions.length);
        expect(new Set(promotions.map(({ slot }) => slot)).size).toBe(promotions.length);
      }),
    );
  });

  it('leave one backup in each slot that they fill', () => {
    fc.assert(
      fc.property(account, ({ backups, now }) => {
        const promotions = decideAll(backups, now);
        const standing = applied(backups, promotions).filter(({ state }) => state !== 'error');
        for (const { tier, slot } of promotions) {
          const time = parseSlotId(slot)?.time.getTime();
          expect(standing.filter((backup) => backup.tier === tier && backup.slot === time)).toHaveLength(1);
        }
      }),
    );
  });

  it('leave nothing to a second look', () => {
    fc.assert(
      fc.property(account, ({ backups, now }) => {
        expect(decideAll(applied(backups, decideAll(backups, now)), now)).toEqual([]);
      }),
    );
  });

  it('go on where they were cut short, to the same end', () => {
    fc.assert(
      fc.property(account, fc.nat(3), ({ backups, now }, count) => {
        const whole = decideAll(backups, now);
        const begun = applied(backups, whole.slice(0, count));
        expect(applied(begun, decideAll(begun, now))).toEqual(applied(backups, whole));
      }),
    );
  });

  it('never shorten a life, and never take a rarer one', () => {
    fc.assert(
      fc.property(account, ({ backups, now }) => {
        for (const { id, tier, expires } of decideAll(backups, now)) {
          const taken = backups.find((backup) => backup.id === id);
          expect(taken?.state).toBe('completed');
          expect(expires.getTime()).toBeGreaterThanOrEqual(taken?.expires ?? Number.POSITIVE_INFINITY);
          expect(keepDays[taken?.tier ?? '']).toBeLessThan(keepDays[tier] ?? 0);
        }
      }),
    );
  });
});

describe('the candidates', () => {
  const now = new Date('2026-11-20T12:00:00Z');
  const { backups } = aReconcileJob({
    backups: [{ backup: 'data', volumes: { ids: [aVolume().id] }, tiers }],
  });
  const selected = backups.map(({ backup, tiers }) => ({
    backup,
    tiers,
    sources: [{ ...source, since: created }],
  }));
  const seen = (...args: Parameters<typeof aStandingBackup>) => {
    const candidates = new Candidates(watchedBackups(selected, { timezone: 'UTC' }, now));
    candidates.see(aStandingBackup(...args));
    return candidates.of('data', source);
  };
  const slot = slotId({ backup: 'data', tier: 'daily', time: new Date('2026-11-15T03:10:00Z') });

  it('are the originals of the plan', () => {
    expect(seen({ tags: { [tagKeys.slot]: slot } })).toEqual([
      {
        id: aStandingBackup().id,
        tier: 'daily',
        state: 'completed',
        slot: new Date('2026-11-15T03:10:00Z').getTime(),
        startedAt: aStandingBackup().startedAt.getTime(),
        expires: new Date('2026-11-28T02:15:04.120Z').getTime(),
      },
    ]);
  });

  test.each<[string, Parameters<typeof aStandingBackup>[0]]>([
    ['a copy', { tags: { [extraTagKeys.copyOf]: 'eu-west-1/snap-1' } }],
    ['one taken by hand', { tags: { [tagKeys.slot]: 'data/manual/2026-11-15T03:10:00Z' } }],
    ['one of another backup', { tags: { [tagKeys.slot]: 'other/daily/2026-11-15T03:10:00Z' } }],
    ['one without a readable slot', { tags: { [tagKeys.slot]: 'data' } }],
    ['one without a readable expiry', { tags: { [tagKeys.expires]: 'never' } }],
    ['an image of the same source', { kind: 'image' }],
    [
      'one of long ago',
      {
        startedAt: new Date('2026-09-30T03:10:00Z'),
        tags: { [tagKeys.slot]: 'data/daily/2026-09-30T03:10:00Z' },
      },
    ],
  ])('are not %s', (_what, overrides) => {
    expect(seen(overrides)).toEqual([]);
  });

  it('are none where no tier of the plan is replaced', () => {
    const plain = selected.map((one) => ({ ...one, tiers: { daily: tiers.daily } }));
    expect(watchedBackups(plain, { timezone: 'UTC' }, now)).toEqual([]);
  });
});
