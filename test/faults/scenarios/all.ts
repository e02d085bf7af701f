/** Every function's scenarios: a new function adds its own here. */
import type { Scenario } from '../scenario.ts';
import { copyBackupsScenarios } from './copy-backups.ts';
import { expireBackupsScenarios } from './expire-backups.ts';
import { reconcileLedgerScenarios } from './reconcile-ledger.ts';
import { takeDbSnapshotsScenarios } from './take-db-snapshots.ts';
import { takeSnapshotsScenarios } from './take-snapshots.ts';

export const scenarios: readonly Scenario[] = [
  ...takeSnapshotsScenarios,
  ...takeDbSnapshotsScenarios,
  ...copyBackupsScenarios,
  ...expireBackupsScenarios,
  ...reconcileLedgerScenarios,
];
