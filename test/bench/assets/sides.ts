/** Who publishes: we, the peers that are installed, and the floor. */
import { spawnSync } from 'node:child_process';
import type { Command } from './measure.ts';
import { credentials, region } from './s3-process.ts';

export interface Side {
  name: string;
  /** Its own: so the sides can take turns at each step. */
  bucket: string;
  /** Makes its bucket hold what the folder holds. */
  publish: (folder: string, url: string) => Command;
  /** Uploads all and compares nothing: what the wire and the server take. */
  isFloor?: boolean;
}

const bundled = ['shared/build/run-bundled.mjs'];

const environment = (url: string) => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_EC2_METADATA_DISABLED: 'true',
});

const floor: Side = {
  name: 'floor',
  bucket: 'floor',
  isFloor: true,
  publish: (folder, url) => ({
    program: process.execPath,
    args: [...bundled, 'test/bench/assets/floor.ts', folder, `${url}/floor`],
  }),
};

export const ours: Side = {
  name: 'npm run sync',
  bucket: 'ours',
  publish: (folder, url) => ({
    program: process.execPath,
    // As `npm run sync` does: with a young generation that is larger, memory grows with garbage.
    args: ['--max-semi-space-size=2', ...bundled, 'functions/sync-assets/cli.ts', folder, 's3://ours'],
    env: environment(url),
  }),
};

const aws: Side = {
  name: 'aws s3 sync',
  bucket: 'aws',
  publish: (folder, url) => ({
    program: 'aws',
    args: ['s3', 'sync', folder, 's3://aws', '--delete', '--quiet'],
    env: environment(url),
  }),
};

const s3cmd: Side = {
  name: 's3cmd',
  bucket: 's3cmd',
  publish: (folder, url) => ({
    program: 's3cmd',
    args: [
      `--access_key=${credentials.accessKeyId}`,
      `--secret_key=${credentials.secretAccessKey}`,
      `--host=${new URL(url).host}`,
      `--host-bucket=${new URL(url).host}`,
      '--no-ssl',
      '--no-progress',
      '--quiet',
      '--delete-removed',
      'sync',
      `${folder}/`,
      's3://s3cmd/',
    ],
  }),
};

const rclone = (name: string, bucket: string, flags: readonly string[]): Side => ({
  name,
  bucket,
  publish: (folder, url) => ({
    program: 'rclone',
    args: ['sync', folder, `:s3:${bucket}`, ...flags],
    env: {
      RCLONE_CONFIG: '/dev/null',
      // What AWS's own would not do: the bucket in the path.
      RCLONE_S3_PROVIDER: 'Minio',
      RCLONE_S3_ACCESS_KEY_ID: credentials.accessKeyId,
      RCLONE_S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      RCLONE_S3_ENDPOINT: url,
      RCLONE_S3_REGION: region,
      RCLONE_S3_FORCE_PATH_STYLE: 'true',
    },
  }),
});

/** By content, at most in parallel, and with no request that is not needed. */
const tuning = [
  '--checksum',
  '--transfers=64',
  '--checkers=64',
  '--fast-list',
  '--s3-no-head',
  '--s3-no-check-bucket',
];

const all: readonly Side[] = [
  floor,
  ours,
  rclone('rclone, tuned', 'rclone-tuned', tuning),
  rclone('rclone', 'rclone', []),
  s3cmd,
  aws,
];

const versionOf: Readonly<Record<string, string>> = {
  rclone: 'version',
  s3cmd: '--version',
  aws: '--version',
};

/** Those that can be run here; of each other one, why not. */
export function findSides(): { sides: Side[]; left: string[] } {
  const left: string[] = [];
  const sides = all.filter((side) => {
    const { program } = side.publish('', 'http://localhost');
    const argument = versionOf[program];
    const isThere = argument === undefined || spawnSync(program, [argument]).status === 0;
    if (!isThere) left.push(`${side.name}: ${program} is not installed`);
    return isThere;
  });
  return { sides, left };
}
