/** A script on its way, with all that it starts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { InstanceFolder } from './instance-folder.ts';

/** The account's clock; `isSet`: it stands still until it is set again, or else it is the real one. */
export interface AccountClock {
  readonly isSet: boolean;
  now(): Date;
}

export interface ScriptOrder {
  commandId: string;
  argv: readonly string[];
  /** The account's time at which it was due, if that is past. */
  due: Date | undefined;
}

/** So long without any other sign of life, and a script that sleeps is taken to do nothing else. */
const quietMilliseconds = 250;
const pollMilliseconds = 5;
/** Of real time; a script that takes longer is left to itself. Where the account's time is the real one, it may well do so. */
const longestMilliseconds = { set: 30_000, real: 200 };

export class ScriptProcess {
  /** Undefined while it runs; 128 and the signal's number if it was killed. */
  exitCode: number | undefined;
  /** It had to wait for the account's time to pass. */
  slept = false;
  #isOver = false;
  readonly #commandId: string;
  readonly #folder: InstanceFolder;
  readonly #child: ChildProcess;
  readonly #output: string;

  constructor(folder: InstanceFolder, { commandId, argv, due }: ScriptOrder) {
    this.#folder = folder;
    this.#commandId = commandId;
    this.#output = mkdtempSync(join(folder.path, 'command-'));
    const files = ['stdout', 'stderr'].map((name) => openSync(join(this.#output, name), 'w'));
    const [program = '', ...words] = argv;
    this.#child = spawn(program, words, {
      cwd: folder.root,
      env: folder.environment(commandId, due),
      // Every process that it starts inherits the fourth: when that is closed, all have ended.
      stdio: ['ignore', ...files, 'pipe'],
      detached: true,
    });
    for (const file of files) closeSync(file);
    this.#child.once('error', () => this.#end(127));
    this.#child.once('exit', (code, signal) => this.#end(code ?? (signal === 'SIGKILL' ? 137 : 143)));
    const life = this.#child.stdio[3];
    if (life instanceof Readable || life instanceof Socket) life.resume();
    life?.once('close', () => {
      this.#isOver = true;
    });
  }

  #end(code: number): void {
    this.exitCode ??= code;
  }

  get isOver(): boolean {
    return this.#isOver && this.exitCode !== undefined;
  }

  written(name: 'stdout' | 'stderr'): string {
    return readFileSync(join(this.#output, name), 'utf8');
  }

  /** Resolves when it has ended, or waits for the account's time. */
  async settled(clock: () => AccountClock): Promise<void> {
    const start = Date.now();
    const longest = longestMilliseconds[clock().isSet ? 'set' : 'real'];
    let asleepSince: number | undefined;
    while (!this.isOver && Date.now() - start < longest) {
      const times = this.#folder.wakeTimes(this.#commandId);
      const isAsleep = times.length > 0 && times.every((time) => time > clock().now().getTime());
      asleepSince = isAsleep ? (asleepSince ?? Date.now()) : undefined;
      this.slept ||= isAsleep;
      if (asleepSince !== undefined && Date.now() - asleepSince >= quietMilliseconds) return;
      await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
    }
  }

  async kill(): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined || this.isOver) return;
    const exited = this.exitCode === undefined ? once(this.#child, 'exit') : undefined;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      return; // none of its group is left
    }
    await exited;
  }
}
