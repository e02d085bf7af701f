const { dirname } = require('node:path');

/** `code` with a throw in place of `#throw` that says what is missing and where to put it back. */
const leftOut = (code, what) =>
  code.replace(
    '#throw',
    `throw new Error('${what} is left out of this bundle: shared/build/lambda-only.cjs');`,
  );

/**
 * Parts of the SDK that a function on Lambda never runs, and what stands in their place. If a release
 * of the SDK moves one, the bundle only grows, and the test of its size says so.
 */
const replacements = [
  {
    // Lambda puts its role's credentials into the environment: no profiles, SSO, web identity, IMDS.
    module: '@aws-sdk/credential-provider-node/dist-es/index.js',
    instead: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
  },
  {
    // There is no ~/.aws, which is otherwise looked for at every cold start.
    module: '@smithy/core/dist-es/submodules/config/shared-ini-file-loader/loadSharedConfigFiles.js',
    instead: `export { CONFIG_PREFIX_SEPARATOR } from './constants';
      export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`,
  },
  {
    // AWS_REGION is always there.
    module:
      '@smithy/core/dist-es/submodules/config/config-resolver/regionConfig/getInstanceMetadataRegion.js',
    instead: 'export const getInstanceMetadataRegion = async () => undefined;',
  },
  {
    // Every client imports event streams dynamically, and what a dynamic import reaches esbuild keeps
    // whole: most of @smithy/core, used or not. No call here uses them.
    module: '@smithy/core/dist-es/submodules/event-streams/index.js',
    instead: leftOut('#throw', 'An event stream'),
  },
  {
    // Signs the headers of event streams.
    module: '@smithy/signature-v4/dist-es/HeaderFormatter.js',
    instead: 'export class HeaderFormatter {}',
  },
  {
    // Only with AWS_RETRY_MODE=adaptive, which no function is given.
    module: '@smithy/core/dist-es/submodules/retry/util-retry/AdaptiveRetryStrategy.js',
    instead: leftOut(
      'export class AdaptiveRetryStrategy { constructor() { #throw } }',
      'The adaptive retry mode',
    ),
  },
  {
    // DynamoDB's client makes one; only AWS_ENABLE_ENDPOINT_DISCOVERY has it used.
    module: '@aws-sdk/endpoint-cache/dist-es/EndpointCache.js',
    instead: 'export class EndpointCache {}',
  },
  {
    // For a Node without crypto.
    module: '@smithy/core/dist-es/submodules/checksum/sha256/Sha256Js.js',
    instead: 'export const Sha256Js = undefined;',
  },
];

const lambdaOnly = {
  name: 'lambda-only',
  setup(build) {
    for (const { module, instead } of replacements) {
      build.onLoad({ filter: endOf(module) }, ({ path }) => ({
        contents: instead,
        loader: 'js',
        resolveDir: dirname(path),
      }));
    }
    // A client reads its version from its package.json, of which the rest would come along.
    build.onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/ }, ({ path }) => ({
      contents: JSON.stringify({ version: require(path).version }),
      loader: 'json',
    }));
  },
};

/** Matches paths that end so, with either separator. */
const endOf = (path) => new RegExp(`${path.replace(/\./g, '\\.').replace(/\//g, '[\\\\/]')}$`);

module.exports = { lambdaOnly };
