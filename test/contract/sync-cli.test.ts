/** `npm run sync` as a person runs it: a process of its own against the local AWS. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { aSite } from './site-harness.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

let sandbox: Sandbox;
let site: Awaited<ReturnType<typeof aSite>>;
let folder: string;

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await sandbox.reset();
  site = await aSite(sandbox);
  folder = await mkdtemp(join(tmpdir(), 'sync-cli-'));
  await write({ 'index.html': 'hello', 'css/main.css': 'b {}' });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

const sync = (...args: string[]) => syncIn(root, ...args);

/** @param cwd where the plan is */
function syncIn(cwd: string, ...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(
    process.execPath,
    [join(root, 'shared/build/run-bundled.mjs'), join(root, 'functions/sync-assets/cli.ts'), ...args],
    {
      cwd,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        AWS_ENDPOINT_URL: sandbox.url,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_REGION: 'us-east-1',
      },
    },
  );
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

it('publishes a folder, a line a file and a summary', async () => {
  const { code, out, err } = await sync(folder, 's3://site');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('upload s3://site/index.html (new; 5 bytes)');
  expect(out).toMatch(/2 uploaded \(9 bytes\), 0 with new headers, 0 deleted, 0 kept; \d+\.\d s\n$/);
  expect(await site.files()).toEqual({ 'index.html': 'hello', 'css/main.css': 'b {}' });
});

it('uploads nothing again, though all times are others', async () => {
  await sync(folder, 's3://site/docs');
  await utimes(join(folder, 'index.html'), 1, 1);
  const from = sandbox.calls.length;
  const { code, out } = await sync(folder, 's3://site/docs');
  expect(code).toBe(0);
  expect(out).toContain('0 uploaded');
  expect(site.writes(from)).toEqual([]);
});

it('mends by default what another hand changed, and with --no-verify does not look', async () => {
  await sync(folder, 's3://site');
  await site.put('index.html', 'defaced');
  await sync(folder, 's3://site', '--no-verify');
  expect(await site.files()).toMatchObject({ 'index.html': 'defaced' });
  await sync(folder, 's3://site');
  expect(await site.files()).toMatchObject({ 'index.html': 'hello' });
});

it('leaves out what is hardly meant to be seen, and says so; --all publishes it', async () => {
  await write({ '.env': 'SECRET=1', 'node_modules/a/index.js': '', '.well-known/x': 'x' });
  const { code, out } = await sync(folder, 's3://site');
  expect(code).toBe(0);
  expect(out).toContain('Left out: .env, node_modules/; --all publishes such files, too\n');
  expect(await site.keys()).toEqual([
    '.groundskeeper/manifest.gz',
    '.well-known/x',
    'css/main.css',
    'index.html',
  ]);
  const all = await sync(folder, 's3://site', '--all');
  expect(all.out).not.toContain('Left out');
  expect(await site.keys()).toEqual(expect.arrayContaining(['.env', 'node_modules/a/index.js']));
});

it('shows with --dry-run what it would do', async () => {
  const from = sandbox.calls.length;
  const { code, out } = await sync(folder, 's3://site', '--dry-run');
  expect(code).toBe(0);
  expect(out).toContain('would upload s3://site/index.html (new; 5 bytes)');
  expect(out).toContain('Would be: 2 uploaded');
  expect(site.writes(from)).toEqual([]);
});

it('does not say of a place without a plan that anything would be invalidated', async () => {
  await sync(folder, 's3://site');
  await write({ 'index.html': 'hello again' });
  const { out } = await sync(folder, 's3://site', '--dry-run');
  expect(out).toContain('would upload s3://site/index.html (content-changed; 11 bytes)');
  expect(out).not.toContain('invalidate');
});

it('keeps what would be too large a share to delete, and deletes it where the command says so', async () => {
  await write(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`old/${i}.html`, 'old'])));
  await sync(folder, 's3://site');
  await rm(join(folder, 'old'), { recursive: true });
  const held = await sync(folder, 's3://site');
  expect(held.code).toBe(1);
  expect(held.err).toContain('10 of 12 files are not in the release, and none of them is deleted');
  expect(held.err).toContain('run it again with --max-delete-share 1');
  const { code } = await sync(folder, 's3://site', '--max-delete-share', '1');
  expect(code).toBe(0);
  expect(await site.files()).toEqual({ 'index.html': 'hello', 'css/main.css': 'b {}' });
});

it('publishes to a site of the plan, says so, and nothing else', async () => {
  const home = await mkdtemp(join(tmpdir(), 'sync-plan-'));
  await writeFile(join(home, 'serverless.yml'), 'service: gk\n');
  await writeFile(
    join(home, 'groundskeeper.yml'),
    'sites:\n  - { name: www, bucket: site, distributions: [E1EXAMPLE2345] }\n',
  );
  const { code, err } = await syncIn(home, folder, 'www');
  await rm(home, { recursive: true });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(site.events()).toMatchObject([
    { owner: 'gk-dev', site: 'www', changes: { added: ['css/main.css', 'index.html'] } },
  ]);
});

it('tells its usage to who asks for it', async () => {
  const { code, out, err } = await sync('--help');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^Usage: npm run sync -- .*\n$/);
});

it.each([
  ['no folder', ['./nowhere', 's3://site'], './nowhere is no folder'],
  ['no target', ['.'], 'Expected a folder and where it goes'],
  ['an unknown option', ['.', 's3://site', '--delete'], "Unknown option '--delete'"],
  [
    'a place among what is kept of a site',
    ['.', 's3://site/.groundskeeper'],
    'prefix: expected no ".groundskeeper/"',
  ],
  ['an unknown site', ['.', 'wwww'], 'The plan has no site "wwww"'],
])('says in one line what is wrong with %s', async (_, args, message) => {
  const { code, out, err } = await sync(...args);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain(message);
  expect(err).not.toMatch(/^\s+at /m);
});

it('fails where the bucket is not there', async () => {
  const { code, err } = await sync(folder, 's3://no-such-bucket');
  expect(code).toBe(1);
  expect(err).toContain('no-such-bucket');
});
