/**
 * Leaves out the SDK's chain of credential providers (profiles, SSO, web identity, instance metadata):
 * Lambda puts its role's credentials into the environment and nowhere else.
 */
const environmentCredentials = {
  name: 'environment-credentials',
  setup(build) {
    build.onLoad({ filter: /@aws-sdk[\\/]credential-provider-node[\\/]dist-es[\\/]index\.js$/ }, () => ({
      contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
      loader: 'js',
      resolveDir: __dirname,
    }));
  },
};

module.exports = { environmentCredentials };
