/** What happens on instances, in the order of the account's time. */
import { mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstanceOs } from '../types.ts';
import type { Command, CommandOrder } from './command.ts';
import { type Due, Instance, type Run } from './instance.ts';
import { InstanceFolder } from './instance-folder.ts';
import { type AccountClock, ScriptProcess } from './process.ts';

export class Instances {
  #home: string | undefined;
  #instances = new Map<string, Instance>();
  #restarts = new Map<string, number>();
  #processes = new Set<ScriptProcess>();
  #lastId = 0;
  #work: Promise<void> = Promise.resolve();
  #alarm: NodeJS.Timeout | undefined;
  readonly #clock: () => AccountClock;

  constructor(clock: () => AccountClock) {
    this.#clock = clock;
    process.once('exit', () => this.#sweep());
  }

  /** To be told of every change, for the processes that look at the clock. */
  timeChanged(): void {
    if (this.#home === undefined || !this.#clock().isSet) return;
    const file = join(this.#home, 'clock');
    writeFileSync(`${file}.new`, String(this.#clock().now().getTime()));
    renameSync(`${file}.new`, file);
  }

  of(id: string): Instance {
    const known = this.#instances.get(id);
    if (known) return known;
    if (this.#home === undefined) {
      this.#home = mkdtempSync(join(realpathSync(tmpdir()), 'sandbox-instances-'));
      this.timeChanged();
    }
    const folder = new InstanceFolder(join(this.#home, id), join(this.#home, 'clock'));
    const instance = new Instance(id, folder, this.#run);
    this.#instances.set(id, instance);
    return instance;
  }

  /** Repeatable, as moto's ids are. */
  newCommandId(): string {
    this.#lastId += 1;
    return `00000000-0000-4000-8000-${String(this.#lastId).padStart(12, '0')}`;
  }

  /** Resolves when what is due at once has been done. */
  async send(order: CommandOrder): Promise<void> {
    this.of(order.instanceId).send(order);
    await this.settled();
  }

  commandsWith(id: string): Command[] {
    const all = [...this.#instances.values()].flatMap(({ commands }) => commands);
    return all.filter(({ order }) => order.id === id);
  }

  /** Notes what was frozen when these snapshots of its volumes were begun. */
  async noteSnapshots(id: string, snapshots: readonly string[]): Promise<void> {
    const instance = this.#instances.get(id);
    if (instance === undefined) return;
    await this.settled();
    instance.moments.push({ snapshots: [...snapshots], frozen: instance.folder.frozen() });
  }

  async restart(id: string): Promise<void> {
    this.#restarts.set(id, (this.#restarts.get(id) ?? 0) + 1);
    await this.settled();
    await this.#instances.get(id)?.restart();
  }

  async look(id: string): Promise<InstanceOs> {
    await this.settled();
    return { ...this.of(id).look(this.#clock().now()), restarts: this.#restarts.get(id) ?? 0 };
  }

  /** Does what has become due, and waits until all have ended or wait for the account's time themselves. */
  settled(): Promise<void> {
    const work = this.#work.then(() => this.#catchUp());
    this.#work = work.catch(() => undefined); // whoever asked hears of it
    return work;
  }

  async #catchUp(): Promise<void> {
    for (;;) {
      await this.#quiet();
      const next = this.#next();
      if (next === undefined || next.at > this.#clock().now()) return this.#setAlarm(next);
      await next.act();
    }
  }

  async #quiet(): Promise<void> {
    const now = () => this.#clock().now();
    await Promise.all([...this.#processes].map((process) => process.settled(this.#clock)));
    for (const process of this.#processes) if (process.isOver) this.#processes.delete(process);
    for (const { commands } of this.#instances.values()) for (const one of commands) one.notice(now());
  }

  #next(): Due | undefined {
    const now = this.#clock().now();
    const dues = [...this.#instances.values()].flatMap((instance) => instance.dues(now));
    return dues.sort((one, other) => one.at.getTime() - other.at.getTime())[0];
  }

  /** Nobody sets the real time. */
  #setAlarm(next: Due | undefined): void {
    clearTimeout(this.#alarm);
    if (next === undefined || this.#clock().isSet) return;
    const wait = Math.min(next.at.getTime() - this.#clock().now().getTime(), 60_000);
    this.#alarm = setTimeout(() => void this.settled(), Math.max(wait, 10)).unref();
  }

  readonly #run: Run = (folder, commandId, argv, at) => {
    const clock = this.#clock();
    const due = clock.isSet && at < clock.now() ? at : undefined;
    const process = new ScriptProcess(folder, { commandId, argv, due });
    this.#processes.add(process);
    return process;
  };

  /** Ends all, and forgets it. */
  async reset(): Promise<void> {
    clearTimeout(this.#alarm);
    for (const process of this.#processes) await process.kill();
    // What is left over looks at the clock, and ends when there is none.
    if (this.#home !== undefined) rmSync(join(this.#home, 'clock'), { force: true });
    await this.#work;
    this.#sweep();
    this.#instances = new Map();
    this.#restarts = new Map();
    this.#processes = new Set();
    this.#lastId = 0;
  }

  #sweep(): void {
    if (this.#home !== undefined) rmSync(this.#home, { recursive: true, force: true, maxRetries: 3 });
    this.#home = undefined;
  }
}
