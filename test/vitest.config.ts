import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest files are among the first of these, and the shortest fill up what time is left at the end. */
const order = ['faults', 'e2e', 'contract', 'unit'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ project }: TestSpecification) => order.indexOf(project.name);
    return sorted.sort((a, b) => place(a) - place(b));
  }
}

/** A folder of tests as a project: `vitest run --project unit`. */
function suite(name: string, timeoutSeconds: number, globalSetup: string[] = []) {
  return {
    extends: true as const,
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      globalSetup,
      testTimeout: timeoutSeconds * 1000,
      hookTimeout: Math.max(60, timeoutSeconds) * 1000, // hooks start a local AWS
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    // Each file outside test/unit starts a local AWS, a process of its own: more of them than cores
    // only make each other slow.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // The functions run on Node 24; that the SDK will leave the tests' Node 20 is no news in every file.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    projects: [
      suite('unit', 15),
      suite('contract', 30, ['test/sandbox/prepare.ts']),
      suite('e2e', 240, ['test/sandbox/prepare.ts']),
      suite('faults', 240, ['test/sandbox/prepare.ts']),
    ],
  },
});
