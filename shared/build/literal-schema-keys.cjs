const { readFile } = require('node:fs/promises');

/**
 * Lets esbuild drop the schemas of operations that are not called. An SDK client keeps the schemas of
 * all its operations in one file, with keys such as `{ [_xN]: … }` that name constants. A computed key
 * could run code, so esbuild keeps every object that has one; as a literal it may go.
 */
const literalSchemaKeys = {
  name: 'literal-schema-keys',
  setup(build) {
    build.onLoad({ filter: /@aws-sdk[\\/].+[\\/]schemas[\\/]schemas_\d+\.js$/ }, async ({ path }) => ({
      contents: withLiteralKeys(await readFile(path, 'utf8')),
      loader: 'js',
    }));
  },
};

function withLiteralKeys(source) {
  const constants = new Map();
  for (const [, name, literal] of source.matchAll(/^const (_\w+) = ("[^"\\]*");$/gm)) {
    constants.set(name, literal);
  }
  // A key that names none of these constants stays as it is: larger, never wrong.
  return source.replace(/\[(_\w+)\]:/g, (key, name) =>
    constants.has(name) ? `${constants.get(name)}:` : key,
  );
}

module.exports = { literalSchemaKeys };
