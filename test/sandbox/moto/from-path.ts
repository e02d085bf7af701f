/** `moto_server` on PATH, if it is new enough. */
import { constants } from 'node:fs';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { MotoCommand } from './moto.ts';
import { pythonPath } from './python-path.ts';
import { runTool } from './run-tool.ts';
import { requireVersion } from './version.ts';

export async function fromPath(): Promise<MotoCommand> {
  const program = await findOnPath('moto_server');
  if (program === undefined) throw new Error('moto_server is not on PATH');
  const version = await versionOf(program);
  requireVersion(version);
  return {
    origin: `${program}, version ${version}`,
    argv: (port) => [program, '-H', '127.0.0.1', '-p', String(port)],
    env: { PYTHONPATH: pythonPath(process.env['PYTHONPATH']) },
  };
}

async function findOnPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, name);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== '' && isThere) return file;
  }
  return undefined;
}

/**
 * moto_server cannot be asked for its version, and which python runs it is its own affair (a script's
 * first line, pyenv's shim, pipx). So that python is asked, before moto starts: it imports
 * `sitecustomize` first of all.
 */
async function versionOf(program: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'groundskeeper-'));
  try {
    await writeFile(join(folder, 'sitecustomize.py'), askVersion);
    const env = { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1' };
    const output = await runTool(program, [], { timeoutSeconds: 20, env });
    const version = /^moto=(.*)$/m.exec(output)?.[1];
    if (version === undefined) throw new Error(`${program} does not tell the version of its moto`);
    return version;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const askVersion = `
import os, sys
try:
    from importlib.metadata import version
    print("moto=" + version("moto"), flush=True)
except Exception as error:
    print(error, file=sys.stderr, flush=True)
os._exit(0)
`;
