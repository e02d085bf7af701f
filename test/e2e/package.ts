/** What `serverless package` makes of the project, in a copy of its own. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import type { WorkingCopy } from '../sandbox/lambda/working-copy.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** The functions, by the names of their folders. */
export const functionNames = readdirSync(join(project, 'functions')).filter((name) =>
  existsSync(join(project, 'functions', name, 'handler.ts')),
);

export type LedgerName = 'simpledb' | 'dynamodb';

/** The plan that ships, with this ledger. */
export function planWith(ledger: LedgerName): string {
  return readFileSync(join(project, 'groundskeeper.yml'), 'utf8').replace(
    /^ledger:.*$/m,
    `ledger: ${ledger}`,
  );
}

export interface Template {
  Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
}

export interface Package {
  readonly templatePath: string;
  readonly template: Template;
  /** The zip of each function that serverless.yml names. */
  readonly zips: ReadonlyMap<string, Buffer>;
}

/** Packages the copy; throws what serverless said if it fails. */
export async function packageService({ folder, serverless }: WorkingCopy): Promise<Package> {
  const nowhere = { endpoint: 'http://127.0.0.1:1', region: 'us-east-1' }; // packaging asks AWS nothing
  const { exitCode, stdout, stderr } = await serverless(['package'], nowhere);
  if (exitCode !== 0) throw new Error(`serverless package ended with ${exitCode}:\n${stdout}\n${stderr}`);
  const made = join(folder, '.serverless');
  const templatePath = join(made, 'cloudformation-template-update-stack.json');
  const zips = readdirSync(made).filter((file) => file.endsWith('.zip'));
  return {
    templatePath,
    template: JSON.parse(readFileSync(templatePath, 'utf8')) as Template,
    zips: new Map(zips.map((file) => [file.replace(/\.zip$/, ''), readFileSync(join(made, file))])),
  };
}

/** The files in a function's zip, as text. */
export function filesOf({ zips }: Package, name: string): Map<string, string> {
  const zip = zips.get(name);
  if (!zip) throw new Error(`${name} was not packaged`);
  return new Map(
    Object.entries(unzipSync(zip)).map(([path, bytes]) => [path, Buffer.from(bytes).toString('utf8')]),
  );
}
