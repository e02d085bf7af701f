import { expect } from 'vitest';
import type { Cases } from './setting.ts';

export const takeSnapshotsCases: Cases = {
  'take-snapshots.daily.json': async ({ account, volume, run }) => {
    expect(await run('take-snapshots.daily.json')).toMatchObject({ summary: { done: 1 } });
    expect(await account.snapshots()).toEqual([expect.objectContaining({ source: volume, tier: 'daily' })]);
  },
  'take-snapshots.by-hand.json': async ({ account, volume, run }) => {
    expect(await run('take-snapshots.by-hand.json')).toMatchObject({ summary: { done: 1 } });
    expect(await account.snapshots()).toEqual([expect.objectContaining({ source: volume, tier: 'manual' })]);
  },
  'take-snapshots.dry-run.json': async ({ account, run }) => {
    expect(await run('take-snapshots.dry-run.json')).toMatchObject({
      dryRun: true,
      summary: { withheld: 1 },
    });
    expect(await account.snapshots()).toEqual([]);
    expect(await account.ledgerRows()).toEqual([]);
  },
};
