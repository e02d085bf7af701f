/** Stops every command on a plan that is wrong: one message, no stack, exit code 1. */
// The functions run on Node 24; the SDK's long note on the Node of this machine is for none of them.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const { mistakes } = require('./serverless.cjs');

module.exports = class GroundskeeperPlan {
  constructor(serverless) {
    this.hooks = {
      initialize: () => {
        const message = mistakes();
        if (message) throw new serverless.classes.Error(message, 'GROUNDSKEEPER_PLAN');
      },
    };
  }
};
