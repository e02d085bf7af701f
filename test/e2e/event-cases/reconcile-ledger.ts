import { expect } from 'vitest';
import type { Cases } from './setting.ts';

export const reconcileLedgerCases: Cases = {
  'reconcile-ledger.hourly.json': async ({ run }) => {
    await run('take-snapshots.daily.json');
    const report = await run('reconcile-ledger.hourly.json');
    expect(report.outcomes).toContainEqual(
      expect.objectContaining({ resource: 'data/monthly', decision: 'measure' }),
    );
  },
  'reconcile-ledger.every-kind.json': async ({ run }) => {
    await run('take-snapshots.daily.json');
    const report = await run('reconcile-ledger.every-kind.json');
    expect(report.outcomes).toContainEqual(
      expect.objectContaining({ resource: 'data/daily', decision: 'measure' }),
    );
    const empty = report.outcomes.filter(({ reason }) => reason === 'nothing-selected');
    expect(empty.map(({ resource }) => resource)).toEqual(['web', 'shop', 'machines']);
  },
  'reconcile-ledger.retag.json': async ({ account, run, sample, start }) => {
    await start('take-snapshots', { ...(sample('take-snapshots.daily.json') as object), keep: '1 month' });
    const [before] = await account.snapshots();
    const report = await run('reconcile-ledger.retag.json');
    expect(report.outcomes).toContainEqual(
      expect.objectContaining({ resource: before?.id, decision: 'retag', outcome: 'done' }),
    );
  },
  'reconcile-ledger.by-hand.json': async ({ run }) => {
    await run('take-snapshots.daily.json');
    const report = await run('reconcile-ledger.by-hand.json');
    expect(report.outcomes).toEqual([expect.objectContaining({ decision: 'keep', reason: 'agrees' })]);
  },
};
