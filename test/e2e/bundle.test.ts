import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyService, type LedgerName, type Package, packageService, type ServiceCopy } from './package.ts';

const root = join(import.meta.dirname, '../..');
const functions = readdirSync(join(root, 'functions')).filter((name) =>
  existsSync(join(root, 'functions', name, 'handler.ts')),
);
/** DynamoDB's client is an SDK client of its own beside EC2's; SimpleDB's is a few KB. */
const limits: Record<LedgerName, number> = { simpledb: 260_000, dynamodb: 300_000 };
/** Stands in every request of the store, so its code cannot be without it. */
const protocols: Record<LedgerName, string> = { simpledb: '2009-04-15', dynamodb: 'DynamoDB_20120810' };

const services: ServiceCopy[] = [];
const packages = new Map<LedgerName, Package>();
let repeated: Package;

function service(ledger: LedgerName): ServiceCopy {
  const copy = copyService({ ledger });
  services.push(copy);
  return copy;
}

function packaged(ledger: LedgerName): Package {
  const found = packages.get(ledger);
  if (!found) throw new Error(`${ledger} was not packaged`);
  return found;
}

function bundleOf(ledger: LedgerName, name: string): string {
  const bundle = packaged(ledger).files(name).get(`functions/${name}/handler.mjs`);
  if (!bundle) throw new Error(`${name}.zip has no handler.mjs`);
  return bundle.toString('utf8');
}

beforeAll(async () => {
  const copies = { simpledb: service('simpledb'), dynamodb: service('dynamodb'), again: service('simpledb') };
  packages.set('simpledb', await packageService(copies.simpledb));
  packages.set('dynamodb', await packageService(copies.dynamodb));
  const leftOver = join(copies.again.folder, '.esbuild/.build/functions/take-snapshots');
  mkdirSync(leftOver, { recursive: true });
  writeFileSync(join(leftOver, 'left-over.js'), '// of a build that was cut off');
  repeated = await packageService(copies.again);
}, 240_000);

afterAll(() => {
  for (const { remove } of services) remove();
});

it('deploys every function that has a handler, under the name of its folder', () => {
  expect([...packaged('simpledb').zips.keys()].sort()).toEqual(functions.sort());
});

it('makes the same zips from the same sources, to the byte, whatever an earlier build left behind', () => {
  for (const [name, zip] of packaged('simpledb').zips)
    expect(repeated.zips.get(name)?.equals(zip), name).toBe(true);
});

describe.each(['simpledb', 'dynamodb'] as const)('with the %s ledger', (ledger) => {
  const other = ledger === 'simpledb' ? 'dynamodb' : 'simpledb';

  it.each(functions)('%s is one ES module of the allowed size, without a source map', (name) => {
    expect([...packaged(ledger).files(name).keys()]).toEqual([`functions/${name}/handler.mjs`]);
    const bundle = bundleOf(ledger, name);
    expect(Buffer.byteLength(bundle)).toBeLessThanOrEqual(limits[ledger]);
    expect(bundle).toMatch(/export\s*\{[^}]*\bas handler\b[^}]*\}/);
    expect(bundle).not.toContain('sourceMappingURL');
  });

  it.each(functions)("%s holds the plan's store and not the other", (name) => {
    expect(bundleOf(ledger, name)).toContain(protocols[ledger]);
    expect(bundleOf(ledger, name)).not.toContain(protocols[other]);
  });

  it.each(functions)('the handler that the template names for %s is an exported function', (name) => {
    const { Properties: properties } = functionResource(packaged(ledger), name);
    const [module, exported] = String(properties['Handler']).split('.');
    const file = join(services[0]?.folder ?? '', `${ledger}-${name}.mjs`);
    writeFileSync(file, packaged(ledger).files(name).get(`${module}.mjs`) ?? '');
    const script = `import(${JSON.stringify(file)}).then((m) => process.stdout.write(typeof m.${exported}))`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--eval', script], {
      encoding: 'utf8',
      env: { ...environmentOf(properties), AWS_REGION: 'us-east-1' },
    });
    expect({ stdout, stderr }).toMatchObject({ stdout: 'function' });
  });
});

function functionResource({ template }: Package, name: string) {
  const found = Object.values(template.Resources).find(
    ({ Type, Properties }) =>
      Type === 'AWS::Lambda::Function' && String(Properties['FunctionName']).endsWith(`-${name}`),
  );
  if (!found) throw new Error(`the template has no function ${name}`);
  return found;
}

const environmentOf = (properties: Record<string, unknown>): Record<string, string> =>
  (properties['Environment'] as { Variables: Record<string, string> }).Variables;
