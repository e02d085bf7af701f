/** Gets moto, the emulator behind the sandbox, in whatever way this machine allows. */
import { cachedFromDebian, fromDebian } from './from-debian.ts';
import { fromDocker } from './from-docker.ts';
import { fromPath } from './from-path.ts';
import { cachedFromPip, fromPip } from './from-pip.ts';
import { say } from './say.ts';

/** How to run moto. */
export interface MotoCommand {
  /** For people: where it came from. */
  origin: string;
  argv(port: number): string[];
  env: Readonly<Record<string, string>>;
}

/** Each throws with the reason if moto is not to be had that way. In the order in which they are tried. */
const ways: Readonly<Record<string, () => Promise<MotoCommand>>> = {
  path: fromPath,
  cached: fromCache,
  pip: fromPip,
  debian: fromDebian,
  docker: fromDocker,
};

async function fromCache(): Promise<MotoCommand> {
  const command = (await cachedFromPip()) ?? (await cachedFromDebian());
  if (command === undefined) throw new Error('nothing in .cache/moto/ yet');
  return command;
}

/**
 * `only`: the one way to try, `GROUNDSKEEPER_MOTO` by default; else all of them in turn.
 *
 * @throws Error that says what was tried, why each way failed, and what to install.
 */
export async function getMoto(only = process.env['GROUNDSKEEPER_MOTO']): Promise<MotoCommand> {
  const names = only ? [only] : Object.keys(ways);
  const failures: string[] = [];
  for (const name of names) {
    const outcome = await tryWay(name);
    if (typeof outcome !== 'string') return outcome;
    failures.push(`  ${name}: ${outcome}`);
  }
  throw new Error(
    `The local AWS needs moto 5.2 or later, and it could not be had:\n${failures.join('\n')}\n` +
      `Install one of: Python 3.10 or later with "pip install 'moto[server]'" (moto_server on PATH); ` +
      'python3 with its venv module; apt on a Debian machine with its archive in reach; docker.',
  );
}

/** How to run moto, or why it is not to be had in this way. */
async function tryWay(name: string): Promise<MotoCommand | string> {
  const way = ways[name];
  if (way === undefined) {
    throw new Error(`GROUNDSKEEPER_MOTO is "${name}": expected one of ${Object.keys(ways).join(', ')}`);
  }
  try {
    const command = await way();
    if (name !== 'path') say(`moto: ${command.origin}`);
    return command;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
