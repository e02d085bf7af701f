/** What follows from a metric's values over the stabilisation window. Pure. */
import type { Series } from './group.ts';
import type { Opinion, Situation } from './opinion.ts';

export type Sample = Series['samples'][number];

/** What a kind of policy makes of one value. */
export interface Reading {
  reason: 'target' | 'backlog';
  /** By the newest value, and by one of the window. Undefined: nothing can be said by it. */
  demandNow(sample: Sample): number | undefined;
  demandThen(sample: Sample): number | undefined;
  text(sample: Sample, demand: number): string;
}

/** Of AWS's target tracking: fewer are wanted only if less than this share of those that were measured is needed. */
const lowShare = 0.9;

/** Parts of instances are whole ones; what is needed of those that were measured is a demand of all there are. */
export function demandFrom(needed: number, measured: number, capacity: number): number {
  // Not those that come of binary fractions: 3 × 0.1 / 0.1 is 3.
  const whole = Math.max(0, Math.ceil(needed - 1e-9));
  return needed < measured * lowShare ? whole : Math.max(whole, capacity);
}

/** The newest value says how much is needed now; less than there is only if every value of the window says so. */
export function seriesOpinion(series: Series, reading: Reading, situation: Situation): Opinion {
  const newest = newestOf(series, situation);
  if (!newest)
    return { kind: 'unknown', text: `${reading.reason}: there is no value of late${rarity(series)}` };
  const demand = reading.demandNow(newest);
  if (demand === undefined) return { kind: 'unknown', text: `${reading.reason}: nothing was in service` };
  const text = reading.text(newest, demand);
  const { capacity } = situation.group;
  const opinion = { kind: 'demand', reason: reading.reason, capacity: demand, text } as const;
  if (demand >= capacity) return { ...opinion, agreed: demand };
  const demands = demandsOver(series, reading, situation);
  if (!demands) {
    const gap = `${text}; values of the stabilization window are missing${rarity(series)}`;
    return { ...opinion, agreed: capacity, objection: 'signal-unknown', text: gap };
  }
  const agreed = Math.min(capacity, Math.max(demand, ...demands));
  return agreed > demand ? { ...opinion, agreed, objection: 'stabilizing' } : { ...opinion, agreed };
}

/** Of a metric that comes less often than it is asked for, values are missing for ever: nobody would see why. */
function rarity({ samples, periodSeconds }: Series): string {
  const gaps = samples.slice(1).map(({ at }, index) => at.getTime() - (samples[index]?.at.getTime() ?? 0));
  const shortest = Math.min(...gaps) / 1000;
  if (gaps.length < 2 || shortest <= periodSeconds) return '';
  return `: they seem to come every ${shortest} s, and not every ${periodSeconds} s as periodSeconds says`;
}

function newestOf(series: Series, situation: Situation): Sample | undefined {
  if (series.current !== undefined) return { at: situation.now, value: series.current };
  const last = series.samples.at(-1);
  return last && isOfLate(last, series, situation) ? last : undefined;
}

/** CloudWatch shows some metrics minutes after their period has ended; what is older says nothing about now. */
const usualDelayMs = 300_000;

export const isOfLate = (
  { at }: Sample,
  { periodSeconds }: Pick<Series, 'periodSeconds'>,
  { now }: Pick<Situation, 'now'>,
): boolean => now.getTime() - at.getTime() <= usualDelayMs + 2 * periodSeconds * 1000;

/** Of each value of the window; undefined if one is missing in it, or nothing can be said by it. */
function demandsOver(series: Series, { demandThen }: Reading, situation: Situation): number[] | undefined {
  const { windowStart, now } = situation;
  if (windowStart >= now) return [];
  const periodMs = series.periodSeconds * 1000;
  // The first period may have begun before the window; the last ones may not be shown yet.
  const inWindow = series.samples.filter(({ at }) => at.getTime() > windowStart.getTime() - periodMs);
  const last = inWindow.at(-1);
  if (!last || !isOfLate(last, series, situation)) return undefined;
  let before = windowStart.getTime();
  const demands: number[] = [];
  for (const sample of inWindow) {
    const demand = demandThen(sample);
    if (demand === undefined || sample.at.getTime() - before > periodMs) return undefined;
    demands.push(demand);
    before = sample.at.getTime();
  }
  return demands;
}
