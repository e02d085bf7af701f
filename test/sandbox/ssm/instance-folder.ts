/** One instance's state as files, which the shims in `shims/` read and write; `os.sh` says what is where. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mount, OsEvent, PendingTimer } from '../types.ts';

const library = dirname(fileURLToPath(import.meta.url));
const shims = join(library, 'shims');

/** What every instance has, unless other mounts are set at these places. */
const usualMounts: readonly Mount[] = [
  { target: '/', source: '/dev/nvme0n1p1' },
  { target: '/run', source: 'tmpfs', freezable: false },
];

export interface DueTimer extends PendingTimer {
  argv: string[];
}

export class InstanceFolder {
  readonly path: string;
  /** Its file system, as far as scripts touch it. */
  readonly root: string;
  readonly #clock: string;
  #mounts: readonly Mount[] = usualMounts;

  constructor(path: string, clock: string) {
    this.path = path;
    this.root = join(path, 'root');
    this.#clock = clock;
    for (const name of ['root/run', 'frozen', 'timers', 'asleep'])
      mkdirSync(join(path, name), { recursive: true });
    writeFileSync(join(path, 'log'), '');
    this.setMounts([]);
  }

  get mounts(): readonly Mount[] {
    return this.#mounts;
  }

  setMounts(mounts: readonly Mount[]): void {
    this.#mounts = [...usualMounts, ...mounts];
    for (const { target } of mounts) mkdirSync(join(this.root, target), { recursive: true });
    const lines = this.#mounts.map((mount) => {
      const { target, source, freezable = true } = mount;
      const type = source === 'tmpfs' ? 'tmpfs' : 'xfs';
      return [target, source, this.#deviceOf(mount), type, freezable ? 'yes' : 'no'].join('\t');
    });
    writeFileSync(join(this.path, 'mounts'), `${lines.join('\n')}\n`);
  }

  /** The same source in two places is one file system. */
  #deviceOf({ source }: Mount): string {
    return `259:${this.#mounts.findIndex((other) => other.source === source)}`;
  }

  /** The places of the file systems that are frozen. */
  frozen(): string[] {
    const devices = new Set(readdirSync(join(this.path, 'frozen')));
    return this.#mounts.filter((mount) => devices.has(this.#deviceOf(mount))).map(({ target }) => target);
  }

  mountOf(place: string): Mount {
    const holds = ({ target }: Mount) => `${place}/`.startsWith(target === '/' ? target : `${target}/`);
    const [root = { target: '/', source: '' }, ...others] = this.#mounts;
    return others.reduce(
      (best, one) => (holds(one) && one.target.length >= best.target.length ? one : best),
      root,
    );
  }

  /** In the order in which they are due. */
  timers(): DueTimer[] {
    const folder = join(this.path, 'timers');
    const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
    const timers = names.map((unit) => {
      const at = new Date(Number(readFileSync(join(folder, unit, 'at'), 'utf8')));
      const argv = readFileSync(join(folder, unit, 'argv'), 'utf8')
        .split('\0')
        .slice(0, -1);
      return { unit, at, argv };
    });
    return timers.sort((one, other) => one.at.getTime() - other.at.getTime());
  }

  removeTimer(unit: string): void {
    rmSync(join(this.path, 'timers', unit), { recursive: true, force: true });
  }

  /** When each of a command's processes will wake; those that are no more are left out. */
  wakeTimes(commandId: string): number[] {
    const folder = join(this.path, 'asleep');
    return readdirSync(folder)
      .filter((name) => /\.\d+$/.test(name) && name.startsWith(`${commandId}.`))
      .filter((name) => isAlive(Number(name.split('.').at(-1))))
      .map((name) => (existsSync(join(folder, name)) ? Number(readFileSync(join(folder, name), 'utf8')) : 0));
  }

  events(): OsEvent[] {
    const lines = readFileSync(join(this.path, 'log'), 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => {
      const [time = '', ...words] = line.split(' ');
      return { at: new Date(Number(time)), what: words.join(' ').replaceAll(this.root, '') };
    });
  }

  note(at: Date, what: string): void {
    writeFileSync(join(this.path, 'log'), `${at.getTime()} ${what}\n`, { flag: 'a' });
  }

  /** What a restart ends: nothing is frozen after it, timers and /run are gone. */
  restart(): void {
    for (const name of ['frozen', 'timers', 'asleep', 'root/run']) {
      rmSync(join(this.path, name), { recursive: true, force: true });
      mkdirSync(join(this.path, name), { recursive: true });
    }
  }

  /** For the processes of a command. `now`: if it runs later than it was due. */
  environment(commandId: string, now: Date | undefined): NodeJS.ProcessEnv {
    const path = process.env['PATH'] ?? '/usr/bin:/bin';
    return {
      PATH: `${shims}:${path}`,
      LANG: 'C.UTF-8',
      HOME: this.root,
      SANDBOX_LIB: library,
      SANDBOX_REAL_PATH: path,
      SANDBOX_OS: this.path,
      SANDBOX_ROOT: this.root,
      SANDBOX_CLOCK: this.#clock,
      SANDBOX_COMMAND: commandId,
      ...(now && { SANDBOX_NOW: String(now.getTime()) }),
    };
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
