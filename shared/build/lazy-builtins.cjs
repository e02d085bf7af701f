const { builtinModules } = require('node:module');

/**
 * Takes Node's own modules by `process.getBuiltinModule` instead of `import`. An ES import of one reads
 * all of its exports, getters included, and those of `node:http` load WebSocket and with it all of
 * `fetch`, those of `node:crypto` all of Web Crypto, at every cold start.
 */
const lazyBuiltins = {
  name: 'lazy-builtins',
  setup(build) {
    build.onResolve({ filter: /^[a-z]/ }, ({ path }) => {
      const name = path.replace(/^node:/, '');
      return builtinModules.includes(name) ? { path: `node:${name}`, namespace: 'builtin' } : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}');`,
      loader: 'js',
    }));
  },
};

module.exports = { lazyBuiltins };
