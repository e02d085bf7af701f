/**
 * Repeats what AWS refused for its rate or did not answer, while the run has time. The SDK's own retries
 * are off (`maxAttempts: 1`): they know neither the run's deadline nor that CreateSnapshot, which has no
 * client token, must not be repeated before looking whether the first one was done.
 */
import type { Clock } from '../clock.ts';
import { AutomationError } from '../errors.ts';
import { awsErrorOf, type Nature, natureOf } from './errors.ts';

export interface Patience {
  clock: Clock;
  /** 0 up to 1. */
  random: () => number;
  /** Milliseconds until the run has to stop. */
  timeLeft: () => number;
  /** Keeps the run's lease, or its pace: called before every attempt and every look; what it throws ends the call. */
  heartbeat?: () => Promise<void>;
  /** AWS has refused an attempt for its rate. */
  onThrottled?: () => void;
  /** Milliseconds for which a call is repeated that nobody answers; left out: while there is time. */
  giveUpAfter?: number;
  /** A call was done. */
  onAnswered?: () => void;
  /** A call was given up: nobody has answered it since then, by the clock. */
  onGivenUp?: (since: number) => void;
}

export interface PersistOptions<Result> {
  /** For a call that must not be done twice: finds what an earlier attempt may have made. */
  find?: () => Promise<Result | undefined>;
  /** Called before every attempt: what the call stands on may have changed while it waited. What it throws ends the call. */
  confirm?: () => Promise<void>;
}

const firstWait = 250;
const longestWait = 10_000;
// EC2 takes one snapshot a volume every 15 seconds.
const volumeRateWait = 15_000;
// Describe calls are eventually consistent: what was made may take some seconds to be seen.
const consistencyWait = 5_000;
/** On a slow line one attempt alone may take longer than a call's patience. */
const fewestAttempts = 4;

/** Attempts in a row that nobody answered. */
interface Silence {
  attempts: number;
  since: number;
}

/** The last attempt failed with the cause, but an earlier one, whose outcome is unknown, may have done it. */
export class UncertainError extends AutomationError {
  override name = 'UncertainError';

  constructor(cause: unknown) {
    const { name, message } = awsErrorOf(cause);
    super(`${name}: ${message}; an earlier attempt, which was not answered, may have succeeded`, { cause });
  }
}

export async function persist<Result>(
  attempt: () => Promise<Result>,
  patience: Patience,
  options: PersistOptions<Result> = {},
): Promise<Result> {
  let mayBeDone = false;
  let hasToLook = false;
  let silence: Silence | undefined;
  for (let failures = 0; ; failures += 1) {
    await patience.heartbeat?.();
    await options.confirm?.();
    try {
      const result = await attempt();
      patience.onAnswered?.();
      return result;
    } catch (error) {
      const nature = notedNature(error, patience);
      silence = silenceAfter(nature, silence, patience);
      const wait = timely(
        waitAfter(nature, failures, patience.random, options.find !== undefined),
        silence,
        patience,
      );
      if (wait === undefined) throw finalError(error, mayBeDone, options);
      await patience.clock.sleep(wait);
      mayBeDone ||= nature === 'unknown-outcome';
      // A volume that had a snapshot within 15 seconds may have had ours.
      hasToLook ||= mayBeDone || nature === 'volume-rate';
    }
    const found = await look(hasToLook, patience, options);
    if (found !== undefined) return found;
  }
}

function notedNature(error: unknown, { onThrottled }: Patience): Nature {
  const nature = natureOf(error);
  if (nature === 'throttled') onThrottled?.();
  return nature;
}

function silenceAfter(
  nature: Nature,
  earlier: Silence | undefined,
  { clock }: Patience,
): Silence | undefined {
  if (nature !== 'unknown-outcome') return undefined;
  return { attempts: (earlier?.attempts ?? 0) + 1, since: earlier?.since ?? clock.now().getTime() };
}

/** The wait; undefined if it would end too late. */
function timely(
  wait: number | undefined,
  silence: Silence | undefined,
  { clock, timeLeft, giveUpAfter = Number.POSITIVE_INFINITY, onGivenUp }: Patience,
): number | undefined {
  if (wait === undefined || timeLeft() <= wait) return undefined;
  if (!silence || silence.attempts < fewestAttempts) return wait;
  if (clock.now().getTime() - silence.since + wait <= giveUpAfter) return wait;
  onGivenUp?.(silence.since);
  return undefined;
}

const finalError = (error: unknown, mayBeDone: boolean, { find }: PersistOptions<unknown>): unknown =>
  mayBeDone && find ? new UncertainError(error) : error;

async function look<Result>(
  hasToLook: boolean,
  { heartbeat }: Patience,
  { find }: PersistOptions<Result>,
): Promise<Result | undefined> {
  if (!hasToLook || !find) return undefined;
  await heartbeat?.();
  return find();
}

/** Milliseconds to wait; undefined if repeating would not help. */
function waitAfter(
  nature: Nature,
  failures: number,
  random: () => number,
  looks: boolean,
): number | undefined {
  const backOff = (0.5 + random() / 2) * Math.min(longestWait, firstWait * 2 ** failures);
  switch (nature) {
    case 'throttled':
      return backOff;
    case 'unknown-outcome':
      return looks ? consistencyWait + backOff : backOff;
    case 'volume-rate':
      return volumeRateWait + random() * 1_000;
    default:
      return undefined;
  }
}
