/**
 * Runs a program of ours as one bundle: `node shared/build/run-bundled.mjs functions/sync-assets/cli.ts …`.
 * Loaded file by file it takes some 300 ms more to start, each time. The bundle is kept, and made anew
 * when one of the files that it came from is another.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const entry = resolve(process.argv[2] ?? '');
const cache = join(root, 'node_modules/.cache/groundskeeper', createHash('md5').update(entry).digest('hex'));

/** Of a file, what changes when it does. */
const stampOf = (file) => {
  const { mtimeMs, size } = statSync(file);
  return `${mtimeMs}/${size}`;
};

/** The bundle that is there; undefined if it is of other files than those of now. */
function kept() {
  try {
    const { folder, stamps } = JSON.parse(readFileSync(join(cache, 'made.json'), 'utf8'));
    const isSame = Object.entries(stamps).every(([file, stamp]) => stampOf(file) === stamp);
    return isSame ? join(cache, folder, 'main.mjs') : undefined;
  } catch {
    return undefined;
  }
}

/** Takes away what was made before, but for what may be running just now and loads parts of it later. */
function clear(newest) {
  const hourAgo = Date.now() - 3_600_000;
  for (const name of readdirSync(cache)) {
    const old = join(cache, name);
    if (name !== newest && name !== 'made.json' && statSync(old).mtimeMs < hourAgo) {
      rmSync(old, { recursive: true, force: true });
    }
  }
}

async function made() {
  const { build } = await import('esbuild');
  // Two may start at once: each writes a folder of its own, and one of them is kept.
  const folder = `${process.pid}-${Date.now()}`;
  const { metafile } = await build({
    entryPoints: { main: entry },
    outdir: join(cache, folder),
    outExtension: { '.js': '.mjs' },
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    // What was written as CommonJS asks for Node's own modules so.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    metafile: true,
    logLevel: 'error',
  });
  // Of packages the lock says which ones they are: they have a thousand files.
  const own = Object.keys(metafile.inputs).filter((file) => !file.startsWith('node_modules/'));
  const files = [
    fileURLToPath(import.meta.url),
    ...['package-lock.json', ...own].map((file) => join(root, file)),
  ];
  const stamps = Object.fromEntries(files.map((file) => [file, stampOf(file)]));
  const list = join(cache, `${folder}.json`);
  writeFileSync(list, JSON.stringify({ folder, stamps }));
  renameSync(list, join(cache, 'made.json'));
  clear(folder);
  return join(cache, folder, 'main.mjs');
}

let program = kept();
if (!program) {
  mkdirSync(cache, { recursive: true });
  program = await made();
}
process.argv.splice(1, 2, entry);
// The SDK would have a person's Node be as new as Lambda's, in seven lines at each run.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
await import(pathToFileURL(program).href);
