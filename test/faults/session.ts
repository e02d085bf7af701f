/** One case: an account, deliveries of one event into it, and what was wrong after each. */

import { randomFrom } from '../random.ts';
import { invariants, untracked } from './invariants.ts';
import { type Invocation, invoke, type Order } from './invocation.ts';
import { canonical, type Look, look, lookAround, type Surroundings } from './look.ts';
import type { Scenario, Seeded } from './scenario.ts';
import type { World } from './world.ts';

/** Lambda delivers a failed asynchronous event again after one minute. */
const retryAfterSeconds = 60;

export class Session {
  readonly world: World;
  readonly seeded: Seeded;
  readonly seed: number;
  readonly violations: string[] = [];
  readonly invocations: Invocation[] = [];
  /** Of every snapshot that ever stood, and of the instances of groups. */
  readonly tags = new Map<string, Readonly<Record<string, string>>>();
  readonly #scenario: Scenario;
  readonly #random: () => number;
  #seen: Look;
  #surroundings: Surroundings;
  #deliveries = 0;

  private constructor(
    scenario: Scenario,
    world: World,
    seeded: Seeded,
    seen: Look,
    surroundings: Surroundings,
    seed: number,
  ) {
    this.#scenario = scenario;
    this.world = world;
    this.seeded = seeded;
    this.seed = seed;
    this.#seen = seen;
    this.#noteTags(seen);
    this.#surroundings = surroundings;
    this.#random = randomFrom(seed);
  }

  static async start(scenario: Scenario, world: World, seed: number): Promise<Session> {
    const seeded = await scenario.seed(world);
    return new Session(scenario, world, seeded, await look(world), await lookAround(world), seed);
  }

  /** Starts a run of the event; `check` is to follow. */
  run(order: Partial<Order> = {}): Promise<Invocation> {
    return invoke(this.world, {
      handlerOf: this.#scenario.handlerOf,
      payload: this.seeded.event,
      requestId: 'first',
      random: this.#random,
      ...order,
    });
  }

  /** Looks at the account after these runs, and notes what does not hold. */
  async check(...invocations: Invocation[]): Promise<void> {
    this.#deliveries += 1;
    this.invocations.push(...invocations);
    const after = await look(this.world);
    const step = { before: this.#seen, after, surroundings: this.#surroundings, invocations };
    this.note(invariants.flatMap((invariant) => invariant(step)));
    this.note(this.seeded.observed?.(after) ?? []);
    this.#seen = after;
    this.#noteTags(after);
  }

  #noteTags({ snapshots, instances }: Look): void {
    for (const { id, tags } of [...snapshots.values(), ...instances.values()]) this.tags.set(id, tags);
  }

  /** @param before what is to happen between the run and the look at the account */
  async deliver(order: Partial<Order> = {}, before: () => void = () => {}): Promise<Invocation> {
    const invocation = await this.run(order);
    before();
    await this.check(invocation);
    return invocation;
  }

  /** Others have changed the account: what they did is not the functions' doing. */
  async lookAgain(): Promise<void> {
    this.#surroundings = await lookAround(this.world);
    this.#seen = await look(this.world);
  }

  note(violations: readonly string[]): void {
    for (const violation of violations)
      this.violations.push(`after delivery ${this.#deliveries}: ${violation}`);
  }

  endedWell({ ending }: Invocation): boolean {
    const { endsWith } = this.seeded;
    if (endsWith !== undefined) return ending.kind === 'threw' && ending.error.name === endsWith;
    return ending.kind === 'returned';
  }

  expectWell(invocation: Invocation, what: string): void {
    if (!this.endedWell(invocation)) this.note([`${what} did not end well: ${endingText(invocation)}`]);
  }

  /** Delivers the event again after Lambda's delay, undisturbed: it must put all right. */
  async redeliver(requestId = 'first'): Promise<void> {
    this.world.time.moveBy(retryAfterSeconds);
    this.expectWell(await this.deliver({ requestId }), 'the next delivery');
  }

  /** What takes longer than a run may, its ticks go on with. */
  async goOn(): Promise<void> {
    const { goesOn = 0, settled } = this.seeded;
    const isOver = () => this.#isBroken() || settled(this.#seen).length === 0;
    for (let left = goesOn; left > 0 && !isOver(); left -= 1) await this.redeliver(`tick-${left}`);
  }

  /** What is wrong by now is told: it need not come to rest. */
  #isBroken(): boolean {
    return this.violations.length > 0;
  }

  /** All must be as it should, and the same event again must change nothing. */
  async finish(): Promise<void> {
    await this.goOn();
    this.note(untracked(this.#seen));
    this.note(this.seeded.settled(this.#seen));
    await this.expectUnchangedBy('first', retryAfterSeconds);
  }

  async expectUnchangedBy(requestId: string, afterSeconds: number): Promise<void> {
    if (this.#isBroken()) return;
    const before = canonical(this.#seen);
    this.world.time.moveBy(afterSeconds);
    this.expectWell(await this.deliver({ requestId }), 'the repetition');
    this.expectSame(before, 'the same event again');
  }

  /** @param before `snapshot()` of an earlier moment */
  expectSame(before: string, what: string): void {
    const after = canonical(this.#seen);
    if (after !== before) this.note([`${what} changed the account: ${difference(before, after)}`]);
  }

  snapshot(): string {
    return canonical(this.#seen);
  }
}

export function endingText({ ending }: Invocation): string {
  if (ending.kind === 'threw') return `${ending.error.name}: ${ending.error.message}`;
  return ending.kind;
}

function difference(before: string, after: string): string {
  const old = new Set(before.split('\n'));
  const now = new Set(after.split('\n'));
  const gone = [...old].filter((line) => !now.has(line)).map((line) => `-${line.trim()}`);
  const come = [...now].filter((line) => !old.has(line)).map((line) => `+${line.trim()}`);
  return [...gone, ...come].slice(0, 8).join(' ');
}
