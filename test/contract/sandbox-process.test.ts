/** `npm run sandbox`: a process of its own, which leaves nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { afterEach, expect, test, vi } from 'vitest';

const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

function run(...args: string[]): { child: ChildProcess; output: () => string; errors: () => string } {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/sandbox/main.ts', ...args]);
  started.push(child);
  const written = { stdout: '', stderr: '' };
  child.stdout?.on('data', (data: Buffer) => {
    written.stdout += data.toString();
  });
  child.stderr?.on('data', (data: Buffer) => {
    written.stderr += data.toString();
  });
  return { child, output: () => written.stdout, errors: () => written.stderr };
}

async function whenReady(output: () => string): Promise<string> {
  const ready = /^ready (http:\/\/127\.0\.0\.1:\d+)$/m;
  await vi.waitFor(() => expect(output()).toMatch(ready), { timeout: 25_000, interval: 50 });
  return ready.exec(output())?.[1] ?? '';
}

test('says when it is ready, tells a second one that the port is taken, and stops when told to', async () => {
  const first = run('--port', '0');
  const url = await whenReady(first.output);
  expect((await fetch(`${url}/_sandbox/calls`)).status).toBe(200);

  const second = run('--port', new URL(url).port);
  expect(await once(second.child, 'exit')).toEqual([1, null]);
  expect(second.errors()).toContain('the port is taken');

  first.child.kill('SIGTERM');
  expect(await once(first.child, 'exit')).toEqual([0, null]);
});

test.runIf(process.platform === 'linux')('takes moto with it even when it is killed', async () => {
  const { child, output } = run('--port', '0');
  await whenReady(output);
  const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  const moto = children.trim().split(' ').map(Number);
  expect(moto.length).toBeGreaterThan(0);
  child.kill('SIGKILL');
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  await vi.waitFor(() => expect(moto.filter(isAlive)).toEqual([]), { timeout: 10_000, interval: 50 });
});

test('refuses a port that is none', async () => {
  const { child, errors } = run('--port', 'many');
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(errors()).toContain('--port is "many"');
});
