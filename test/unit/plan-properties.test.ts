import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { copyBackupsJob } from '../../functions/copy-backups/job.ts';
import { createImagesJob } from '../../functions/create-images/job.ts';
import { expireBackupsJob } from '../../functions/expire-backups/job.ts';
import { invalidateCdnJob } from '../../functions/invalidate-cdn/job.ts';
import { reconcileLedgerJob } from '../../functions/reconcile-ledger/job.ts';
import { scaleGroupJob } from '../../functions/scale-group/job.ts';
import { syncAssetsJob } from '../../functions/sync-assets/job.ts';
import { takeDbSnapshotsJob } from '../../functions/take-db-snapshots/job.ts';
import { takeSnapshotsJob } from '../../functions/take-snapshots/job.ts';
import { compilePlan } from '../../shared/plan/compile.ts';
import { type FunctionName, functionNames } from '../../shared/plan/functions.ts';
import { schedulesOf } from '../../shared/plan/schedules.ts';
import { mistakesOf, now, read, target } from './plan-builder.ts';

const jobs: Readonly<Record<FunctionName, { safeParse: (job: unknown) => { error?: unknown } }>> = {
  'take-snapshots': takeSnapshotsJob,
  'take-db-snapshots': takeDbSnapshotsJob,
  'create-images': createImagesJob,
  'copy-backups': copyBackupsJob,
  'expire-backups': expireBackupsJob,
  'reconcile-ledger': reconcileLedgerJob,
  'sync-assets': syncAssetsJob,
  'invalidate-cdn': invalidateCdnJob,
  'scale-group': scaleGroupJob,
};

const seed = 20_261_121;
const hours = [1, 2, 3, 4, 6, 8, 12, 24];
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
// Both hemispheres, half hours, a change at midnight, a change of half an hour, none at all, and Ramadan's.
const zones = [
  'Europe/Berlin',
  'America/New_York',
  'America/Havana',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Africa/Casablanca',
  'America/Santiago',
  'UTC',
];

const name = fc.stringMatching(/^[a-z0-9]{1,3}(-[a-z0-9]{1,2})?$/);
const minuteOfDay = fc.oneof(fc.integer({ min: 0, max: 240 }), fc.integer({ min: 0, max: 1439 }));
const time = minuteOfDay.map(
  (at) => `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`,
);

const tier = fc.oneof(
  fc.record({
    name,
    every: fc.constantFrom(...hours).map((count) => `${count} hour${count === 1 ? '' : 's'}`),
    minute: fc.integer({ min: 0, max: 59 }),
    keep: fc.constant('1 month'),
  }),
  fc.record({ name, every: fc.constant('day'), at: time, keep: fc.constant('7 days') }),
  fc.record({
    name,
    every: fc.constant('week'),
    on: fc.constantFrom(...weekdays),
    at: time,
    keep: fc.constant('1 month'),
  }),
  fc.record({
    name,
    every: fc.constant('month'),
    on: fc.integer({ min: 1, max: 28 }),
    at: time,
    keep: fc.constant('1 year'),
  }),
);

type PlanTier = {
  name: string;
  every: string;
  minute?: number;
  on?: string | number;
  at?: string;
  keep: string;
};

const subject = fc.constantFrom<object>(
  { volumes: { ids: ['vol-0123abcd'] } },
  { instances: { tags: { Role: 'shop' }, freeze: ['/srv'], unfrozen: 'take' } },
  { databases: { instances: ['orders'], clusters: ['ledger'] } },
  { images: { ids: ['i-0123abcd'], dataVolumes: false } },
);

const plan = fc
  .record({
    timezone: fc.constantFrom(...zones),
    backups: fc.array(
      fc.record({
        name,
        subject,
        tiers: fc.array(tier as fc.Arbitrary<PlanTier>, { minLength: 1, maxLength: 4 }),
        copiedTo: fc.uniqueArray(fc.constantFrom('eu-west-1', 'eu-north-1', 'us-west-2'), { maxLength: 2 }),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  })
  .map(({ timezone, backups }) => ({
    timezone,
    backups: backups.map(({ subject, copiedTo, ...backup }) => ({
      ...backup,
      ...subject,
      // The same tiers everywhere, kept for as long as at home.
      ...(copiedTo.length > 0 &&
        !('images' in subject) && {
          copies: copiedTo.map((region) => ({
            region,
            keep: Object.fromEntries(backup.tiers.map(({ name, keep }) => [name, keep])),
          })),
        }),
    })),
  }));

// JSON is YAML.
const isValid = (file: object) => mistakesOf(JSON.stringify(file)) === 'no mistake';

describe('Any plan that is accepted', () => {
  test('compiles to one schedule and one alarm a tier, none of them taking the place of another', () => {
    fc.assert(
      fc.property(plan, (file) => {
        fc.pre(isValid(file));
        const { resources } = compilePlan(read(JSON.stringify(file)), target);
        const types = Object.values(resources).map(({ Type }) => Type);
        const tiers = file.backups.flatMap((backup) => backup.tiers);
        const isCopied = file.backups.some((backup) => 'copies' in backup);
        const schedules = tiers.length + (isCopied ? 3 : 2);
        const alarms = tiers.length + 2 * functionNames.length + (isCopied ? 2 : 0);
        expect(types.filter((type) => type === 'AWS::Scheduler::Schedule')).toHaveLength(schedules);
        expect(types.filter((type) => type === 'AWS::CloudWatch::Alarm')).toHaveLength(alarms);
        for (const id of Object.keys(resources)) expect(id).toMatch(/^[A-Za-z][A-Za-z0-9]{0,254}$/);
      }),
      { seed, numRuns: 25 },
    );
  });

  test('gives every schedule a job that its function takes', () => {
    fc.assert(
      fc.property(plan, (file) => {
        fc.pre(isValid(file));
        const scheduledTime = '2026-11-21T02:35:00Z';
        for (const { startsFunction, job } of schedulesOf(read(JSON.stringify(file)))) {
          const sent = 'scheduledTime' in job ? { ...job, scheduledTime } : job;
          expect(jobs[startsFunction].safeParse(sent).error).toBeUndefined();
        }
      }),
      { seed, numRuns: 25 },
    );
  });

  test('never starts two tiers of a backup within 5 minutes of each other, clock changes or not', () => {
    fc.assert(
      fc.property(plan, (file) => {
        fc.pre(isValid(file));
        for (const backup of file.backups)
          expect(closest(backup.tiers, file.timezone)).toBeGreaterThanOrEqual(5);
      }),
      { seed, numRuns: 25 },
    );
  });

  test('starts each tier on each of its dates', () => {
    fc.assert(
      fc.property(plan, (file) => {
        fc.pre(isValid(file));
        const missed = file.backups
          .flatMap(({ tiers }) => tiers)
          .flatMap((each) =>
            datesOf(each).filter((date) => instantsOf(date, each.at ?? '', file.timezone).length === 0),
          );
        expect(missed).toEqual([]);
      }),
      { seed, numRuns: 25 },
    );
  });
});

test('Tiers that are refused for being too close are', () => {
  fc.assert(
    fc.property(plan, (file) => {
      const refused = /^groundskeeper\S+ backups\[(\d+)\]\S+ tier .* would start less than 5 minutes/m.exec(
        mistakesOf(JSON.stringify(file)),
      );
      fc.pre(refused !== null);
      const backup = file.backups[Number(refused?.[1])];
      expect(closest(backup?.tiers ?? [], file.timezone, 10)).toBeLessThan(5);
    }),
    { seed, numRuns: 6 },
  );
});

/*
 * What EventBridge Scheduler does, reckoned in another way than the plan's rules do: a local time is
 * turned into instants by asking, of every offset that zones have, whether the clock then shows it.
 */
const day = 86_400_000;
const minute = 60_000;

/** Minutes between the two starts that are closest to each other. */
function closest(tiers: readonly PlanTier[], timezone: string, years = 2): number {
  const starts = tiers.flatMap((each) => startsOf(each, timezone, years)).sort((a, b) => a - b);
  let least = Number.POSITIVE_INFINITY;
  for (let index = 1; index < starts.length; index++) {
    least = Math.min(least, (starts[index] ?? 0) - (starts[index - 1] ?? 0));
  }
  return least / minute;
}

function startsOf(each: PlanTier, timezone: string, years: number): number[] {
  if (each.every.includes('hour')) {
    const step = Number.parseInt(each.every, 10) * 60 * minute;
    const count = (years * 365 * day) / step;
    return Array.from(
      { length: count },
      (_, index) => now.getTime() + (each.minute ?? 0) * minute + index * step,
    );
  }
  return datesOf(each, years)
    .flatMap((date) => instantsOf(date, each.at ?? '', timezone))
    .filter((instant) => instant >= now.getTime());
}

function datesOf(each: PlanTier, years = 2): number[] {
  if (each.at === undefined) return [];
  const dates = Array.from({ length: years * 365 }, (_, index) => now.getTime() + index * day);
  return dates.filter((date) => {
    if (each.every === 'week') return weekdays[new Date(date).getUTCDay()] === each.on;
    return each.every === 'day' || new Date(date).getUTCDate() === each.on;
  });
}

function instantsOf(date: number, at: string, timezone: string): number[] {
  const shown = `${new Date(date).toISOString().slice(0, 10)} ${at}`;
  const local = Date.parse(`${shown.replace(' ', 'T')}:00Z`);
  return offsetsOf(timezone)
    .map((offset) => local - offset)
    .filter((instant) => clockText(instant, timezone) === shown);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** `2027-03-28 03:00`: what a clock on the wall shows. */
function clockText(instant: number, timezone: string): string {
  let clock = clocks.get(timezone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'short' });
    clocks.set(timezone, clock);
  }
  return clock.format(instant);
}

const known = new Map<string, number[]>();

/** The offsets that a zone's clocks have in the next ten years, in milliseconds. */
function offsetsOf(timezone: string): number[] {
  const found = known.get(timezone);
  if (found) return found;
  // Ramadan's offset lasts a month, every other one longer.
  const instants = Array.from({ length: 250 }, (_, index) => now.getTime() + index * 15 * day);
  const offsets = instants.map(
    (instant) => Date.parse(`${clockText(instant, timezone).replace(' ', 'T')}:00Z`) - instant,
  );
  known.set(timezone, [...new Set(offsets)]);
  return [...new Set(offsets)];
}
