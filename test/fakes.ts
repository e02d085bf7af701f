/** What stands in for the world around the code: time and the log. Nothing else is faked. */
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';

export interface FakeClock extends Clock {
  /** Every sleep so far, in milliseconds. */
  readonly sleeps: readonly number[];
  advance(milliseconds: number): void;
}

/** A clock that stands still, except that a sleep moves it on at once. */
export function fakeClock(start = new Date('2026-11-21T02:15:04.120Z')): FakeClock {
  let now = start.getTime();
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => new Date(now),
    advance: (milliseconds) => {
      now += milliseconds;
    },
    sleep: async (milliseconds) => {
      sleeps.push(milliseconds);
      now += milliseconds;
    },
  };
}

export interface LogLine {
  level: keyof Log;
  message: string;
  values: Record<string, unknown>;
}

/** A log that is kept as it was written. */
export function recordedLog(): Log & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: keyof Log) => (message: string, values: Record<string, unknown>) => {
    lines.push({ level, message, values });
  };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
