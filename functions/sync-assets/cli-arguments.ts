/** What was asked for on the command line. */
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const usage =
  'Usage: npm run sync -- <folder> <site or s3://bucket/prefix> [--dry-run] [--no-verify] [--all] [--max-delete-share 0.5] [--stage prod] [--region eu-west-1]';

/** The person has to ask otherwise; there is no bug. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export interface Order {
  /** Absolute. */
  folder: string;
  /** What it is called among the releases. */
  name: string;
  target: { site: string } | { bucket: string; prefix: string };
  dryRun: boolean;
  verify: boolean;
  /** Dot-files and node_modules, too. */
  all: boolean;
  /** Left out: as the plan has it. */
  maxDeleteShare: number | undefined;
  stage: string;
  /** Of the stack; left out: as the environment says. */
  region: string | undefined;
}

export const asksForUsage = (args: readonly string[]): boolean =>
  args.includes('--help') || args.includes('-h');

export function readOrder(args: readonly string[]): Order {
  const { values, positionals } = parsed(args);
  const [folder, target] = positionals;
  if (folder === undefined || target === undefined || positionals.length > 2) {
    throw new UsageError(`Expected a folder and where it goes.\n${usage}`);
  }
  const path = resolve(folder);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${folder} is no folder`);
  }
  const { stage } = values;
  if (!/^[a-zA-Z0-9-]+$/.test(stage)) {
    throw new UsageError(`--stage is "${stage}": expected letters, digits and hyphens`);
  }
  return {
    folder: path,
    name: basename(path),
    target: targetOf(target),
    dryRun: values['dry-run'],
    verify: values.verify,
    all: values.all,
    maxDeleteShare: shareOf(values['max-delete-share']),
    stage,
    region: values.region,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      allowNegative: true,
      options: {
        'dry-run': { type: 'boolean', default: false },
        verify: { type: 'boolean', default: true },
        all: { type: 'boolean', default: false },
        'max-delete-share': { type: 'string' },
        stage: { type: 'string', default: 'dev' },
        region: { type: 'string' },
      },
    });
  } catch (error) {
    // Node goes on with how to name a file that begins with a hyphen: hardly what was meant.
    const wrong = (error as Error).message.replace(/\. To specify a positional argument.*/, '');
    throw new UsageError(`${wrong}\n${usage}`);
  }
}

function shareOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const share = text.trim() === '' ? Number.NaN : Number(text);
  if (share > 0 && share <= 1) return share;
  throw new UsageError(`--max-delete-share is "${text}": expected a number above 0, and 1 at most`);
}

function targetOf(target: string): Order['target'] {
  if (!target.includes(':')) return { site: target };
  const [, bucket, path] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(target) ?? [];
  if (bucket === undefined || path === undefined) {
    throw new UsageError(`${target} is no place for a site: expected its name, or s3://bucket/prefix`);
  }
  return { bucket, prefix: path === '' || path.endsWith('/') ? path : `${path}/` };
}
