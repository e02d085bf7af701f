import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkingCopy, type WorkingCopy } from '../sandbox/lambda/working-copy.ts';
import {
  filesOf,
  functionNames,
  type LedgerName,
  type Package,
  packageService,
  planWith,
} from './package.ts';

/** Bytes of a minified bundle, by how many of AWS's clients the function has; the ledger in DynamoDB is one more. */
const limits = [0, 260_000, 306_000, 325_000, 350_000, 355_000, 360_000];
/** What reads zip and tar archives, globs and media types. */
const libraries: Readonly<Record<string, number>> = { 'sync-assets': 112_000 };
const limitOf = (name: string, ledger: LedgerName): number => {
  const clients = clientsOf(name);
  const ofDynamoDb = ledger === 'dynamodb' ? 22_000 : 0;
  return (limits[clients] ?? 0) + ofDynamoDb + (libraries[name] ?? 0);
};

/** How many clients a handler connects, the lazy ones too. */
function clientsOf(name: string): number {
  const handler = readFileSync(join('functions', name, 'handler.ts'), 'utf8');
  return handler.match(/\b\w+Client\(config\)/g)?.length ?? 0;
}
/** Stands in every request of the store, so its code cannot be without it. */
const protocols: Record<LedgerName, string> = { simpledb: '2009-04-15', dynamodb: 'DynamoDB_20120810' };

let copies: WorkingCopy[];
let packages: Record<LedgerName | 'again', Package>;

beforeAll(async () => {
  const plans = [planWith('simpledb'), planWith('dynamodb'), planWith('simpledb')];
  copies = await Promise.all(plans.map((plan) => makeWorkingCopy(plan)));
  const [simpledb, dynamodb, again] = copies as [WorkingCopy, WorkingCopy, WorkingCopy];
  const leftOver = join(again.folder, '.esbuild/.build/functions/take-snapshots');
  mkdirSync(leftOver, { recursive: true });
  writeFileSync(join(leftOver, 'left-over.js'), '// of a build that was cut off');
  packages = {
    simpledb: await packageService(simpledb),
    dynamodb: await packageService(dynamodb),
    again: await packageService(again),
  };
}, 240_000);

afterAll(() => Promise.all(copies.map((copy) => copy.remove())));

it('deploys every function that has a handler, under the name of its folder', () => {
  expect([...packages.simpledb.zips.keys()].sort()).toEqual(functionNames.sort());
});

it('makes the same zips from the same sources, to the byte, whatever an earlier build left behind', () => {
  for (const [name, zip] of packages.simpledb.zips)
    expect(packages.again.zips.get(name)?.equals(zip), name).toBe(true);
});

describe.each(['simpledb', 'dynamodb'] as const)('with the %s ledger', (ledger) => {
  const other = ledger === 'simpledb' ? 'dynamodb' : 'simpledb';

  const bundleOf = (name: string) =>
    filesOf(packages[ledger], name).get(`functions/${name}/handler.mjs`) ?? '';

  it.each(functionNames)('%s is one ES module of the allowed size, without a source map', (name) => {
    expect([...filesOf(packages[ledger], name).keys()]).toEqual([`functions/${name}/handler.mjs`]);
    expect(Buffer.byteLength(bundleOf(name))).toBeLessThanOrEqual(limitOf(name, ledger));
    expect(bundleOf(name)).toMatch(/export\s*\{[^}]*\bas handler\b[^}]*\}/);
    expect(bundleOf(name)).not.toContain('sourceMappingURL');
  });

  it.each(functionNames)("%s holds the plan's store and not the other", (name) => {
    expect(bundleOf(name)).toContain(protocols[ledger]);
    expect(bundleOf(name)).not.toContain(protocols[other]);
  });

  it.each(functionNames)('the handler that the template names for %s is an exported function', (name) => {
    const { Handler, Environment } = functionProperties(packages[ledger], name);
    const [module, exported] = Handler.split('.');
    const file = join(copies[0]?.folder ?? '', `${ledger}-${name}.mjs`);
    writeFileSync(file, filesOf(packages[ledger], name).get(`${module}.mjs`) ?? '');
    const script = `import(${JSON.stringify(file)}).then((m) => process.stdout.write(typeof m.${exported}))`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--eval', script], {
      encoding: 'utf8',
      env: { ...Environment.Variables, AWS_REGION: 'us-east-1' },
    });
    expect({ stdout, stderr }).toMatchObject({ stdout: 'function' });
  });
});

function functionProperties({ template }: Package, name: string) {
  const found = Object.values(template.Resources).find(
    ({ Type, Properties }) =>
      Type === 'AWS::Lambda::Function' && String(Properties['FunctionName']).endsWith(`-${name}`),
  );
  if (!found) throw new Error(`the template has no function ${name}`);
  return found.Properties as { Handler: string; Environment: { Variables: Record<string, string> } };
}
