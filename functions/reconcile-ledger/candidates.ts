/** What stands of the sources whose rare tiers may lack a backup: as much of each as a promotion is decided by. */
import type { StandingBackup } from '../../shared/backups/backup.ts';
import { addDuration, readDuration } from '../../shared/duration.ts';
import { expiryIn } from '../../shared/ledger/rows.ts';
import { parseSlotId } from '../../shared/slot.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import { type Period, settledPeriods, zoneAround } from './appointments.ts';
import type { ReconcileLedgerJob } from './job.ts';
import type { SourceKind } from './newest-backups.ts';
import type { SelectedBackup } from './selected.ts';

/** A backup that stands, in milliseconds where it has times, since many are held. */
export interface Candidate {
  id: string;
  tier: string;
  state: StandingBackup['state'];
  /** When its slot was. */
  slot: number;
  startedAt: number;
  expires: number;
}

/** A tier as the job has it. */
export interface PlannedTier {
  name: string;
  keep: string;
  /** Milliseconds, for comparisons. */
  keepsFor: number;
  /** The settled ones of a tier whose missing backups are replaced, the latest first. */
  periods: readonly Period[];
}

/** A backup of the plan with the tiers that are watched for gaps, the longest kept first. */
export interface WatchedBackup {
  backup: string;
  tiers: readonly PlannedTier[];
  /** Whose slot or start lies before it takes part in nothing. */
  from: number;
}

export function watchedBackups(
  selected: readonly SelectedBackup[],
  { timezone }: Pick<ReconcileLedgerJob, 'timezone'>,
  now: Date,
): WatchedBackup[] {
  const rare = selected.filter(({ tiers }) => Object.values(tiers).some(({ starts }) => starts));
  if (rare.length === 0) return [];
  const zone = zoneAround(timezone, now);
  return rare.map(({ backup, tiers }) => {
    const planned = Object.entries(tiers).map(
      ([name, { keep, starts }]): PlannedTier => ({
        name,
        keep,
        keepsFor: addDuration(now, readDuration(keep)).getTime() - now.getTime(),
        periods: starts ? settledPeriods(starts, zone, now) : [],
      }),
    );
    const begins = planned.flatMap(({ periods }) => periods.map(({ from }) => from.getTime()));
    const longestFirst = planned.sort((a, b) => b.keepsFor - a.keepsFor || (a.name < b.name ? -1 : 1));
    return { backup, tiers: longestFirst, from: Math.min(...begins) };
  });
}

/** By backup, kind and source. */
export class Candidates {
  readonly #watched: ReadonlyMap<string, WatchedBackup>;
  readonly #bySource = new Map<string, Candidate[]>();

  constructor(watched: readonly WatchedBackup[]) {
    this.#watched = new Map(watched.map((one) => [one.backup, one]));
  }

  /** @param backup an original in the home region */
  see({ kind, id, source, state, startedAt, tags }: StandingBackup): void {
    const slot = parseSlotId(tags[tagKeys.slot] ?? '');
    const expires = expiryIn(tags[tagKeys.expires]);
    if (!slot || !expires || source === undefined || tags[extraTagKeys.copyOf] !== undefined) return;
    const watched = this.#watched.get(slot.backup);
    // The tier's one text, instead of one a backup.
    const tier = watched?.tiers.find(({ name }) => name === slot.tier)?.name;
    if (!watched || tier === undefined) return;
    const times = { slot: slot.time.getTime(), startedAt: startedAt.getTime(), expires: expires.getTime() };
    if (Math.max(times.slot, times.startedAt) < watched.from) return;
    const key = keyOf(slot.backup, { kind, id: source });
    const others = this.#bySource.get(key) ?? [];
    others.push({ id, tier, state, ...times });
    this.#bySource.set(key, others);
  }

  of(backup: string, source: SourceKind): readonly Candidate[] {
    return this.#bySource.get(keyOf(backup, source)) ?? [];
  }
}

const keyOf = (backup: string, { kind, id }: SourceKind): string => `${backup} ${kind} ${id}`;
