/** All that a group's policies say together. Pure. */
import { backlogOpinion } from './backlog.ts';
import type { Signal } from './group.ts';
import type { Policy } from './job.ts';
import type { Opinion, Situation } from './opinion.ts';
import { stepOpinion } from './steps.ts';
import { targetOpinion } from './target.ts';

export type Demand = Extract<Opinion, { kind: 'demand' }>;

export interface Heard {
  demands: readonly Demand[];
  /** Whose demand is the largest: of several policies AWS takes that one, too. Undefined if none demands anything. */
  loudest: Demand | undefined;
  /** Who agrees the least to fewer: so far down all of them do. */
  firmest: Demand | undefined;
  /** Why nothing may be taken away, if somebody cannot say anything. */
  unknown: string | undefined;
  /** What each of them says. */
  texts: readonly string[];
}

export function hear(policies: readonly Policy[], signals: readonly Signal[], situation: Situation): Heard {
  const opinions = policies.map((policy, index) => opinionOf(policy, signals[index], situation));
  const demands = opinions.filter((opinion) => opinion.kind === 'demand');
  const unknown = opinions.filter(({ kind }) => kind === 'unknown').map(({ text }) => text);
  return {
    demands,
    loudest: largest(demands, ({ capacity }) => capacity),
    firmest: firmestOf(demands),
    unknown: unknown.length > 0 ? unknown.join('; ') : undefined,
    texts: opinions.map(({ text }) => text),
  };
}

function opinionOf(policy: Policy, signal: Signal | undefined, situation: Situation): Opinion {
  if (signal?.kind === 'unknown') return { kind: 'unknown', text: signal.why };
  switch (policy.kind) {
    case 'step':
      if (signal?.kind === 'alarm') return stepOpinion(policy, signal.alarm, situation);
      break;
    case 'target':
      if (signal?.kind === 'series') return targetOpinion(policy, signal.series, situation);
      break;
    case 'backlog':
      if (signal?.kind === 'series') return backlogOpinion(policy, signal.series, situation);
      break;
  }
  throw new TypeError(`A policy of the kind "${policy.kind}" was shown ${signal?.kind ?? 'nothing'}`);
}

export const firmestOf = (demands: readonly Demand[]): Demand | undefined =>
  largest(demands, ({ agreed }) => agreed);

const largest = (demands: readonly Demand[], by: (demand: Demand) => number): Demand | undefined =>
  demands.reduce<Demand | undefined>(
    (best, demand) => (best && by(best) >= by(demand) ? best : demand),
    undefined,
  );
