/**
 * The faults harness: runs a scenario once to count its calls, then once more for each fault, and
 * notes what does not hold. See docs/faults.md.
 */
import type { Fault, InjectedFault } from '../sandbox/types.ts';
import { chaos } from './chaos.ts';
import { breakdowns, type Refusal, refusals, throttles } from './codes.ts';
import type { Invocation, Order } from './invocation.ts';
import {
  allFaults,
  type FaultKind,
  type FaultPlan,
  faultText,
  fewFaults,
  isRead,
  undisturbed,
} from './plan.ts';
import type { Scenario } from './scenario.ts';
import { Session } from './session.ts';
import { newWorld, type RawClients, type Store } from './world.ts';

export interface Case {
  scenario: Scenario;
  store: Store;
  fault: FaultPlan;
  /** Of the account's ids and of the waits' jitter. */
  seed: number;
}

export interface Result {
  case: Case;
  violations: string[];
  invocations: readonly Invocation[];
  /** Of every snapshot that ever stood, and of the instances of groups, by id. */
  tags: ReadonlyMap<string, Readonly<Record<string, string>>>;
  milliseconds: number;
}

/** What reproduces a case: `npm run test:faults -- '<seed>'`. */
export const seedText = ({ scenario, store, fault, seed }: Case): string =>
  `${scenario.name} ${store} ${faultText(fault)} #${seed}`;

/** `<service> <action>` of each call of the undisturbed run, and what scenarios may do meanwhile. */
export interface Outline {
  calls: string[];
  meanwhile: string[];
}

export async function outline(
  clients: RawClients,
  scenario: Scenario,
  store: Store,
  seed: number,
): Promise<Outline> {
  const session = await start(clients, { scenario, store, seed, fault: undisturbed });
  const from = clients.sandbox.calls.length;
  const invocation = await session.run();
  const calls = clients.sandbox.calls.slice(from).map(({ service, action }) => `${service} ${action}`);
  if (!session.endedWell(invocation)) {
    const why =
      invocation.ending.kind === 'threw' ? String(invocation.ending.error.stack) : invocation.ending.kind;
    throw new Error(`${scenario.name} on ${store} does not even run undisturbed: ${why}`);
  }
  const { meanwhile, alongside } = session.seeded;
  return { calls, meanwhile: Object.keys({ ...meanwhile, ...alongside }) };
}

/** The cases of a scenario on one store: all of them, or the fixed subset. */
export function casesOf(
  { scenario, store, seed }: Omit<Case, 'fault'>,
  { calls, meanwhile }: Outline,
  breadth: 'all' | 'few',
): Case[] {
  const thorough = scenario.thorough === true && store === scenario.stores[0];
  const few = fewFaults(calls, meanwhile, thorough).filter(
    (plan) => !scenario.sparing || isSparing(plan, calls),
  );
  const plans = breadth === 'all' ? allFaults(calls, meanwhile) : few;
  return plans.map((fault) => ({ scenario, store, seed, fault }));
}

const isSparing = ({ kind, action, call }: FaultPlan, calls: readonly string[]): boolean =>
  kind === 'none' || (kind === 'crash-after' && calls.indexOf(action) + 1 === call);

export async function runCase(clients: RawClients, one: Case): Promise<Result> {
  const started = performance.now();
  const session = await start(clients, one);
  await play[one.fault.kind](session, one.fault);
  await session.finish();
  return {
    case: one,
    violations: session.violations,
    invocations: session.invocations,
    tags: session.tags,
    milliseconds: performance.now() - started,
  };
}

async function start(clients: RawClients, { scenario, store, seed }: Case): Promise<Session> {
  return Session.start(scenario, await newWorld(clients, store, scenario.start, seed), seed);
}

type Play = (session: Session, plan: FaultPlan) => Promise<void>;

/** Each delivers the event under its fault, and puts right what the fault has left undone. */
const play: Readonly<Record<FaultKind, Play>> = {
  none: run,
  'dry-run': dry,
  'crash-before': (session, plan) => crash(session, plan, false),
  'crash-after': (session, plan) => crash(session, plan, true),
  'throttled-once': (session, plan) => absorb(session, plan, errorFrom(throttles, plan)),
  'throttled-ever': (session, plan) => outlast(session, plan, errorFrom(throttles, plan), 'ever'),
  'failed-once': (session, plan) => absorb(session, plan, errorFrom(breakdowns, plan)),
  'failed-ever': (session, plan) => outlast(session, plan, errorFrom(breakdowns, plan), 'ever'),
  'reset-before': (session, plan) => absorb(session, plan, { kind: 'reset', executed: false }),
  'reset-after': (session, plan) => absorb(session, plan, { kind: 'reset', executed: true }),
  code: (session, plan) => outlast(session, plan, refusalIn(plan), 'once'),
  doubled: (session, plan) => double(session, plan, 'second'),
  'doubled-retry': (session, plan) => double(session, plan, 'first'),
  chaos: (session, { detail }) => chaos(session, Number(detail)),
  meanwhile,
};

const hoursLater = 2 * 3_600;

async function run(session: Session): Promise<void> {
  session.expectWell(await session.deliver(), 'the undisturbed run');
  await session.goOn();
  await session.expectUnchangedBy('second', hoursLater);
}

async function dry(session: Session): Promise<void> {
  const before = session.snapshot();
  const tried = await session.deliver({ payload: asDryRun(session.seeded.event) });
  session.expectSame(before, 'the dry run');
  const calls = tried.calls.map(({ service, action }) => `${service} ${action}`);
  session.note(calls.filter((call) => !isRead(call)).map((call) => `the dry run called ${call}`));
  const done = await session.deliver();
  session.expectWell(done, 'the run after the dry run');
  const [shown, made] = [decisionsIn(tried), decisionsIn(done)];
  if (shown !== made) session.note([`the dry run showed ${shown}; then ${made} was done`]);
}

function asDryRun(event: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { job } = event;
  return typeof job === 'object' ? { ...event, job: { ...job, dryRun: true } } : { ...event, dryRun: true };
}

/** What a run decided, without what came of it. */
const decisionsIn = ({ log }: Invocation): string =>
  log
    .filter(({ message }) => /^resource\.(done|withheld|kept)$/.test(message))
    .filter(({ values }) => values['reason'] !== 'assets-synced') // what another function would do then
    .map(({ values }) => [values['decision'], values['resource'], values['reason']].join(' '))
    .sort()
    .join(', ');

async function crash(session: Session, { call }: FaultPlan, executed: boolean): Promise<void> {
  const fault = session.world.sandbox.inject({ call, from: 'now', effect: { kind: 'hang', executed } });
  const invocation = await session.deliver({ death: fault.reached }, () => fault.lift());
  if (invocation.ending.kind === 'crashed') await session.redeliver();
  else session.expectWell(invocation, 'the run that was to crash');
}

type Effect = Fault['effect'];

function errorFrom(errors: Readonly<Record<string, Refusal>>, { action }: FaultPlan): Effect {
  const [service = ''] = action.split(' ');
  const error = errors[service];
  if (error === undefined) throw new Error(`codes.ts does not say how ${service} refuses`);
  return { kind: 'error', ...error };
}

function refusalIn({ action, detail }: FaultPlan): Effect {
  const refusal = refusals[action]?.find(({ code }) => code === detail);
  if (refusal === undefined) throw new Error(`codes.ts has no ${detail} for ${action}`);
  return { kind: 'error', ...refusal };
}

/** A fault that passes must be got over within the run. */
async function absorb(session: Session, plan: FaultPlan, effect: Effect): Promise<void> {
  const fault = inject(session, plan, effect, 'once');
  const invocation = await session.deliver({}, () => fault.lift());
  session.expectWell(invocation, 'the disturbed run');
}

/** A run that tries on to its end tries less often in less time, and ends the same way. */
const shortSeconds = 150;

/** This one may end the run; when it is over, the next delivery must put all right. */
async function outlast(
  session: Session,
  plan: FaultPlan,
  effect: Effect,
  often: 'once' | 'ever',
): Promise<void> {
  const fault = inject(session, plan, effect, often);
  const order = often === 'ever' ? { seconds: shortSeconds } : {};
  const invocation = await session.deliver(order, () => fault.lift());
  await session.redeliver(session.endedWell(invocation) ? 'second' : 'first');
}

/** `ever`: the n-th call, and all calls of its action after it. */
function inject(
  { world: { sandbox } }: Session,
  { call, action: named }: FaultPlan,
  effect: Effect,
  often: 'once' | 'ever',
): InjectedFault {
  const since = sandbox.calls.length;
  const [service = '', action = ''] = named.split(' ');
  const counts = () => sandbox.calls.length - since;
  const when = () => (often === 'once' ? counts() === call : counts() >= call);
  return sandbox.inject({ service, action, effect, when });
}

const double = (session: Session, { call }: FaultPlan, requestId: string): Promise<void> =>
  besides(session, call, async () => ({ requestId }));

/** Another run starts just before the first one's n-th call, and both go on. */
async function besides(
  session: Session,
  call: number,
  orderOf: () => Promise<Partial<Order>>,
): Promise<void> {
  let second: Promise<Invocation> | undefined;
  const startSecond = () => {
    second ??= orderOf().then((order) => session.run(order));
  };
  const first = await session.run({
    beforeCall: (number) => {
      if (number === call) startSecond();
    },
  });
  startSecond();
  const other = await second;
  const both = other ? [first, other] : [first];
  await session.check(...both);
  // One does the work and ends as it must; the other may find nothing to do.
  const [worker = first] = both.filter((invocation) => session.endedWell(invocation));
  session.expectWell(worker, 'the run that did the work');
  for (const { ending } of both.filter((invocation) => invocation !== worker)) {
    if (ending.kind === 'threw' && ending.error.name !== session.seeded.endsWith)
      session.note([`the other run threw ${ending.error.name}: ${ending.error.message}`]);
  }
}

async function meanwhile(session: Session, { call, detail = '' }: FaultPlan): Promise<void> {
  const { alongside, meanwhile: acts } = session.seeded;
  const prepare = alongside?.[detail];
  if (prepare) {
    await besides(session, call, async () => ({ payload: await prepare(), requestId: 'other' }));
    return session.redeliver();
  }
  const act = acts?.[detail];
  if (act === undefined) throw new Error(`The scenario has no "${detail}"`);
  const invocation = await session.run({
    beforeCall: async (number) => {
      if (number !== call) return;
      await act();
      await session.lookAgain();
    },
  });
  await session.check(invocation);
  await session.redeliver(session.endedWell(invocation) ? 'second' : 'first');
}
