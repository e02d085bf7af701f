/** Moto in a virtual environment of our own. */
import { join } from 'node:path';
import type { MotoCommand } from './moto.ts';
import { findInstall, makeInstall } from './private-install.ts';
import { pythonPath } from './python-path.ts';
import { runTool } from './run-tool.ts';
import { say } from './say.ts';
import { chosenMoto } from './version.ts';

const name = `pip-${chosenMoto}`;

export async function cachedFromPip(): Promise<MotoCommand | undefined> {
  const folder = await findInstall(name);
  return folder === undefined ? undefined : commandIn(folder);
}

export async function fromPip(): Promise<MotoCommand> {
  return (await cachedFromPip()) ?? commandIn(await makeInstall(name, install));
}

async function install(folder: string): Promise<void> {
  const python = join(folder, 'bin', 'python');
  await runTool('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))'], {
    timeoutSeconds: 10,
  });
  say('making a virtual environment for moto');
  // Debian's python3 lacks ensurepip unless python3-venv is installed: this then fails and says so.
  await runTool('python3', ['-m', 'venv', folder], { timeoutSeconds: 120 });
  say(`installing moto ${chosenMoto} with pip`);
  const quick = ['--retries', '0', '--timeout', '5', '--disable-pip-version-check', '--no-input', '--quiet'];
  await runTool(python, ['-m', 'pip', 'install', ...quick, `moto[server]==${chosenMoto}`], {
    timeoutSeconds: 300,
  });
  await runTool(python, ['-c', 'import moto.server'], { timeoutSeconds: 120 });
}

function commandIn(folder: string): MotoCommand {
  return {
    origin: `${folder}, version ${chosenMoto}`,
    // Not bin/moto_server: its first line names the folder that the environment was made in.
    argv: (port) => [
      join(folder, 'bin', 'python'),
      '-m',
      'moto.server',
      '-H',
      '127.0.0.1',
      '-p',
      String(port),
    ],
    env: { PYTHONPATH: pythonPath(), PYTHONNOUSERSITE: '1' },
  };
}
