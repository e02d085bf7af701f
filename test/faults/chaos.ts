/** Several faults in one run, and in its retries: what no single one shows. The seed repeats them. */

import { randomFrom } from '../random.ts';
import type { Fault, InjectedFault, Sandbox } from '../sandbox/types.ts';
import { breakdowns, throttles } from './codes.ts';
import type { Session } from './session.ts';

type Effect = Fault['effect'];

/** How often a call meets what; the rest of the calls are undisturbed. */
const shares: Readonly<Record<string, number>> = {
  throttled: 0.1,
  failed: 0.08,
  'reset-before': 0.04,
  'reset-after': 0.05,
  'crash-before': 0.02,
  'crash-after': 0.03,
};

/** As often as Lambda tries. */
const tries = 3;

export async function chaos(session: Session, which: number): Promise<void> {
  const random = randomFrom(session.seed * 1_000 + which);
  let endedWell = false;
  for (let tried = 0; tried < tries && !endedWell; tried += 1) {
    if (tried > 0) session.world.time.moveBy(60);
    const faults = injectAll(session.world.sandbox, random);
    const death = Promise.race(faults.filter(isFatal).map(({ rule }) => rule.reached));
    const invocation = await session.deliver({ death }, () => {
      for (const { rule } of faults) rule.lift();
    });
    endedWell = session.endedWell(invocation);
  }
  await session.redeliver(endedWell ? 'second' : 'first');
}

interface ChosenFault {
  effect: Effect;
  rule: InjectedFault;
}

const isFatal = ({ effect }: ChosenFault): boolean => effect.kind === 'hang';

function injectAll(sandbox: Sandbox, random: () => number): ChosenFault[] {
  const since = sandbox.calls.length;
  const fates: string[] = [];
  // A call's fate depends on its number alone, however often and in whatever order it is asked for.
  const fateNow = (): string | undefined => {
    const number = sandbox.calls.length - since;
    while (fates.length < number) fates.push(fateFrom(random()));
    return fates[number - 1];
  };
  const inject = (fate: string, effect: Effect, service?: string): ChosenFault => {
    const when = () => fateNow() === fate;
    return { effect, rule: sandbox.inject({ ...(service && { service }), effect, when }) };
  };
  return [
    ...Object.entries(throttles).map(([service, error]) =>
      inject('throttled', { kind: 'error', ...error }, service),
    ),
    ...Object.entries(breakdowns).map(([service, error]) =>
      inject('failed', { kind: 'error', ...error }, service),
    ),
    inject('reset-before', { kind: 'reset', executed: false }),
    inject('reset-after', { kind: 'reset', executed: true }),
    inject('crash-before', { kind: 'hang', executed: false }),
    inject('crash-after', { kind: 'hang', executed: true }),
  ];
}

function fateFrom(drawn: number): string {
  let left = drawn;
  for (const [fate, share] of Object.entries(shares)) {
    if (left < share) return fate;
    left -= share;
  }
  return 'undisturbed';
}
