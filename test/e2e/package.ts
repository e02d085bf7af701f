/**
 * Runs the real `serverless` in a copy of the project: two of its commands at once in one folder
 * would write over each other's files, so every test that packages or deploys works in a copy of its own.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readZip } from './zip.ts';

const root = join(import.meta.dirname, '../..');
const parts = [
  'package.json',
  'tsconfig.json',
  'serverless.yml',
  'groundskeeper.yml',
  'functions',
  'shared',
  'events',
];

export type LedgerName = 'simpledb' | 'dynamodb';

export interface ServiceCopy {
  readonly folder: string;
  /** Replaces the plan. */
  writePlan(plan: string): void;
  /** Runs `serverless` with these parameters to its end, whatever its exit code is. */
  serverless(parameters: readonly string[], environment?: Record<string, string>): Promise<CommandResult>;
  remove(): void;
}

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A copy of the project as it stands, without tests; under `.cache`, so that node_modules is found above it. */
export function copyService({ ledger = 'simpledb' }: { ledger?: LedgerName } = {}): ServiceCopy {
  const copies = join(root, '.cache/e2e');
  mkdirSync(copies, { recursive: true });
  const folder = mkdtempSync(join(copies, 'service-'));
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
  const writePlan = (plan: string) => writeFileSync(join(folder, 'groundskeeper.yml'), plan);
  writePlan(
    readFileSync(join(folder, 'groundskeeper.yml'), 'utf8').replace(/^ledger:.*$/m, `ledger: ${ledger}`),
  );
  return {
    folder,
    writePlan,
    serverless: (parameters, environment = {}) => run(folder, parameters, environment),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function run(
  folder: string,
  parameters: readonly string[],
  environment: Record<string, string>,
): Promise<CommandResult> {
  const command = join(root, 'node_modules/.bin/serverless');
  const child = spawn(command, parameters, {
    cwd: folder,
    env: { ...process.env, ...offline, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const result: CommandResult = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (result.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (result.stderr += String(chunk)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...result, code }));
  });
}

/** Never a real account by accident: credentials and endpoint come from the test alone. */
const offline = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_SESSION_TOKEN: '',
  AWS_PROFILE: '',
  AWS_REGION: 'us-east-1',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  SLS_INTERACTIVE_SETUP_ENABLE: '',
  SLS_NOTIFICATIONS_MODE: 'off',
  SLS_TELEMETRY_DISABLED: '1',
};

export interface Template {
  Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
}

export interface Package {
  readonly template: Template;
  readonly templatePath: string;
  /** The zip of each function, by the function's name in serverless.yml. */
  readonly zips: ReadonlyMap<string, Buffer>;
  /** What is in a function's zip. */
  files(name: string): ReadonlyMap<string, Buffer>;
}

/** Packages the copy; throws what serverless said if it fails. */
export async function packageService(service: ServiceCopy): Promise<Package> {
  const { code, stdout, stderr } = await service.serverless(['package']);
  if (code !== 0) throw new Error(`serverless package ended with ${code}:\n${stdout}\n${stderr}`);
  const templatePath = join(service.folder, '.serverless/cloudformation-template-update-stack.json');
  const zips = new Map(functionNames(service).map((name) => [name, zipOf(service, name)]));
  return {
    template: JSON.parse(readFileSync(templatePath, 'utf8')) as Template,
    templatePath,
    zips,
    files: (name) => readZip(zips.get(name) ?? Buffer.alloc(0)),
  };
}

const zipOf = ({ folder }: ServiceCopy, name: string) =>
  readFileSync(join(folder, '.serverless', `${name}.zip`));

function functionNames({ folder }: ServiceCopy): string[] {
  const state = JSON.parse(readFileSync(join(folder, '.serverless/serverless-state.json'), 'utf8')) as {
    service: { functions: Record<string, unknown> };
  };
  return Object.keys(state.service.functions);
}
