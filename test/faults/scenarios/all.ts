/** Every function's scenarios: a new function adds its own here. */
import type { Scenario } from '../scenario.ts';
import { copyBackupsScenarios } from './copy-backups.ts';
import { createImagesScenarios } from './create-images.ts';
import { expireBackupsScenarios } from './expire-backups.ts';
import { expireKindsScenarios } from './expire-kinds.ts';
import { expireQueueScenarios } from './expire-queue.ts';
import { invalidateCdnScenarios } from './invalidate-cdn.ts';
import { reconcileLedgerScenarios } from './reconcile-ledger.ts';
import { scaleGroupScenarios } from './scale-group.ts';
import { scaleGroupMembersScenarios } from './scale-group-members.ts';
import { syncAssetsScenarios } from './sync-assets.ts';
import { takeDbSnapshotsScenarios } from './take-db-snapshots.ts';
import { takeSnapshotsScenarios } from './take-snapshots.ts';

export const scenarios: readonly Scenario[] = [
  ...takeSnapshotsScenarios,
  ...takeDbSnapshotsScenarios,
  ...createImagesScenarios,
  ...copyBackupsScenarios,
  ...expireBackupsScenarios,
  ...expireKindsScenarios,
  ...expireQueueScenarios,
  ...reconcileLedgerScenarios,
  ...invalidateCdnScenarios,
  ...syncAssetsScenarios,
  ...scaleGroupScenarios,
  ...scaleGroupMembersScenarios,
];
