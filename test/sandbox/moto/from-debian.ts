/**
 * Moto from Debian's packages, without root and without touching the machine: an apt of our own with
 * its own state downloads the whole closure, C library and python included, so that the versions
 * which the machine has do not matter; it is unpacked and run by its own dynamic linker.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { debianMirrors } from './debian-mirror.ts';
import type { MotoCommand } from './moto.ts';
import { exists, findInstall, makeInstall } from './private-install.ts';
import { pythonPath } from './python-path.ts';
import { runTool } from './run-tool.ts';
import { say } from './say.ts';
import { requireVersion } from './version.ts';

const name = 'debian';

/** Stable's moto is 5.1 (Debian 13); unstable may be broken for a day, then testing serves. */
const suites = ['sid', 'testing'];

/** moto's package only recommends what these services of it import: Lambda, API Gateway, Cognito … */
const packages = [
  'python3-moto',
  'python3-flask-cors',
  'python3-docker',
  'python3-graphql-core',
  'python3-joserfc',
  'python3-jsonpath-ng',
  'python3-openapi-spec-validator',
  'python3-pyparsing',
  'python3-yaml',
  'ca-certificates',
];

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

export async function cachedFromDebian(): Promise<MotoCommand | undefined> {
  const folder = await findInstall(name);
  return folder === undefined ? undefined : commandIn(folder);
}

export async function fromDebian(): Promise<MotoCommand> {
  return (await cachedFromDebian()) ?? commandIn(await makeInstall(name, install));
}

async function install(folder: string): Promise<void> {
  const architecture = (await runTool('dpkg', ['--print-architecture'], { timeoutSeconds: 10 })).trim();
  await download(folder, architecture);
  say('unpacking moto');
  await unpack(folder);
  await writeShims(folder);
  say('checking moto (python compiles it once)');
  const { linker, args, env } = await python(folder);
  const check = ['-c', 'import importlib.metadata as m, moto.server; print(m.version("moto"))'];
  const options = { timeoutSeconds: 180, env: { ...process.env, ...env } };
  const version = await runTool(linker, [...args, ...check], options);
  requireVersion(version.trim());
  await writeFile(join(folder, 'version'), version.trim());
}

/** Tries each mirror and suite in turn. */
async function download(folder: string, architecture: string): Promise<void> {
  const failures: string[] = [];
  for (const suite of suites) {
    for (const mirror of await debianMirrors()) {
      try {
        return await downloadFrom(folder, `${mirror} ${suite}`, architecture);
      } catch (error) {
        failures.push(`${mirror} ${suite}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  throw new Error(failures.join('; '));
}

async function downloadFrom(folder: string, source: string, architecture: string): Promise<void> {
  const apt = join(folder, 'apt');
  await rm(apt, { recursive: true, force: true });
  for (const part of ['state/lists/partial', 'cache/archives/partial', 'parts']) {
    await mkdir(join(apt, part), { recursive: true });
  }
  await writeFile(join(apt, 'state', 'status'), ''); // nothing is installed: so apt fetches everything
  const signedBy = (await exists(keyring)) ? ` signed-by=${keyring}` : '';
  await writeFile(join(apt, 'sources.list'), `deb [arch=${architecture}${signedBy}] ${source} main\n`);
  await writeFile(join(apt, 'apt.conf'), aptConfiguration(apt));
  const options = ['-c', join(apt, 'apt.conf'), '-qq', '-o', 'APT::Update::Error-Mode=any'];
  say(`reading the package lists of ${source}`);
  await runTool('apt-get', [...options, 'update'], { timeoutSeconds: 120 });
  say('downloading moto and all that it needs (about 40 MB)');
  const fetch = ['install', '--yes', '--download-only', ...packages];
  await runTool('apt-get', [...options, ...fetch], { timeoutSeconds: 600 });
}

/** Read after the machine's own configuration, whose proxy settings stay in force. */
const aptConfiguration = (apt: string) => `
Dir::State "${apt}/state";
Dir::State::status "${apt}/state/status";
Dir::Cache "${apt}/cache";
Dir::Etc::sourcelist "${apt}/sources.list";
Dir::Etc::sourceparts "${apt}/parts";
Dir::Etc::preferences "${apt}/none";
Dir::Etc::preferencesparts "${apt}/parts";
// Root's apt would drop to a user that may not write here.
APT::Sandbox::User "root";
APT::Install-Recommends "false";
APT::Get::AllowUnauthenticated "false";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "10";
Acquire::https::Timeout "10";
Debug::NoLocking "true";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
#clear DPkg::Post-Invoke;
`;

async function unpack(folder: string): Promise<void> {
  const archives = join(folder, 'apt', 'cache', 'archives');
  const root = join(folder, 'root');
  await mkdir(root);
  for (const file of await readdir(archives)) {
    if (file.endsWith('.deb'))
      await runTool('dpkg-deb', ['-x', join(archives, file), root], { timeoutSeconds: 60 });
  }
  await rm(join(folder, 'apt'), { recursive: true, force: true });
}

/**
 * What the packages expect of an installed system. certifi: Debian's names a file that the machine may
 * not have, and requests reads it on import. cfn-lint: not in Debian; moto calls it to validate a
 * template, and this one finds no fault with any.
 */
async function writeShims(folder: string): Promise<void> {
  const certificates = join(folder, 'root', 'usr', 'share', 'ca-certificates', 'mozilla');
  const bundle: string[] = [];
  for (const file of await readdir(certificates))
    bundle.push(await readFile(join(certificates, file), 'utf8'));
  const files = {
    'certifi/ca-bundle.pem': bundle.join('\n'),
    'certifi/__init__.py': certifiShim,
    'cfnlint/__init__.py': '',
    'cfnlint/api.py': 'def lint(*_):\n    return []\n',
    'cfnlint/config.py': 'def configure_logging(*_):\n    pass\n',
    'cfnlint/core.py': 'def get_rules(*_):\n    return []\n',
  };
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, 'shims', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

const certifiShim = `
import os

def where():
    return os.path.join(os.path.dirname(__file__), "ca-bundle.pem")

def contents():
    with open(where(), encoding="utf-8") as bundle:
        return bundle.read()
`;

interface UnpackedPython {
  linker: string;
  args: string[];
  env: Record<string, string>;
}

/** The unpacked python, run by the dynamic linker that was unpacked with it. */
async function python(folder: string): Promise<UnpackedPython> {
  const usr = join(folder, 'root', 'usr');
  const linker = await findOne(join(usr, 'lib'), /^[^/]+-linux-gnu[^/]*\/ld-linux[^/]*\.so\.\d+$/);
  const program = await findOne(join(usr, 'bin'), /^python3\.\d+$/);
  return {
    linker,
    args: ['--library-path', dirname(linker), program],
    env: {
      PYTHONHOME: usr,
      PYTHONPATH: pythonPath(join(folder, 'shims'), join(usr, 'lib', 'python3', 'dist-packages')),
      PYTHONNOUSERSITE: '1',
      PYTHONUTF8: '1',
      LD_PRELOAD: '',
    },
  };
}

async function findOne(folder: string, pattern: RegExp): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = entries.filter((entry) => entry.isDirectory() && entry.name.includes('-linux-gnu'));
  const names = entries.map((entry) => entry.name);
  for (const { name: inner } of nested) {
    for (const file of await readdir(join(folder, inner))) names.push(`${basename(inner)}/${file}`);
  }
  const found = names.find((candidate) => pattern.test(candidate));
  if (found === undefined) throw new Error(`nothing like ${pattern.source} in ${folder}`);
  return join(folder, found);
}

async function commandIn(folder: string): Promise<MotoCommand> {
  const { linker, args, env } = await python(folder);
  return {
    origin: `${folder}, version ${await readFile(join(folder, 'version'), 'utf8')}`,
    argv: (port) => [linker, ...args, '-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
    env,
  };
}
