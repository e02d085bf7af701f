/** Clocks: the zone is one, no tier's time is skipped by a clock change, and no two tiers start together. */
import { midnightOf, runsOn, startsBetween, timeText } from '../cadence.ts';
import type { Draft, DraftBackup, DraftTier } from '../draft.ts';
import { type Mistake, pathText } from '../mistakes.ts';
import { suggestion } from '../nearest.ts';
import type { Cadence, ZonedCadence } from '../plan.ts';
import { day, isZone, skipOf, type Zone, zoneNames, zoneOver } from '../zones.ts';

const minute = 60_000;

/** How far ahead the zone's clock changes are looked at. */
const yearsAhead = 10;

/**
 * AWS makes one snapshot of a volume every 15 seconds and fails the others
 * (SnapshotCreationPerVolumeRateExceeded); five minutes leave room for a late start and its retry.
 */
const minutesApart = 5;

/** A database takes no snapshot while it makes another (InvalidDBInstanceState), which lasts minutes. */
const minutesApartOfDatabases = 15;

const leastApart = ({ subjects }: DraftBackup): number =>
  subjects.some(({ kind }) => kind === 'databases') ? minutesApartOfDatabases : minutesApart;

export function timeMistakes({ timezone, backups, sites }: Draft, now: Date): Mistake[] {
  if (timezone === undefined) return [];
  if (!isZone(timezone)) return [unknownZone(timezone)];
  const zone = zoneOver(timezone, now, yearsAhead);
  const inBackups = backups.flatMap((backup) => [
    ...backup.tiers.flatMap((tier) => skippedTime(tier, zone)),
    ...tooClose(backup, zone),
  ]);
  return [...inBackups, ...sites.flatMap(({ verify }) => (verify ? skippedTime(verify, zone) : []))];
}

function unknownZone(timezone: string): Mistake {
  return {
    path: ['timezone'],
    message: `"${timezone}" is not a time zone${suggestion(timezone, zoneNames()) || ';'} expected an IANA name such as Europe/Berlin`,
  };
}

function skippedTime({ path, cadence }: Pick<DraftTier, 'path' | 'cadence'>, zone: Zone): Mistake[] {
  if (!cadence || cadence.unit === 'hour') return [];
  const skipped = firstSkip(cadence, zone);
  if (!skipped) return [];
  const good = nextGoodTime(cadence, zone);
  return [
    {
      path: [...path, 'at'],
      message: `"${timeText(cadence.at)}" does not exist on ${dateText(skipped)} in ${zone.name}, where the clocks go forward over it; expected another time, the next good one is ${good ? `"${good}"` : 'on another day'}`,
    },
  ];
}

/** The first local date on which a cadence runs and its time is skipped. */
function firstSkip(cadence: ZonedCadence, zone: Zone): number | undefined {
  for (const { at, before, after } of zone.changes) {
    if (after < before) continue;
    for (let midnight = midnightOf(at + before); midnight < at + after; midnight += day) {
      if (runsOn(cadence, midnight) && skipOf(zone, midnight + cadence.at * minute)) return midnight;
    }
  }
  return undefined;
}

function nextGoodTime(cadence: ZonedCadence, zone: Zone): string | undefined {
  for (let later = 1; later < 1440; later++) {
    const at = (cadence.at + later) % 1440;
    if (firstSkip({ ...cadence, at }, zone) === undefined) return timeText(at);
  }
  return undefined;
}

function tooClose(backup: DraftBackup, zone: Zone): Mistake[] {
  const { tiers } = backup;
  const apart = leastApart(backup);
  const mistakes: Mistake[] = [];
  const starts = new Map<DraftTier, number[]>();
  for (const [index, tier] of tiers.entries()) {
    if (!tier.cadence) continue;
    starts.set(tier, startsOf(tier.cadence, zone));
    const clash = tiers.slice(0, index).flatMap((earlier) => clashOf(earlier, tier, starts, apart))[0];
    if (clash)
      mistakes.push({ path: [...tier.path, tier.cadence.unit === 'hour' ? 'minute' : 'at'], message: clash });
  }
  return mistakes;
}

const startsOf = (cadence: Cadence, zone: Zone): number[] =>
  startsBetween(cadence, zone, zone.from, zone.to).sort((a, b) => a - b);

function clashOf(
  earlier: DraftTier,
  later: DraftTier,
  starts: Map<DraftTier, number[]>,
  apart: number,
): string[] {
  const clash = firstWithin(starts.get(earlier) ?? [], starts.get(later) ?? [], apart * minute);
  if (!clash) return [];
  const [one, other] = clash.map((instant) => new Date(instant).toISOString());
  const when = one === other ? `at ${clock(one)}` : `at ${clock(one)} and ${clock(other)}`;
  return [
    `${calledOf(later)} would start less than ${apart} minutes from ${calledOf(earlier)} on ${other?.slice(0, 10)} (${when} UTC); expected at least ${apart} minutes between any two starts of one backup`,
  ];
}

/** Where its name is wrong, which is said of the name, by its place. */
const calledOf = ({ name, path }: DraftTier): string => (name ? `tier "${name}"` : pathText(path));

const clock = (iso: string | undefined): string => iso?.slice(11, 16) ?? '';

/** The first pair of two sorted lists that is less than `distance` apart. */
function firstWithin(
  ones: readonly number[],
  others: readonly number[],
  distance: number,
): [number, number] | undefined {
  let index = 0;
  for (const other of others) {
    while (index < ones.length && (ones[index] ?? 0) <= other - distance) index++;
    const one = ones[index];
    if (one !== undefined && one < other + distance) return [one, other];
  }
  return undefined;
}

const dateText = (midnight: number): string => new Date(midnight).toISOString().slice(0, 10);
