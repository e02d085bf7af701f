const { dirname } = require('node:path');

/** Puts the plan's ledger store in the place of the choice between them, so that the other stays out. */
function oneLedger(ledger) {
  return {
    name: 'one-ledger',
    setup(build) {
      build.onLoad({ filter: /[\\/]shared[\\/]ledger[\\/]open\.ts$/ }, ({ path }) => ({
        contents: `export * from './open-${ledger}.ts';`,
        loader: 'ts',
        resolveDir: dirname(path),
      }));
    },
  };
}

module.exports = { oneLedger };
