/** Days of load, minute by minute, the same each time: what an instance does in a minute is 100 of it. */
import { randomFrom } from '../../random.ts';

export const minutesOfDay = 1440;

export interface Load {
  name: string;
  /** Of each minute. */
  units: readonly number[];
}

const night = 200;
const noon = 1400;

/** From a quiet night slowly to noon, and back by the evening. */
function slowly(minute: number): number {
  const phase = (minute - 360) / (1320 - 360);
  return phase < 0 || phase > 1 ? night : night + (noon - night) * Math.sin(Math.PI * phase) ** 2;
}

/** As if an article linked here: there at once, gone within the hour. */
const spikes = [
  { from: 95, minutes: 20, units: 700 },
  { from: 540, minutes: 12, units: 900 },
  { from: 780, minutes: 30, units: 1200 },
  { from: 1150, minutes: 15, units: 800 },
  { from: 1320, minutes: 40, units: 600 },
];

const suddenly = (minute: number): number =>
  spikes
    .filter(({ from, minutes }) => minute >= from && minute < from + minutes)
    .reduce((sum, { units }) => sum + units, 0);

/** So many minutes up and as many down: the worst that a threshold can be shown. */
const wave = (minute: number, period: number): number => (minute % period < period / 2 ? 1 : -1);

const day = (name: string, at: (minute: number) => number, noise: number): Load => {
  const next = randomFrom(20_261_121);
  const units = Array.from({ length: minutesOfDay }, (_, minute) =>
    Math.max(0, Math.round(at(minute) * (1 + noise * (2 * next() - 1)))),
  );
  return { name, units };
};

export const loads: readonly Load[] = [
  day('a day: a slow ramp, five spikes, 10 % of noise', (minute) => slowly(minute) + suddenly(minute), 0.1),
  day('noise alone: 700, give or take 45 %', () => 700, 0.45),
  day('waves: 4 minutes of 1000, 4 of 400', (minute) => 700 + 300 * wave(minute, 8), 0.05),
];
