/** What a function brings to the harness: an account, an event, and how the account must look in the end. */
import type { Tools } from '../../shared/tools.ts';
import type { AllClients, Handler } from './invocation.ts';
import type { Look } from './look.ts';
import type { Store, World } from './world.ts';

export interface Scenario {
  /** `<function>/<case>` */
  name: string;
  stores: readonly Store[];
  /** `npm test` tries every kind of fault on its first store; of other scenarios a few. */
  thorough?: true;
  /** Its account is slow to make: `npm test` runs it undisturbed, and cut off after the first of each kind of write. */
  sparing?: true;
  start: Date;
  handlerOf: (tools: Tools<AllClients>) => Handler;
  /** Fills the empty account, and leaves its time at `start` or later. */
  seed: (world: World) => Promise<Seeded>;
}

export interface Seeded {
  /** As its trigger delivers it. */
  event: Record<string, unknown>;
  /** What is not as it should be, once a delivery has ended well. */
  settled: (seen: Look) => string[];
  /** The name of the error with which every run ends, however well it goes; for guards that hold something back. */
  endsWith?: string;
  /** What others may do to the account while a run is under way. */
  meanwhile?: Readonly<Record<string, () => Promise<void>>>;
  /** Other events that may start the function while a run is under way: what each prepares, and its payload. */
  alongside?: Readonly<Record<string, () => Promise<Record<string, unknown>>>>;
  /** How many deliveries more at most, a minute apart, go on with what a run has begun and cannot wait for. */
  goesOn?: number;
  /** What was wrong in between, at any moment since the last look, or is wrong now. */
  observed?: (seen: Look) => string[];
}

export const functionOf = ({ name }: Pick<Scenario, 'name'>): string => name.split('/')[0] ?? name;

/** Of what kind its function is: each kind has a file of tests, so that they run side by side. */
export function tradeOf(scenario: Pick<Scenario, 'name'>): 'making' | 'keeping' | 'publishing' | 'scaling' {
  const name = functionOf(scenario);
  if (name === 'scale-group') return 'scaling';
  if (/^(take|create|copy)-/.test(name)) return 'making';
  return /^(expire|reconcile)-/.test(name) ? 'keeping' : 'publishing';
}
