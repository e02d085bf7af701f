/** Plain threshold scaling: what an alarm's event and a fixed change make of it. */
import { bounds, change, type Side, type Thresholds } from './side.ts';

export function plainThresholds({ high, low }: Thresholds, cooldownMinutes: number): Side {
  let calmUntil = 0;
  return ({ minute, fleet, values }) => {
    const value = values.at(-1);
    if (value === undefined || minute < calmUntil) return fleet.size;
    const wanted = value > high ? fleet.size + change : value < low ? fleet.size - change : fleet.size;
    const capacity = Math.max(bounds.minimum, Math.min(bounds.maximum, wanted));
    if (capacity !== fleet.size) calmUntil = minute + cooldownMinutes;
    return capacity;
  };
}
