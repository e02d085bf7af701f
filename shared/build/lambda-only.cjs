const { existsSync, readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

const nodeModules = join(__dirname, '../../node_modules');

/** `code` with a throw in place of `#throw` that says what is missing and where to put it back. */
const leftOut = (code, what) =>
  code.replace(
    '#throw',
    `throw new Error('${what} is left out of this bundle: shared/build/lambda-only.cjs');`,
  );

/**
 * DynamoDB's endpoints without those of an account (`<account>.ddb.<region>…`), which need an account id
 * in the credentials, and Lambda puts none there. What is left are the rules of EC2 with another name.
 */
function regionalEndpoints() {
  const rules = readFileSync(join(nodeModules, '@aws-sdk/client-ec2/dist-es/endpoint/bdd.js'), 'utf8');
  const parts = rules.split('"https://ec2');
  if (parts.length !== 6) throw new Error("EC2's endpoints are not as shared/build/lambda-only.cjs expects");
  return parts.join('"https://dynamodb');
}

/**
 * Parts of the SDK that a function on Lambda never runs, and what stands in their place. If a release of
 * the SDK moves one, the build fails.
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
    module: '@aws-sdk/client-dynamodb/dist-es/endpoint/bdd.js',
    instead: regionalEndpoints(),
  },
  {
    // Whether to use the endpoints of an account.
    module: '@aws-sdk/core/dist-es/submodules/account-id-endpoint/index.js',
    instead: `export const resolveAccountIdEndpointModeConfig = (config) => config;
      export const NODE_ACCOUNT_ID_ENDPOINT_MODE_CONFIG_OPTIONS = {
        environmentVariableSelector: () => 'disabled',
        configFileSelector: () => undefined,
        default: 'disabled',
      };`,
  },
  {
    // Only with AWS_ENABLE_ENDPOINT_DISCOVERY, which no function is given.
    module: '@aws-sdk/middleware-endpoint-discovery/dist-es/index.js',
    instead: `export const resolveEndpointDiscoveryConfig = (config) => config;
      export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
        environmentVariableSelector: () => undefined,
        configFileSelector: () => undefined,
        default: false,
      };`,
  },
  // No client here is given an extension …
  ...['ec2', 'dynamodb', 'rds', 'ssm', 'sqs', 'auto-scaling', 'eventbridge', 'cloudfront'].map((service) => ({
    module: `@aws-sdk/client-${service}/dist-es/runtimeExtensions.js`,
    instead: 'export const resolveRuntimeExtensions = (config) => config;',
  })),
  {
    // … or a logger,
    module: '@aws-sdk/core/dist-es/submodules/client/middleware-logger/loggerMiddleware.js',
    instead: `export const loggerMiddleware = undefined;
      export const loggerMiddlewareOptions = undefined;
      export const getLoggerPlugin = () => ({ applyToStack() {} });`,
  },
  {
    // for which this takes secrets out of what is logged.
    module: '@smithy/core/dist-es/submodules/client/smithy-client/schemaLogFilter.js',
    instead: leftOut('export const schemaLogFilter = () => { #throw };', 'Logging by the SDK'),
  },
  {
    // What is asked of S3's endpoints alone.
    module: '@smithy/core/dist-es/submodules/endpoints/middleware-endpoint/service-customizations/index.js',
    instead: leftOut('export const resolveParamsForS3 = () => { #throw };', 'S3'),
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
      if (!existsSync(join(nodeModules, module))) {
        throw new Error(
          `the SDK has no ${module}: see what took its place, for shared/build/lambda-only.cjs`,
        );
      }
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
