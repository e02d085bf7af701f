/** A day of a fleet, minute by minute. */
import { Fleet } from './fleet.ts';
import type { Load } from './loads.ts';
import type { Side } from './side.ts';
import type { Work } from './work.ts';

export interface Figures {
  /** Of all that run, those that are still starting, too: that is what is paid. */
  instanceHours: number;
  minutesUnder: number;
  actions: number;
  /** Changes that took back, within a quarter of an hour, what another had just done. */
  reversals: number;
}

const quickly = 15;

export function simulate({ units }: Load, work: Work, side: Side): Figures {
  const fleet = new Fleet(6);
  const values: number[] = [];
  const figures: Figures = { instanceHours: 0, minutesUnder: 0, actions: 0, reversals: 0 };
  let last: { at: number; direction: number } | undefined;
  units.forEach((load, minute) => {
    const capacity = side({ minute, fleet, values, arrivals: units.slice(0, minute) });
    if (capacity !== fleet.size) {
      const direction = Math.sign(capacity - fleet.size);
      figures.actions++;
      if (last && last.direction !== direction && minute - last.at <= quickly) figures.reversals++;
      last = { at: minute, direction };
      fleet.resize(capacity, minute);
    }
    const { value, isUnder } = work.minute(load, fleet.serving(minute));
    values.push(value);
    figures.instanceHours += fleet.size / 60;
    if (isUnder) figures.minutesUnder++;
  });
  return figures;
}
