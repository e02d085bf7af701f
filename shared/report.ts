/**
 * The report: what a run answers, logs once as its summary, and counts as metrics. Every resource that
 * was looked at is in it with a decision and a reason.
 */
import type { Log } from './log.ts';

export interface Outcome {
  resource: string;
  /** What was decided: `create`, `delete`, `keep`, … */
  decision: string;
  /** Why, in one of the words that the function's page lists. */
  reason: string;
  /** `deferred`: AWS said later; `detail` says who tries again. `withheld`: a dry run. */
  outcome: 'done' | 'kept' | 'withheld' | 'deferred' | 'failed';
  /** What a person may want to know besides. */
  detail?: string;
  error?: { name: string; message: string };
}

export interface Report {
  function: string;
  dryRun: boolean;
  startedAt: string;
  finishedAt: string;
  summary: Record<Outcome['outcome'], number>;
  /** What a guard held back, and the job that releases it. */
  limits: string[];
  outcomes: Outcome[];
  /** How many outcomes are in the log only. */
  omitted: number;
}

// 1,000 outcomes of some 300 bytes stay well under the 6 MB of a Lambda answer.
const mostOutcomes = 1_000;

const logLevels = {
  done: 'info',
  withheld: 'info',
  kept: 'debug',
  deferred: 'warn',
  failed: 'error',
} as const;

/** Counts and logs outcomes as they come, and keeps as many as the answer may hold. */
export class Reporter {
  readonly #log: Log;
  readonly #summary: Report['summary'] = { done: 0, kept: 0, withheld: 0, failed: 0, deferred: 0 };
  readonly #limits: string[] = [];
  readonly #outcomes: Outcome[] = [];
  readonly #unfinished: Outcome[] = [];
  #total = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  add(outcome: Outcome): void {
    this.#total += 1;
    this.#summary[outcome.outcome] += 1;
    const { outcome: result, ...values } = outcome;
    this.#log[logLevels[result]](`resource.${result}`, { ...values });
    if (this.#outcomes.length < mostOutcomes) this.#outcomes.push(outcome);
    const unfinished = result === 'failed' || result === 'deferred';
    if (unfinished && this.#unfinished.length < mostOutcomes) this.#unfinished.push(outcome);
  }

  /** A guard held something back: the run goes on, and fails with this at its end. */
  limit(message: string): void {
    this.#log.error('limit.exceeded', { limit: message });
    this.#limits.push(message);
  }

  /** What failed or was put off, for the error that ends the run. */
  get unfinished(): readonly Outcome[] {
    return this.#unfinished;
  }

  get limits(): readonly string[] {
    return this.#limits;
  }

  /** Nothing failed, was put off or held back. */
  get isClean(): boolean {
    return this.#unfinished.length === 0 && this.#limits.length === 0;
  }

  finish(head: Pick<Report, 'function' | 'dryRun' | 'startedAt' | 'finishedAt'>): Report {
    const outcomes = this.#total > mostOutcomes ? this.#unfinished : this.#outcomes;
    const { done, kept, withheld, failed, deferred } = this.#summary;
    return {
      ...head,
      summary: { done, kept, withheld, failed, deferred },
      limits: [...this.#limits],
      outcomes: [...outcomes],
      omitted: this.#total - outcomes.length,
    };
  }
}
