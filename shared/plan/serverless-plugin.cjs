/** Stops every command on a plan that is wrong: one message, no stack, exit code 1. */
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
