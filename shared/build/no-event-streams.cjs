/**
 * Leaves out the SDK's event streams, which no call here uses. Every client imports them dynamically,
 * and what a dynamic import reaches esbuild keeps whole: most of `@smithy/core`, used or not. A call
 * that does need them fails with the message below.
 */
const noEventStreams = {
  name: 'no-event-streams',
  setup(build) {
    build.onLoad(
      { filter: /@smithy[\\/]core[\\/]dist-es[\\/]submodules[\\/]event-streams[\\/]index\.js$/ },
      () => ({
        contents:
          "throw new Error('Event streams are left out of the bundle: shared/build/no-event-streams.cjs');",
        loader: 'js',
      }),
    );
  },
};

module.exports = { noEventStreams };
