/** What moto's instances lack: starts and stops that take their time, zones without room, checks that fail. */
import type { SlowInstances } from '../types.ts';

interface Record {
  launchedAt: Date;
  /** Undefined from a start on. */
  stoppedAt?: Date;
  /** When it runs, or is stopped. */
  turnedAt: Date;
}

export class InstanceStates {
  slow: SlowInstances = { startSeconds: 0, stopSeconds: 0 };
  /** Where nothing can be started. */
  readonly fullZones = new Set<string>();
  /** These stop again as soon as they are started. */
  readonly failing = new Set<string>();
  /** Of these the last start has failed so. */
  readonly failed = new Set<string>();
  /** Of these EC2's own checks fail. */
  readonly impaired = new Set<string>();
  /** Of these the checks of balancers fail. */
  readonly sick = new Set<string>();
  readonly #records = new Map<string, Record>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  knows(id: string): boolean {
    return this.#records.has(id);
  }

  started(id: string): void {
    const launchedAt = this.#now();
    this.#records.set(id, { launchedAt, turnedAt: later(launchedAt, this.slow.startSeconds) });
  }

  stopped(id: string): void {
    const stoppedAt = this.#now();
    const turnedAt = later(stoppedAt, this.slow.stopSeconds);
    this.#records.set(id, { launchedAt: this.startedAt(id) ?? stoppedAt, stoppedAt, turnedAt });
  }

  /** Its state while it turns; undefined: it is as moto says. */
  turning(id: string): 'pending' | 'stopping' | undefined {
    const record = this.#records.get(id);
    if (!record) return undefined;
    const { launchedAt, stoppedAt, turnedAt } = record;
    const now = this.#now();
    // The account's clock may be set back: then it has turned long ago.
    if (now < (stoppedAt ?? launchedAt) || now >= turnedAt) return undefined;
    return stoppedAt ? 'stopping' : 'pending';
  }

  startedAt(id: string): Date | undefined {
    return this.#records.get(id)?.launchedAt;
  }

  stoppedAt(id: string): Date | undefined {
    return this.#records.get(id)?.stoppedAt;
  }
}

const later = (time: Date, seconds: number) => new Date(time.getTime() + seconds * 1_000);
