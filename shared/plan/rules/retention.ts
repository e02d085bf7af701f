/** Durations against intervals. */
import type { Duration } from '../../duration.ts';
import type { Draft, DraftTier } from '../draft.ts';
import { type Mistake, type Path, quote } from '../mistakes.ts';
import { type Cadence, durationText, intervalOf, leastHours, mostHours } from '../plan.ts';

export function retentionMistakes({ backups }: Draft): Mistake[] {
  return backups.flatMap(({ tiers }) =>
    tiers.flatMap((tier) => [...expiresTooSoon(tier), ...alarmsTooSoon(tier)]),
  );
}

function expiresTooSoon({ path, cadence, keep }: DraftTier): Mistake[] {
  return cadence && keep ? endsTooSoon(keep, cadence, [...path, 'keep']) : [];
}

/** Where nothing would be left when the next one is taken. Equal units compare by count (a month is as long as a month); others at their worst. */
export function endsTooSoon(keep: Duration, cadence: Cadence, path: Path): Mistake[] {
  const interval = intervalOf(cadence);
  const enough =
    keep.unit === interval.unit ? keep.count >= interval.count : leastHours(keep) >= mostHours(interval);
  if (enough) return [];
  return [
    {
      path,
      message: `${quote(durationText(keep))} ends before the next one is taken; expected at least "${durationText(interval)}"`,
    },
  ];
}

function alarmsTooSoon({ path, cadence, alarmAfter }: DraftTier): Mistake[] {
  if (!cadence || !alarmAfter) return [];
  const longest = mostHours(intervalOf(cadence));
  if (mostHours(alarmAfter) > longest) return [];
  return [
    {
      path: [...path, 'alarmAfter'],
      message: `${quote(durationText(alarmAfter))} would ring although all is well; expected more than ${longest} hour${longest === 1 ? '' : 's'}, the longest time from one to the next`,
    },
  ];
}
