/**
 * What Lambda itself runs a function on: its major version of Node and AWS's own runtime loader, both
 * fetched from npm into `.cache`, apart from the project: a `node` in node_modules/.bin would run
 * every npm script.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../.cache/lambda-runtime');
const nodeRelease = '24'; // nodejs24.x
const loaderRelease = '4.0.2'; // of aws-lambda-ric

/** The command that starts a function: Node, then its arguments; the handler's name comes last. */
export function lambdaRuntime(): string[] {
  const nodePrefix = join(root, `node-${nodeRelease}`);
  const node = join(nodePrefix, 'node_modules/node/bin/node');
  if (!existsSync(node)) npm(['install', '--prefix', nodePrefix, `node@${nodeRelease}`]);

  const loaderFolder = join(root, `loader-${loaderRelease}`);
  const loader = join(loaderFolder, 'package/index.mjs');
  if (!existsSync(loader)) fetchLoader(loaderFolder);
  // Its native part speaks HTTP through a C++ library that has to be compiled. Ours does so in Node.
  copyFileSync(
    join(import.meta.dirname, 'rapid-client.cjs'),
    join(loaderFolder, 'package/rapid-client.node'),
  );
  return [node, '--require', join(import.meta.dirname, 'load-native-as-script.cjs'), loader];
}

function fetchLoader(folder: string): void {
  mkdirSync(folder, { recursive: true });
  npm(['pack', '--pack-destination', folder, `aws-lambda-ric@${loaderRelease}`]);
  run('tar', ['-xzf', join(folder, `aws-lambda-ric-${loaderRelease}.tgz`), '-C', folder]);
}

const npm = (parameters: string[]) =>
  run('npm', [...parameters, '--no-audit', '--no-fund', '--loglevel=error']);

function run(command: string, parameters: string[]): void {
  const { status, stderr, error } = spawnSync(command, parameters, { encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(
    `The Lambda runtime could not be fetched; the benchmark needs the npm registry once.\n` +
      `${command} ${parameters.join(' ')}: ${error?.message ?? stderr}`,
  );
}
