/** Durations against intervals. */
import type { Draft, DraftBackup, DraftTier } from '../draft.ts';
import { type Mistake, quote } from '../mistakes.ts';
import { durationText, intervalOf, leastHours, mostHours } from '../plan.ts';

export function retentionMistakes({ backups }: Draft): Mistake[] {
  return backups.flatMap((backup) => [...backup.tiers.flatMap(expiresTooSoon), ...alarmsTooSoon(backup)]);
}

/** Equal units compare by count (a month is as long as a month); others at their worst. */
function expiresTooSoon({ path, cadence, keep }: DraftTier): Mistake[] {
  if (!cadence || !keep) return [];
  const interval = intervalOf(cadence);
  const enough =
    keep.unit === interval.unit ? keep.count >= interval.count : leastHours(keep) >= mostHours(interval);
  if (enough) return [];
  return [
    {
      path: [...path, 'keep'],
      message: `${quote(durationText(keep))} ends before the next one is taken; expected at least "${durationText(interval)}"`,
    },
  ];
}

function alarmsTooSoon({ path, alarmAfter, tiers }: DraftBackup): Mistake[] {
  const intervals = tiers.flatMap(({ cadence }) => (cadence ? [intervalOf(cadence)] : []));
  const [shortest] = intervals.sort((a, b) => mostHours(a) - mostHours(b));
  if (!alarmAfter || !shortest || intervals.length < tiers.length) return [];
  if (mostHours(alarmAfter) > mostHours(shortest)) return [];
  return [
    {
      path: [...path, 'alarmAfter'],
      message: `${quote(durationText(alarmAfter))} would ring although all is well; expected more than the shortest interval, ${quote(durationText(shortest))}`,
    },
  ];
}
