/** The functions that the plan starts. Their code and sizes are in serverless.yml, their rights beside them. */
import { permissions as copyBackups } from '../../functions/copy-backups/permissions.ts';
import { permissions as createImages } from '../../functions/create-images/permissions.ts';
import { permissions as expireBackups } from '../../functions/expire-backups/permissions.ts';
import { permissions as invalidateCdn } from '../../functions/invalidate-cdn/permissions.ts';
import { permissions as reconcileLedger } from '../../functions/reconcile-ledger/permissions.ts';
import { permissions as scaleGroup } from '../../functions/scale-group/permissions.ts';
import { permissions as syncAssets } from '../../functions/sync-assets/permissions.ts';
import { permissions as takeDbSnapshots } from '../../functions/take-db-snapshots/permissions.ts';
import { permissions as takeSnapshots } from '../../functions/take-snapshots/permissions.ts';
import type { Permissions } from './permissions.ts';

export const functions = {
  'take-snapshots': takeSnapshots,
  'take-db-snapshots': takeDbSnapshots,
  'create-images': createImages,
  'copy-backups': copyBackups,
  'expire-backups': expireBackups,
  'reconcile-ledger': reconcileLedger,
  'sync-assets': syncAssets,
  'invalidate-cdn': invalidateCdn,
  'scale-group': scaleGroup,
} satisfies Record<string, Permissions>;

export type FunctionName = keyof typeof functions;

export const functionNames = Object.keys(functions) as FunctionName[];

/** Those that have nothing to do without sites, or without groups, and may do nothing then. */
export const siteFunctions: readonly FunctionName[] = ['sync-assets', 'invalidate-cdn'];
export const groupFunctions: readonly FunctionName[] = ['scale-group'];

/**
 * The next tick starts these anew, and they look at everything anew: Lambda neither repeats nor keeps a start that has
 * failed. Their dead-letter queues are for what the scheduler and EventBridge could not deliver.
 */
export const tickedFunctions: readonly FunctionName[] = ['scale-group'];
