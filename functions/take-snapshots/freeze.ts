/** Freezes an instance's file systems while something is done, and thaws them in any case. */
import { awsErrorOf } from '../../shared/aws/errors.ts';
import type { Patience } from '../../shared/aws/persist.ts';
import { runShell, type Ssm } from '../../shared/aws/ssm.ts';
import { LeaseLostError } from '../../shared/lease.ts';
import { type FreezeOrder, freezeScript, undoScript } from './freeze-scripts.ts';

/** What came of a freeze; `why` in words for the report. */
export type Freeze = { state: 'frozen' } | { state: 'unconfirmed'; why: string };

export interface Thaw {
  /** `held`: all was frozen until now. `lost`: something else had thawed before. `unknown`: see `why`. */
  state: 'held' | 'lost' | 'unknown';
  why: string;
  /** From just before the first freeze to just after the last thaw. */
  frozenSeconds: number;
  /** Whether the commands that were to follow went well; true if there are none. */
  followed: boolean;
}

// An agent that is well takes a command within seconds: whoever takes longer may freeze at a time when nobody waits.
const deliverySeconds = 30;
/** For the freeze itself, which writes what is not yet on the disk, and for the thaw. */
const graceSeconds = 30;
/** How long the file systems may stay frozen for the creation's sake. */
const creationSeconds = 12;

/** The time that a freeze, a creation and the thaw may take in all; a run that has less does not begin. */
export function secondsFor({ before, after, commandSeconds }: Pick<FreezeOrder, Timed>): number {
  const commands = [before, after].filter(({ length }) => length > 0).length;
  const all = deliverySeconds + graceSeconds + creationSeconds + graceSeconds + commands * commandSeconds;
  // Beyond, it is begun all the same, or never would be: what is not confirmed in time is thawed.
  return Math.min(all, 600);
}

type Timed = 'before' | 'after' | 'commandSeconds';

/** Calls `work` if the freeze could be confirmed. Whatever happens, the thaw comes last. */
export async function whileFrozen<Result>(
  place: Ssm,
  instance: string,
  order: FreezeOrder,
  work: (patience: Patience) => Promise<Result>,
): Promise<{ freeze: Freeze; result: Result | undefined; thaw: Thaw }> {
  let freeze: Freeze = { state: 'unconfirmed', why: 'it did not begin' };
  let result: Result | undefined;
  let thaw: Thaw;
  try {
    freeze = await freezeBy(place, instance, order);
    if (freeze.state === 'frozen') result = await work(hurried(place.patience, order));
  } finally {
    thaw = await thawBy(place, instance, order);
  }
  return { freeze, result, thaw };
}

/** With no time left when the watchdog is about to thaw: then the creation had better be tried anew. */
function hurried(patience: Patience, { freezeSeconds }: FreezeOrder): Patience {
  const { clock, timeLeft } = patience;
  const end = clock.now().getTime() + Math.min(creationSeconds, freezeSeconds - 2) * 1_000;
  return { ...patience, timeLeft: () => Math.min(timeLeft(), end - clock.now().getTime()) };
}

/** For the thaw, which a lost lease does not stop, and which may use the time that a run keeps for its report. */
function unconditional(patience: Patience): Patience {
  const { heartbeat, timeLeft } = patience;
  return {
    ...patience,
    timeLeft: () => timeLeft() + 15_000,
    // Whoever waits for the next call of another kind hears of it.
    ...(heartbeat && { heartbeat: () => heartbeat().catch(() => undefined) }),
  };
}

async function freezeBy(place: Ssm, instance: string, order: FreezeOrder): Promise<Freeze> {
  const { before, after, commandSeconds, token } = order;
  // Should it fail after `before`, it runs `after` at once.
  const commands = (before.length > 0 ? commandSeconds : 0) + (after.length > 0 ? commandSeconds : 0);
  try {
    const { output, errors } = await runShell(place, {
      instance,
      script: freezeScript(order),
      comment: 'Groundskeeper: freeze',
      waitSeconds: deliverySeconds + graceSeconds + commands,
      executionSeconds: 3_600,
      deliverySeconds,
    });
    if (saidIn(output) === `frozen ${token}`) return { state: 'frozen' };
    return { state: 'unconfirmed', why: [saidIn(output), lastLineOf(errors)].filter(Boolean).join('; ') };
  } catch (error) {
    if (error instanceof LeaseLostError) throw error;
    return { state: 'unconfirmed', why: textOf(error) };
  }
}

/** Never throws: there is nothing else to be done but to say so, and the watchdog stands. */
async function thawBy(place: Ssm, instance: string, order: FreezeOrder): Promise<Thaw> {
  const { after, commandSeconds } = order;
  try {
    const { output } = await runShell(
      { ...place, patience: unconditional(place.patience) },
      {
        instance,
        script: undoScript(order),
        comment: 'Groundskeeper: thaw',
        waitSeconds: deliverySeconds + graceSeconds + (after.length > 0 ? commandSeconds : 0),
        executionSeconds: 3_600,
        // Late is better than never: `after` may stand out, and the watchdog may have been killed.
        deliverySeconds: 3_600,
      },
    );
    return thawIn(saidIn(output));
  } catch (error) {
    return { state: 'unknown', why: `the thaw: ${textOf(error)}`, frozenSeconds: 0, followed: true };
  }
}

const answer = /^thawed (\w+) (held|lost) (\d+) after (none|done|failed)$/;

/** `thawed run held 4 after none` */
export function thawIn(said: string): Thaw {
  const [, by = '', state, seconds = '', after] = answer.exec(said) ?? [];
  const rest = { frozenSeconds: Number(seconds), followed: after !== 'failed' };
  if (state === undefined) return { ...rest, state: 'unknown', why: `the thaw: ${said || 'no answer'}` };
  if (by === 'run' && state === 'held') return { ...rest, state: 'held', why: '' };
  const why = by === 'watchdog' ? `the watchdog thawed it after ${seconds} s` : 'it was thawed by another';
  return { ...rest, state: 'lost', why };
}

/** The last line that is ours. */
const saidIn = (output: string): string =>
  output
    .split('\n')
    .findLast((line) => line.startsWith('groundskeeper '))
    ?.slice('groundskeeper '.length) ?? '';

const lastLineOf = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

function textOf(error: unknown): string {
  const { name, message } = awsErrorOf(error);
  return `${name}: ${message}`;
}
