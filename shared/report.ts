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

const mostOutcomes = 1_000;
// A Lambda answers 6 MB at most: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const mostOutcomeBytes = 4_000_000;
const mostLimitBytes = 1_000_000;
// No text is of use to a person beyond this; the log has the whole of it.
const longestText = 2_000;

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
  readonly #outcomes = new Bounded<Outcome>(mostOutcomeBytes);
  readonly #unfinished = new Bounded<Outcome>(mostOutcomeBytes);
  readonly #limits = new Bounded<string>(mostLimitBytes);

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param count for how many it stands: what is alike and of no interest one by one is told once */
  add(outcome: Outcome, count = 1): void {
    this.#summary[outcome.outcome] += count;
    const { outcome: result, ...values } = outcome;
    this.#log[logLevels[result]](`resource.${result}`, { ...values });
    const short = shortened(outcome);
    this.#outcomes.add(short);
    if (result === 'failed' || result === 'deferred') this.#unfinished.add(short);
  }

  /** A guard held something back: the run goes on, and fails with this at its end. */
  limit(message: string): void {
    this.#log.error('limit.exceeded', { limit: message });
    this.#limits.add(cut(message));
  }

  /** Nothing failed, was put off or held back. */
  get isClean(): boolean {
    return this.#unfinished.total === 0 && this.#limits.total === 0;
  }

  /** What failed or was put off, then what a guard held back: the first few of each, a line each. */
  get complaints(): string[] {
    const unfinished = this.#unfinished.items.slice(0, 10).map(lineOf);
    const limits = this.#limits.items.slice(0, 10);
    const more = this.#unfinished.total - unfinished.length + this.#limits.total - limits.length;
    return [...unfinished, ...limits, ...(more > 0 ? [`and ${more} more: see the log`] : [])];
  }

  /** True if something failed or was put off. */
  get hasUnfinished(): boolean {
    return this.#unfinished.total > 0;
  }

  finish(head: Pick<Report, 'function' | 'dryRun' | 'startedAt' | 'finishedAt'>): Report {
    const { total } = this.#outcomes;
    const { items } = this.#outcomes.isWhole ? this.#outcomes : this.#unfinished;
    const { done, kept, withheld, failed, deferred } = this.#summary;
    return {
      ...head,
      summary: { done, kept, withheld, failed, deferred },
      limits: [...this.#limits.items],
      outcomes: [...items],
      omitted: total - items.length,
    };
  }
}

/** Counts all that it is given and keeps the first, as many as the answer has room for. */
class Bounded<Item> {
  readonly items: Item[] = [];
  total = 0;
  readonly #mostBytes: number;
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  add(item: Item): void {
    this.total += 1;
    if (this.items.length === mostOutcomes) return;
    this.#bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    if (this.#bytes <= this.#mostBytes) this.items.push(item);
  }

  get isWhole(): boolean {
    return this.items.length === this.total;
  }
}

function cut(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}… (see the log)` : text;
}

function shortened({ detail, error, ...rest }: Outcome): Outcome {
  return {
    ...rest,
    ...(detail !== undefined && { detail: cut(detail) }),
    ...(error && { error: { name: error.name, message: cut(error.message) } }),
  };
}

function lineOf({ resource, decision, reason, outcome, detail, error }: Outcome): string {
  const why = error ? `${error.name}: ${error.message}` : reason;
  return `${decision} ${resource}: ${outcome}: ${why}${detail ? ` (${detail})` : ''}`;
}
