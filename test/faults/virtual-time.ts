/** Simulated time: it stands still while anyone works, and jumps to the next sleeper's end when all wait. */
import type { Clock } from '../../shared/clock.ts';

interface Sleeper {
  wakesAt: number;
  wake: () => void;
  isAlive: () => boolean;
}

/** What a call takes: little, but never nothing, so that no two things happen at exactly the same time. */
const millisecondsACall = 20;

/** Turns of the event loop without a new call or sleep after which all are taken to be waiting. */
const quietTurns = 4;

export class VirtualTime {
  #now: number;
  #callsUnderWay = 0;
  #sleepers: Sleeper[] = [];
  #waitsForQuiet = false;
  #activity = 0;
  readonly #listeners = new Set<(now: Date) => void>();

  constructor(start: Date) {
    this.#now = start.getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  /** Told of every move. Returns what ends that. */
  onMove(listener: (now: Date) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  moveTo(time: Date): void {
    this.#now = time.getTime();
    for (const listener of this.#listeners) listener(this.now());
  }

  moveBy(seconds: number): void {
    this.moveTo(new Date(this.#now + seconds * 1_000));
  }

  /** The clock of one process; once that is dead, its sleeps never end. */
  clockOf(isAlive: () => boolean): Clock {
    return {
      now: () => this.now(),
      sleep: (milliseconds) =>
        new Promise((wake) => {
          // Dates hold whole milliseconds: a fraction would never be reached.
          this.#sleepers.push({ wakesAt: this.#now + Math.ceil(milliseconds), wake, isAlive });
          this.#stir();
        }),
    };
  }

  /** Runs one call to AWS, during which sleepers sleep on. */
  async duringCall<Result>(call: () => Promise<Result>): Promise<Result> {
    this.#callsUnderWay += 1;
    this.moveTo(new Date(this.#now + millisecondsACall));
    try {
      return await call();
    } finally {
      this.#callsUnderWay -= 1;
      this.#stir();
    }
  }

  #stir(): void {
    this.#activity += 1;
    if (this.#waitsForQuiet) return;
    this.#waitsForQuiet = true;
    void this.#whenQuiet().then(() => {
      this.#waitsForQuiet = false;
      this.#wakeNext();
    });
  }

  async #whenQuiet(): Promise<void> {
    let seen = this.#activity;
    for (let quiet = 0; quiet < quietTurns; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (seen !== this.#activity) quiet = 0;
      seen = this.#activity;
    }
  }

  #wakeNext(): void {
    this.#sleepers = this.#sleepers.filter(({ isAlive }) => isAlive());
    // The end of the last call under way stirs again.
    if (this.#callsUnderWay > 0 || this.#sleepers.length === 0) return;
    const next = Math.min(...this.#sleepers.map(({ wakesAt }) => wakesAt));
    if (next > this.#now) this.moveTo(new Date(next));
    const due = this.#sleepers.filter(({ wakesAt }) => wakesAt <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ wakesAt }) => wakesAt > this.#now);
    for (const { wake } of due) wake();
    if (this.#sleepers.length > 0) this.#stir();
  }
}
