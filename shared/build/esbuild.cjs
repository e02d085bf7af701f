/**
 * How the functions are bundled: serverless-esbuild calls this once a command. What each line saves is
 * in docs/bundling.md, measured.
 */
const { rmSync } = require('node:fs');
const { join } = require('node:path');
const { lambdaOnly } = require('./lambda-only.cjs');
const { lazyBuiltins } = require('./lazy-builtins.cjs');
const { leanSchemas } = require('./lean-schemas.cjs');
const { oneLedger } = require('./one-ledger.cjs');

/** esbuild's options for what Lambda runs; `ledger` is the plan's. */
function deployed(ledger) {
  return {
    bundle: true,
    minify: true,
    sourcemap: false, // 14 to 25 ms of a cold start
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    external: [],
    plugins: [lazyBuiltins, leanSchemas, lambdaOnly, oneLedger(ledger)],
  };
}

/** For `invoke local`: loaded by `require` into this machine's Node, with a person's credentials. */
function local() {
  return {
    ...deployed('simpledb'),
    minify: false,
    format: 'cjs',
    target: 'node20',
    plugins: [leanSchemas],
  };
}

function config(serverless) {
  // A build that was cut off, and every `invoke local`, leaves its files here; they would be zipped.
  rmSync(join(serverless.config.serviceDir, '.esbuild'), { recursive: true, force: true });
  const isLocal = serverless.processedInput.commands[0] === 'invoke';
  return {
    ...(isLocal ? local() : deployed(ledgerOf(serverless))),
    // `invoke local` hangs on `.mjs`, and `.js` is a module by our package.json.
    outputFileExtension: isLocal ? '.cjs' : '.mjs',
    exclude: [], // the SDK is bundled: the runtime's own starts more slowly
    skipRebuild: true, // a build context that is left open keeps a failed `invoke local` from ending
  };
}

/** The very value that the functions are given, so that bundle and function cannot disagree. */
function ledgerOf(serverless) {
  const ledger = serverless.service.provider.environment?.GROUNDSKEEPER_LEDGER;
  if (ledger !== 'simpledb' && ledger !== 'dynamodb') {
    throw new Error(
      `provider.environment.GROUNDSKEEPER_LEDGER is ${JSON.stringify(ledger)}: expected "simpledb" or "dynamodb"`,
    );
  }
  return ledger;
}

module.exports = Object.assign(config, { deployed, local });
