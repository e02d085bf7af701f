/** The faults in force, and which of them a call meets. */
import type { Call, Fault, InjectedFault } from './types.ts';

interface Rule extends InjectedFault {
  readonly fault: Fault;
  /** The number of the last call before the rule, for `from: 'now'`. */
  readonly since: number;
  hits: number;
  markReached(): void;
}

/** A rule that a call met. */
export interface MetFault {
  readonly effect: Fault['effect'];
  markReached(): void;
}

export class FaultBook {
  #rules: Rule[] = [];

  /** `callsSoFar`: how many calls came before, since the last reset. */
  add(fault: Fault, callsSoFar: number): InjectedFault {
    let markReached = () => {};
    const reached = new Promise<void>((resolve) => {
      markReached = resolve;
    });
    const rule: Rule = {
      fault,
      since: fault.from === 'now' ? callsSoFar : 0,
      hits: 0,
      reached,
      markReached,
      lift: () => {
        this.#rules = this.#rules.filter((other) => other !== rule);
      },
    };
    this.#rules.push(rule);
    return rule;
  }

  clear(): void {
    this.#rules = [];
  }

  /** Counts the hit. `number` is the call's, counted from 1 over all calls. */
  meet(call: Call, number: number): MetFault | undefined {
    const rule = this.#rules.find((candidate) => matches(candidate, call, number));
    if (rule === undefined) return undefined;
    rule.hits += 1;
    return { effect: rule.fault.effect, markReached: rule.markReached };
  }
}

function matches({ fault, since, hits }: Rule, call: Call, number: number): boolean {
  if (fault.times !== undefined && hits >= fault.times) return false;
  if (number <= since) return false;
  if (fault.call !== undefined && fault.call !== number - since) return false;
  if (fault.service !== undefined && fault.service !== call.service) return false;
  if (fault.action !== undefined && fault.action !== call.action) return false;
  return fault.when?.(call) ?? true;
}
