/** Gets moto, the emulator behind the sandbox, in whatever way this machine allows. */
import { fromPath } from './from-path.ts';

/** How to run moto. */
export interface MotoCommand {
  /** For people: where it came from. */
  origin: string;
  argv(port: number): string[];
  env: Readonly<Record<string, string>>;
}

/** One way of getting moto; throws with the reason if it is not to be had that way. */
export type Way = () => Promise<MotoCommand>;

const ways = { path: fromPath } satisfies Record<string, Way>;

/** @throws Error that says what was tried, why each way failed, and what to install. */
export async function getMoto(): Promise<MotoCommand> {
  const failures: string[] = [];
  for (const [name, way] of Object.entries(ways)) {
    try {
      return await way();
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(failures.join('\n'));
}
