import { type AutomationFunction, type CommonJob, entrypoint } from '../../../shared/entrypoint.ts';
import { type AllClients, invoke } from '../invocation.ts';
import type { World } from '../world.ts';

/** Another function runs from its start to its end while one under test is at a call. */
export async function runMeanwhile<Job extends CommonJob>(
  world: World,
  automation: AutomationFunction<Job, AllClients>,
  payload: Record<string, unknown>,
): Promise<void> {
  const { ending } = await invoke(world, {
    handlerOf: (tools) => entrypoint(automation, tools),
    payload,
    // Each is an event of its own.
    requestId: `meanwhile-${world.sandbox.calls.length}`,
    random: () => 0.5,
  });
  if (ending.kind !== 'returned') throw new Error(`${automation.name} did not run meanwhile: ${ending.kind}`);
}
