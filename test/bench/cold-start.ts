/**
 * `npm run bench:cold-start`: from the start of the process to the first answer, on Lambda's major
 * version of Node and AWS's own runtime loader, a run without work (dry, in an empty account) included.
 * Our bundle and the plugin's default one stand beside a handler that does nothing; the runs alternate,
 * so that whatever else the machine does hits all alike.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { type EmptyAccount, startEmptyAccount } from './empty-account.ts';
import { lambdaRuntime } from './lambda-runtime.ts';
import { type RuntimeApi, startRuntimeApi } from './runtime-api.ts';

/** Times bare, by how many of AWS's clients the function makes at once. */
const limits = [1, 2.75, 3];
const runs = 21;
const warmUps = 2;

const root = join(import.meta.dirname, '../..');
const folder = join(root, '.cache/cold-start');
const require = createRequire(import.meta.url);
type Bundling = { deployed: (ledger: string) => BuildOptions };

/** A job for each function that looks at AWS and changes nothing. */
const jobs: Record<string, object> = {
  'take-snapshots': { dryRun: true, backup: 'data', keep: '7 days', volumes: { tags: { backup: ['yes'] } } },
  'take-db-snapshots': {
    dryRun: true,
    backup: 'databases',
    keep: '7 days',
    databases: { tags: { backup: ['yes'] } },
  },
  'copy-backups': {
    dryRun: true,
    copies: [{ backup: 'data', region: 'eu-central-1', keep: { daily: '7 days' } }],
  },
  'create-images': {
    dryRun: true,
    backup: 'machine',
    keep: '7 days',
    instances: { tags: { backup: ['yes'] } },
  },
  'expire-backups': { dryRun: true },
  'reconcile-ledger': { dryRun: true },
  'sync-assets': { dryRun: true, site: 'www', bucket: 'www-site', verify: true },
  'invalidate-cdn': { dryRun: true, site: 'www', bucket: 'www-site', paths: ['/*'] },
  'scale-group': {
    dryRun: true,
    group: 'web',
    instances: { tags: { Role: ['web'] } },
    minimum: 0,
    maximum: 9,
  },
};

interface Subject {
  name: string;
  /** Times bare that are allowed; none for what stands beside ours. */
  limit?: number;
  taskRoot: string;
  event: object;
  kilobytes: number;
  milliseconds: number[];
  calls: string[];
}

const functions = readdirSync(join(root, 'functions')).filter((name) =>
  existsSync(join(root, 'functions', name, 'handler.ts')),
);

/** What serverless-esbuild does when it is told nothing. */
const pluginDefault: BuildOptions = { bundle: true, platform: 'node', target: 'node24', external: [] };

async function bundle(
  name: string,
  label: string,
  options: BuildOptions,
  extension: string,
): Promise<Subject> {
  const taskRoot = join(folder, `${name}-${label}`);
  const outfile = join(taskRoot, `handler${extension}`);
  mkdirSync(taskRoot, { recursive: true });
  writeFileSync(join(taskRoot, 'package.json'), '{}'); // on Lambda no package.json says "type": "module"
  await build({ ...options, entryPoints: [join(root, 'functions', name, 'handler.ts')], outfile });
  const kilobytes = statSync(outfile).size / 1000;
  const subject = { name: `${name}, ${label}`, taskRoot, kilobytes, milliseconds: [], calls: [] };
  const limit = label === 'ours' ? limits[clientsOf(name)] : undefined;
  return { ...subject, event: jobOf(name), ...(limit !== undefined && { limit }) };
}

/** How many clients the handler makes at once: not those that it loads lazily. */
function clientsOf(name: string): number {
  const handler = readFileSync(join(root, 'functions', name, 'handler.ts'), 'utf8');
  return handler.match(/(?<!\)\.)\b\w+Client\(config\)/g)?.length ?? 0;
}

function jobOf(name: string): object {
  const job = jobs[name];
  if (!job) throw new Error(`test/bench/cold-start.ts has no job for ${name}`);
  return job;
}

function bare(): Subject {
  const taskRoot = join(folder, 'bare');
  mkdirSync(taskRoot, { recursive: true });
  const source = 'export const handler = async () => ({});';
  writeFileSync(join(taskRoot, 'handler.mjs'), source);
  return { name: 'bare', taskRoot, event: {}, kilobytes: source.length / 1000, milliseconds: [], calls: [] };
}

async function subjects(): Promise<Subject[]> {
  rmSync(folder, { recursive: true, force: true });
  const { deployed }: Bundling = require('../../shared/build/esbuild.cjs');
  const all = [bare()];
  for (const name of functions) {
    all.push(await bundle(name, 'ours', deployed('simpledb'), '.mjs'));
    all.push(await bundle(name, "plugin's default", pluginDefault, '.js'));
  }
  return all;
}

async function coldStart(subject: Subject, runtime: string[], api: RuntimeApi, account: EmptyAccount) {
  const [node = '', ...parameters] = runtime;
  const answer = api.invoke(subject.event);
  const startedAt = performance.now();
  const child = spawn(node, [...parameters, 'handler.handler'], {
    cwd: subject.taskRoot,
    env: environment(subject.taskRoot, api, account),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  const died = new Promise<never>((_, reject) =>
    child.once('exit', (code) =>
      reject(new Error(`${subject.name} ended with ${code} before it answered:\n${output}`)),
    ),
  );
  try {
    const { kind, body, at } = await Promise.race([answer, died]);
    if (kind === 'error') throw new Error(`${subject.name} failed: ${body}\n${output}`);
    return at - startedAt;
  } finally {
    died.catch(() => undefined); // it is ended here, on purpose
    child.kill('SIGKILL');
  }
}

const environment = (taskRoot: string, api: RuntimeApi, account: EmptyAccount) => ({
  AWS_LAMBDA_RUNTIME_API: api.address,
  AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true',
  LAMBDA_TASK_ROOT: taskRoot,
  _HANDLER: 'handler.handler',
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
  AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/bench',
  AWS_LAMBDA_LOG_STREAM_NAME: 'bench',
  AWS_LAMBDA_LOG_FORMAT: 'JSON',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
  AWS_ENDPOINT_URL: account.url,
  GROUNDSKEEPER_OWNER: 'groundskeeper-bench',
  GROUNDSKEEPER_LEDGER: 'simpledb',
});

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** @returns a line for each of ours that is above its limit. */
function print(all: readonly Subject[]): string[] {
  const base = median(all[0]?.milliseconds ?? []);
  console.log(
    `\n${'handler'.padEnd(44)}${'KB'.padStart(8)}${'ms'.padStart(8)}${'x bare'.padStart(9)}  AWS calls`,
  );
  return all.flatMap(({ name, limit, kilobytes, milliseconds, calls }) => {
    const ratio = median(milliseconds) / base;
    const numbers = kilobytes.toFixed(0).padStart(8) + median(milliseconds).toFixed(1).padStart(8);
    console.log(`${name.padEnd(44)}${numbers}${ratio.toFixed(2).padStart(9)}  ${calls.join(', ')}`);
    return limit !== undefined && ratio > limit
      ? [`${name}: ${ratio.toFixed(2)} times bare; at most ${limit} is allowed`]
      : [];
  });
}

async function main(): Promise<void> {
  console.log('Fetching the Lambda runtime, unless it is in .cache');
  const runtime = lambdaRuntime();
  const all = await subjects();
  const api = await startRuntimeApi();
  const account = await startEmptyAccount();
  console.log(`${warmUps} + ${runs} starts of each of ${all.length} handlers`);
  for (let run = -warmUps; run < runs; run += 1) {
    for (const subject of all) {
      const milliseconds = await coldStart(subject, runtime, api, account);
      if (run >= 0) subject.milliseconds.push(milliseconds);
      subject.calls = account.takeCalls();
    }
  }
  api.close();
  account.close();
  const tooSlow = print(all);
  for (const line of tooSlow) console.log(line);
  if (tooSlow.length > 0) process.exitCode = 1;
}

await main();
