/**
 * `${file(./shared/plan/serverless.cjs):…}` in serverless.yml. osls loads CommonJS only, hence this
 * door to the TypeScript beside it.
 */
const { require: requireTypeScript } = require('tsx/cjs/api');

/** Read once, whichever variable asks first. */
let parts;

module.exports = async ({ resolveConfigurationProperty }) => {
  const service = await resolveConfigurationProperty(['service']);
  const stage = await resolveConfigurationProperty(['provider', 'stage']);
  const region = await resolveConfigurationProperty(['provider', 'region']);
  const { serverlessParts } = requireTypeScript('./serverless.ts', __filename);
  parts ??= serverlessParts({ service, stage, region });
  return parts;
};

/** For the plugin: what is wrong with the plan, if anything is. */
module.exports.mistakes = () => parts?.mistakes;
