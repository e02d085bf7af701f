/** A Linux machine for the freeze scripts: they run under the real sh, with stubs for what would touch this one. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Each answers from files in `$MACHINE`; what is frozen is a device, as in the kernel. */
const stubs: Readonly<Record<string, string>> = {
  findmnt: `
for path do :; done
found=8:1
while read -r device mount; do
  case $path/ in "$mount"/*) found=$device ;; esac
done <"$MACHINE/mounts"
echo "$found"`,
  mountpoint: 'cut -d" " -f2- "$MACHINE/mounts" | grep -Fxq -- "$2"',
  fsfreeze: `
device=$(findmnt -T "$2" | tr : -)
printf '%s %s\\n' "$1" "$2" >>"$MACHINE/fsfreeze.log"
if [ "$1" = -f ]; then
  mkdir "$MACHINE/frozen/$device" 2>/dev/null || { echo "fsfreeze: $2: freeze failed: Device or resource busy" >&2; exit 1; }
  [ ! -e "$MACHINE/on-freeze" ] || sh "$MACHINE/on-freeze"
else
  rmdir "$MACHINE/frozen/$device" 2>/dev/null || { echo "fsfreeze: $2: unfreeze failed: Invalid argument" >&2; exit 1; }
fi`,
  'systemd-run': `
[ ! -e "$MACHINE/no-systemd" ] || exit 1
for word do
  case $word in --unit=*) unit=\${word#--unit=} ;; --on-active=*) after=\${word#--on-active=} ;; esac
done
while case $1 in --*) true ;; *) false ;; esac; do shift; done
printf '%s\\n' "$after" "$@" >"$MACHINE/timers/$unit"`,
  systemctl: `
for unit do :; done
unit=\${unit%.timer}
case $1 in is-active) [ -e "$MACHINE/timers/$unit" ] ;; stop) rm -f "$MACHINE/timers/$unit" ;; esac`,
  date: 'cat "$MACHINE/now"',
  sync: ':',
};

export interface Ran {
  status: number | null;
  /** The last line that the script says. */
  said: string;
  errors: string;
}

export class Machine {
  readonly folder = mkdtempSync(join(tmpdir(), 'freeze '));

  constructor() {
    for (const name of ['bin', 'frozen', 'timers', 'root']) mkdirSync(join(this.folder, name));
    for (const [name, text] of Object.entries(stubs)) this.stub(name, text);
    writeFileSync(join(this.folder, 'mounts'), '');
    this.setTime(1_000);
  }

  stub(name: string, text: string): void {
    const file = join(this.folder, 'bin', name);
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
  }

  /** In seconds. */
  setTime(now: number): void {
    writeFileSync(join(this.folder, 'now'), `${now}\n`);
  }

  path(name: string): string {
    return join(this.folder, 'root', name);
  }

  /** Makes a folder a mount point of a device, and answers its path. */
  mount(name: string, device: string): string {
    const path = this.path(name);
    mkdirSync(path, { recursive: true });
    const file = join(this.folder, 'mounts');
    writeFileSync(file, `${readFileSync(file, 'utf8')}${device} ${path}\n`);
    return path;
  }

  /** Says yes where a stub asks for a file of this name. */
  set(name: string, text = ''): void {
    writeFileSync(join(this.folder, name), text);
  }

  unset(name: string): void {
    rmSync(join(this.folder, name), { force: true });
  }

  exists(name: string): boolean {
    return existsSync(join(this.folder, name));
  }

  text(name: string): string {
    return this.exists(name) ? readFileSync(join(this.folder, name), 'utf8') : '';
  }

  run(script: string): Ran {
    const file = join(this.folder, 'script.sh');
    writeFileSync(file, script);
    return this.#spawn(file);
  }

  /** Lets the time of every timer come, as systemd does. */
  fireTimers(): Ran[] {
    return readdirSync(join(this.folder, 'timers')).map((unit) => {
      const [, , script = '', ...words] = this.text(join('timers', unit)).trim().split('\n');
      return this.#spawn(script, ...words);
    });
  }

  /** After how many seconds each armed watchdog will thaw. */
  get timers(): number[] {
    return readdirSync(join(this.folder, 'timers')).map((unit) =>
      Number.parseInt(this.text(join('timers', unit)), 10),
    );
  }

  /** The devices. */
  get frozen(): string[] {
    return readdirSync(join(this.folder, 'frozen')).map((device) => device.replace('-', ':'));
  }

  #spawn(script: string, ...words: string[]): Ran {
    const { status, stdout, stderr } = spawnSync('/bin/sh', [script, ...words], {
      encoding: 'utf8',
      cwd: this.folder,
      env: {
        PATH: `${join(this.folder, 'bin')}:/usr/bin:/bin`,
        MACHINE: this.folder,
        GROUNDSKEEPER_STATE: join(this.folder, 'state'),
      },
    });
    if (stdout.trim().includes('\n')) throw new Error(`A script says one line, not\n${stdout}`);
    return { status, said: stdout.trim().replace(/^groundskeeper /, ''), errors: stderr };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
