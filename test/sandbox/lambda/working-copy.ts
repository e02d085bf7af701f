/** The project in a folder of its own, so that commands side by side, and the user's own, never meet in one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { awsEnvironment } from './aws-environment.ts';

const project = fileURLToPath(new URL('../../..', import.meta.url));

/** What `serverless` reads; `node_modules` is linked. */
const parts = [
  'functions',
  'shared',
  'events',
  'serverless.yml',
  'groundskeeper.yml',
  'package.json',
  'tsconfig.json',
];

const temporary = '.tmp';

export interface CommandResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  /** The local AWS. */
  endpoint: string;
  region: string;
  signal?: AbortSignal | undefined;
}

export interface WorkingCopy {
  readonly folder: string;
  /** Runs `serverless <arguments>` in it. One at a time: two would share `.serverless`. */
  serverless(commandLine: readonly string[], options: CommandOptions): Promise<CommandResult>;
  remove(): Promise<void>;
}

/** What this process leaves behind if it has to end before it comes to `remove`. */
const standing = new Set<string>();
const running = new Set<() => void>();
process.on('exit', () => {
  for (const kill of running) kill();
  for (const folder of standing) rmSync(folder, { recursive: true, force: true });
});

/** Copies the project as it stands; `plan` takes the place of groundskeeper.yml. */
export async function makeWorkingCopy(plan?: string): Promise<WorkingCopy> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'groundskeeper-')));
  standing.add(folder);
  for (const part of parts) await cp(join(project, part), join(folder, part), { recursive: true });
  await symlink(join(project, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await mkdir(join(folder, temporary));
  if (plan !== undefined) await writeFile(join(folder, 'groundskeeper.yml'), plan);
  return {
    folder,
    serverless: (commandLine, options) => runServerless(folder, commandLine, options),
    async remove() {
      await rm(folder, { recursive: true, force: true });
      standing.delete(folder);
    },
  };
}

async function runServerless(
  folder: string,
  commandLine: readonly string[],
  { endpoint, region, signal }: CommandOptions,
): Promise<CommandResult> {
  const cli = join(folder, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const child = spawn(process.execPath, [cli, ...commandLine], {
    cwd: folder,
    env: {
      ...awsEnvironment(endpoint, region),
      // Where the AWS SDK says that it will want a newer Node than the one that runs this.
      NODE_NO_WARNINGS: '1',
      // The local AWS is done at once; the default is to look every 5 seconds.
      SLS_AWS_MONITORING_FREQUENCY: '100',
      SLS_NOTIFICATIONS_MODE: 'off',
      // serverless-esbuild leaves what it packs in the temporary folder: this one goes with the copy.
      TMPDIR: join(folder, temporary),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own: a Ctrl-C is for this process, and what it starts ends with it
  });
  const kill = () => {
    const isAlive = child.exitCode === null && child.signalCode === null;
    if (child.pid !== undefined && isAlive) process.kill(-child.pid, 'SIGKILL');
  };
  running.add(kill);
  signal?.addEventListener('abort', kill, { once: true });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    texts.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    texts.stderr += chunk.toString();
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  running.delete(kill);
  signal?.removeEventListener('abort', kill);
  signal?.throwIfAborted();
  return { exitCode, ...texts };
}
