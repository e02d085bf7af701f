/** Moto as a child process on a private port of the loopback, which dies with this process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { MotoCommand } from './moto.ts';

export interface MotoProcess {
  readonly port: number;
  /** The last line that it wrote, its request log apart. */
  lastWords(): string;
  close(): Promise<void>;
}

const startSeconds = 90; // python compiles its modules on the very first start
const stopSeconds = 5;
const attempts = 3;

/**
 * Moto's standard input stands for this process: when it closes, because the sandbox was closed or
 * because this process ended in whatever way, `kill -9` included, the watcher ends moto. So nothing
 * here listens for signals. Plain sh, since that is what every way of getting moto has.
 */
const watchdog = `
exec 3<&0
"$@" </dev/null 3<&- & moto=$!
{ while read -r _ <&3; do :; done; kill "$moto" 2>/dev/null; } & watcher=$!
exec 3<&-
wait "$moto"; status=$?
kill "$watcher" 2>/dev/null
exit "$status"
`;

/** Starts moto and waits until it answers. */
export async function startMoto(command: MotoCommand): Promise<MotoProcess> {
  let failure: unknown;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    try {
      return await startOn(await freePort(), command);
    } catch (error) {
      failure = error;
      // Between finding a free port and using it another process may have taken it.
      if (!/in use/i.test(String(error))) break;
    }
  }
  throw failure;
}

async function startOn(port: number, command: MotoCommand): Promise<MotoProcess> {
  const child = spawn('sh', ['-c', watchdog, 'moto', ...command.argv(port)], {
    env: { ...environment(), ...command.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true, // a Ctrl-C is for this process; it then ends moto in order
  });
  const exited = once(child, 'exit');
  const lines = drain(child);
  const moto: MotoProcess = {
    port,
    lastWords: () => lines.at(-1) ?? '(it wrote nothing)',
    close: () => stop(child, exited),
  };
  try {
    await untilItAnswers(port, child, () => lines.slice(-5).join('\n'));
    lines.length = 0; // its greeting
  } catch (error) {
    await moto.close();
    throw error;
  }
  return moto;
}

/** Without what would send moto's own look-ups to some account. */
function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return { ...Object.fromEntries(inherited), MOTO_EC2_LOAD_DEFAULT_AMIS: 'false' };
}

/** Reads what it writes, or it would block when the pipe is full; keeps the last lines. */
function drain(child: ChildProcess): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim() === '' || / HTTP\/1\.\d" \d{3} /.test(line)) return;
      lines.push(line.trim());
      if (lines.length > 20) lines.shift();
    });
  }
  return lines;
}

async function untilItAnswers(port: number, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + startSeconds * 1000;
  while (!(await answers(port))) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`moto ended at once: ${output()}`);
    if (Date.now() > deadline) throw new Error(`moto did not answer within ${startSeconds} s: ${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    const url = `http://127.0.0.1:${port}/moto-api/reset`;
    return (await fetch(url, { method: 'POST', signal: AbortSignal.timeout(10_000) })).ok;
  } catch {
    return false; // not yet: it is asked again, until the deadline
  }
}

async function stop(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.stdin?.end();
  const timer = setTimeout(() => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  }, stopSeconds * 1000);
  if (child.exitCode === null && child.signalCode === null) await exited;
  clearTimeout(timer);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
}
