/** Runs a program, and says what it took. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

export interface Spent {
  seconds: number;
  /** Of the program and its children; NaN where the system does not tell. */
  cpuSeconds: number;
  /** The most that was in memory at once; NaN where the system does not tell. */
  peakBytes: number;
}

export interface Command {
  program: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
}

const root = new URL('../../..', import.meta.url);

/** @throws Error with what it said, if it failed */
export async function measure({ program, args, env }: Command): Promise<Spent> {
  const cpuBefore = childrenSeconds();
  const start = performance.now();
  const child = spawn(program, args, {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (data) => {
    said = (said + data).slice(-2_000);
  });
  let peakBytes = Number.NaN;
  const watch = setInterval(() => {
    peakBytes = peakOf(child.pid) ?? peakBytes;
  }, 20);
  const [code] = await once(child, 'close');
  clearInterval(watch);
  const seconds = (performance.now() - start) / 1000;
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${said}`);
  return { seconds, cpuSeconds: childrenSeconds() - cpuBefore, peakBytes };
}

/** man 5 proc: VmHWM of /proc/<pid>/status. */
function peakOf(pid: number | undefined): number | undefined {
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(textOf(`/proc/${pid}/status`))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** man 5 proc: cutime and cstime of /proc/self/stat, in ticks of 10 ms: of children that have ended. */
function childrenSeconds(): number {
  const fields = textOf('/proc/self/stat')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // not on Linux, or the program has just ended
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
