import { expect } from 'vitest';
import type { Sandbox } from '../../sandbox/types.ts';
import type { Cases } from './setting.ts';

const showing = (bucket: string) => ({
  Enabled: true,
  DefaultRootObject: 'index.html',
  Origins: [{ Id: 'site', DomainName: `${bucket}.s3.us-east-1.amazonaws.com` }],
  DefaultCacheBehavior: { TargetOriginId: 'site' },
});

/** What its distributions were told to forget; the last of them shows another bucket. */
const told = (sandbox: Sandbox, ids: readonly string[]): string[][][] =>
  ids.map((id) => sandbox.invalidationsOf(id).map(({ paths }) => [...paths]));

const distributions = (sandbox: Sandbox): string[] =>
  ['www-site', 'other-site'].map((bucket) => sandbox.putDistribution(showing(bucket)));

export const invalidateCdnCases: Cases = {
  'invalidate-cdn.synced.json': async ({ sandbox, run }) => {
    const ids = distributions(sandbox);
    expect(await run('invalidate-cdn.synced.json')).toMatchObject({ summary: { done: 1, failed: 0 } });
    const paths = ['/', '/blog', '/blog/', '/blog/index.html', '/index.html', '/old.txt'];
    expect(told(sandbox, ids)).toEqual([[paths], []]);
    // EventBridge delivers at least once.
    await run('invalidate-cdn.synced.json');
    expect(told(sandbox, ids)).toEqual([[paths], []]);
  },
  'invalidate-cdn.by-hand.json': async ({ sandbox, run }) => {
    const ids = distributions(sandbox);
    const { outcomes } = await run('invalidate-cdn.by-hand.json');
    expect(outcomes).toMatchObject([{ resource: ids[0], reason: 'asked', outcome: 'done' }]);
    expect(outcomes[0]?.detail).toContain('; completed; ');
    expect(told(sandbox, ids)).toEqual([[['/', '/img/*', '/index.html']], []]);
  },
  'invalidate-cdn.dry-run.json': async ({ sandbox, run }) => {
    const ids = distributions(sandbox);
    const { outcomes } = await run('invalidate-cdn.dry-run.json');
    expect(outcomes).toMatchObject([{ resource: ids[0], reason: 'changed', outcome: 'withheld' }]);
    expect(outcomes[0]?.detail).toContain('4 paths; $0.020');
    expect(told(sandbox, ids)).toEqual([[], []]);
  },
};
