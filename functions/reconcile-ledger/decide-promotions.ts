/** Which backups take the place of missing ones of rarer tiers. */
import { addDuration, readDuration } from '../../shared/duration.ts';
import { slotId } from '../../shared/slot.ts';
import type { Period } from './appointments.ts';
import type { Candidate, PlannedTier, WatchedBackup } from './candidates.ts';
import { isSettled } from './decide.ts';

export type PromotionReason =
  /** The slot was never taken, or what it made is gone. */
  | 'slot-missing'
  /** What the slot made ended in error. */
  | 'slot-failed';

export interface Promotion {
  kind: 'promote';
  id: string;
  /** The slot that it has now. */
  from: string;
  tier: string;
  /** The appointment that it stands for from now on. */
  slot: string;
  expires: Date;
  reason: PromotionReason;
}

/** Nothing stands that could take the slot's place. */
export interface Gap {
  kind: 'keep';
  slot: string;
  reason: 'nothing-to-promote';
}

export interface WatchedSource {
  /** When there certainly was something to back up. */
  existedAt: Date;
  backups: readonly Candidate[];
}

/** What may be due before a run of 15 minutes ends, expiry may delete at this moment. */
const nearlyDueMilliseconds = 15 * 60_000;

/**
 * The gaps of one source. The tier that is kept for longest comes first: what it takes from a rare one, the
 * rare one takes from a more frequent one, and a second look finds nothing to do.
 */
export function decidePromotions(
  { backup, tiers }: WatchedBackup,
  { existedAt, backups }: WatchedSource,
  now: Date,
): (Promotion | Gap)[] {
  const standing = new Map(backups.map((candidate) => [candidate.id, candidate]));
  const periods = tiers.flatMap((tier) => tier.periods.map((period) => ({ backup, tier, period, tiers })));
  const open = periods.filter(({ tier, period }) => period.from >= existedAt && !isOver(period, tier, now));
  return open.flatMap((vacancy) => {
    const decision = decideSlot(vacancy, [...standing.values()], now);
    if (decision?.kind === 'promote') stand(decision, vacancy.period, standing);
    // Of a period that has passed nothing more will come: it is not told for weeks.
    const isTold = decision?.kind === 'promote' || vacancy.period === vacancy.tier.periods[0];
    return decision && isTold ? [decision] : [];
  });
}

/** The slot's own backup would have died by now. */
const isOver = ({ from }: Period, { keep }: PlannedTier, now: Date): boolean =>
  addDuration(from, readDuration(keep)) <= now;

function stand({ id, tier, expires }: Promotion, { from }: Period, standing: Map<string, Candidate>): void {
  const taken = standing.get(id);
  if (taken) standing.set(id, { ...taken, tier, slot: from.getTime(), expires: expires.getTime() });
}

interface Vacancy {
  backup: string;
  tier: PlannedTier;
  period: Period;
  tiers: readonly PlannedTier[];
}

function decideSlot(
  { backup, tier, period, tiers }: Vacancy,
  standing: readonly Candidate[],
  now: Date,
): Promotion | Gap | undefined {
  const isWithin = (time: number) => period.from.getTime() <= time && time < period.to.getTime();
  const own = standing.filter((candidate) => candidate.tier === tier.name && isWithin(candidate.slot));
  // Taken by hand at another time of the period, it is there, too.
  if (own.some(({ state }) => state !== 'error')) return undefined;
  const shorter = new Set(tiers.filter(({ keepsFor }) => keepsFor < tier.keepsFor).map(({ name }) => name));
  // A slot that is tried again would be taken again if its backup were another slot's.
  const [first] = standing
    .filter((candidate) => shorter.has(candidate.tier) && candidate.state === 'completed')
    .filter(({ startedAt, slot }) => isWithin(startedAt) && isSettled(new Date(slot), now))
    .filter(({ expires }) => expires > now.getTime() + nearlyDueMilliseconds)
    .sort((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
  const slot = slotId({ backup, tier: tier.name, time: period.from });
  if (!first) return { kind: 'keep', slot, reason: 'nothing-to-promote' };
  const planned = addDuration(new Date(first.startedAt), readDuration(tier.keep)).getTime();
  return {
    kind: 'promote',
    id: first.id,
    from: slotId({ backup, tier: first.tier, time: new Date(first.slot) }),
    tier: tier.name,
    slot,
    // Never for less than it is kept for already.
    expires: new Date(Math.max(planned, first.expires)),
    reason: own.length > 0 ? 'slot-failed' : 'slot-missing',
  };
}
