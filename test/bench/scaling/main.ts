/**
 * Days of synthetic load against the decision of scale-group, with instances that take three minutes to start, beside
 * plain threshold scaling. `npm run bench:scaling`: simulated time, no AWS, the same figures each time.
 */
import { backlogTracking, stepScaling, targetTracking } from './groundskeeper.ts';
import { type Load, loads } from './loads.ts';
import { plainThresholds } from './plain.ts';
import type { Side } from './side.ts';
import { type Figures, simulate } from './simulate.ts';
import { queue, type Work, webSite } from './work.ts';

const cpu = { high: 70, low: 40 };
const messages = { high: 1000, low: 100 };

const patient = { stabilizationSeconds: 900 };

const larger = [
  { upperBound: 20, change: 2 },
  { lowerBound: 20, change: 6 },
];

const bySite: [string, () => Side][] = [
  ['plain thresholds, +2 and -2', () => plainThresholds(cpu, 0)],
  ['the same, 5 minutes of cooldown', () => plainThresholds(cpu, 5)],
  ['scale-group, the same as steps', () => stepScaling(cpu)],
  ['scale-group, +2, from 90 % on +6', () => stepScaling(cpu, larger)],
  ['scale-group, a target of 60 %', () => targetTracking(60)],
  ['the same, a window of 15 minutes', () => targetTracking(60, patient)],
];
const byQueue: [string, () => Side][] = [
  ['plain thresholds, +2 and -2', () => plainThresholds(messages, 0)],
  ['the same, 5 minutes of cooldown', () => plainThresholds(messages, 5)],
  ['scale-group, the same as steps', () => stepScaling(messages)],
  ['scale-group, the backlog', () => backlogTracking()],
  ['the same, a window of 15 minutes', () => backlogTracking(patient)],
];

function table(load: Load, work: () => Work, sides: readonly [string, () => Side][]): void {
  process.stdout.write(`\n${work().name}, ${load.name}\n`);
  row('', 'instance-hours', 'minutes under', 'actions', 'taken back');
  for (const [name, side] of sides) print(name, simulate(load, work(), side()));
}

const print = (name: string, { instanceHours, minutesUnder, actions, reversals }: Figures): void =>
  row(name, instanceHours.toFixed(1), minutesUnder, actions, reversals);

function row(name: string, ...cells: readonly (string | number)[]): void {
  const texts = cells.map((cell) => String(cell).padStart(16));
  process.stdout.write(`  ${name.padEnd(34)}${texts.join('')}\n`);
}

for (const load of loads) table(load, webSite, bySite);
for (const load of loads) table(load, queue, byQueue);
