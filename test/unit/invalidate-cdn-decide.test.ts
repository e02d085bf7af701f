import { describe, expect, it } from 'vitest';
import { type Decision, decideInvalidation, type Subject } from '../../functions/invalidate-cdn/decide.ts';
import { deferred, secondsLeft } from '../../functions/invalidate-cdn/defer.ts';
import type { SeenDistribution } from '../../functions/invalidate-cdn/distributions.ts';
import { invalidateCdnJob } from '../../functions/invalidate-cdn/job.ts';
import { siteOrigins } from '../../functions/invalidate-cdn/origins.ts';
import type { Changes } from '../../shared/sites/synced.ts';
import { aDistribution } from '../builders.ts';

const site = { site: 'www', bucket: 'www-site' };

const seen = (overrides: Parameters<typeof aDistribution>[0] = {}): SeenDistribution => {
  const distribution = { rootObject: 'index.html', ...aDistribution(overrides) };
  return { ...distribution, shows: siteOrigins(distribution, { ...site, prefix: '', index: 'index.html' }) };
};

const subject = (changes: Partial<Changes>, overrides: Record<string, unknown> = {}): Subject => ({
  job: invalidateCdnJob.parse({ ...site, ...overrides }),
  changes: { added: [], changed: [], deleted: [], ...changes },
  publication: '7',
  readKeys: async () => ['a.html', 'b.html', 'c.html'],
});

async function pathsOf(decision: Promise<Decision>): Promise<readonly string[]> {
  const decided = await decision;
  return decided.kind === 'invalidate' ? decided.invalidation.paths : [];
}

describe('what a distribution is to forget', () => {
  it('is what changed and what was deleted, not what is new', async () => {
    const changes = { added: ['new.html'], changed: ['a.html'], deleted: ['old.html'] };
    expect(await decideInvalidation(seen(), subject(changes))).toMatchObject({
      kind: 'invalidate',
      reason: 'changed',
      invalidation: { paths: ['/a.html', '/old.html'], needless: 0 },
    });
  });

  it('is nothing where only new files came', async () => {
    const decision = await decideInvalidation(seen(), subject({ added: ['new.html'] }));
    expect(decision).toMatchObject({ kind: 'keep', reason: 'nothing-served' });
  });

  it('is new files, too, where it keeps the answer that they are not there', async () => {
    const errorResponses = [{ code: 404, page: '', seconds: 300 }];
    const paths = pathsOf(decideInvalidation(seen({ errorResponses }), subject({ added: ['new.html'] })));
    expect(await paths).toEqual(['/new.html']);
  });

  it('is no new file where it forgets by itself, in a minute, that it was not there', async () => {
    const errorResponses = [
      { code: 404, page: '/404.html', seconds: 60 },
      { code: 500, page: '', seconds: 3600 },
    ];
    const decision = decideInvalidation(seen({ errorResponses }), subject({ added: ['new.html'] }));
    expect(await decision).toMatchObject({ reason: 'nothing-served' });
  });

  it('is all of it where a page changed that is answered at paths which nobody knows', async () => {
    const errorResponses = [{ code: 403, page: '/index.html', seconds: 300 }];
    expect(
      await decideInvalidation(seen({ errorResponses }), subject({ changed: ['index.html'] })),
    ).toMatchObject({
      reason: 'error-page-changed',
      invalidation: { paths: ['/*'] },
    });
    const briefly = [{ code: 403, page: '/index.html', seconds: 10 }];
    const paths = pathsOf(
      decideInvalidation(seen({ errorResponses: briefly }), subject({ changed: ['index.html'] })),
    );
    expect(await paths).toEqual(['/', '/index.html']);
  });

  it('is what a person names', async () => {
    const asked = subject({}, { paths: ['/b*', '/a', '/a'] });
    expect(await decideInvalidation(seen(), asked)).toMatchObject({
      reason: 'asked',
      invalidation: { paths: ['/a', '/b*'], wildcards: 1 },
    });
  });

  it('is nothing where it is disabled', async () => {
    const decision = decideInvalidation(seen({ isEnabled: false }), subject({ changed: ['a.html'] }));
    expect(await decision).toMatchObject({ kind: 'keep', reason: 'disabled' });
  });
});

describe('the reference', () => {
  const referenceOf = async (distribution: SeenDistribution, one: Subject): Promise<string> => {
    const decision = await decideInvalidation(distribution, one);
    return decision.kind === 'invalidate' ? decision.reference : '';
  };
  const changes = { changed: ['a.html', 'b.html'] };

  it('is the same for the same event, however what changed is covered', async () => {
    const first = await referenceOf(seen(), subject(changes));
    expect(first).toMatch(/^groundskeeper-[0-9a-f]{40}$/);
    expect(await referenceOf(seen(), { ...subject(changes), readKeys: async () => undefined })).toBe(first);
    expect(await referenceOf(seen(), subject({ changed: ['b.html', 'a.html'] }, { waste: 0 }))).toBe(first);
  });

  it('is another for another publication, distribution or change', async () => {
    const references = await Promise.all([
      referenceOf(seen(), subject(changes)),
      referenceOf(seen(), { ...subject(changes), publication: '8' }),
      referenceOf(seen({ id: 'E2OTHER' }), subject(changes)),
      referenceOf(seen(), subject({ changed: ['a.html'] })),
    ]);
    expect(new Set(references).size).toBe(4);
  });
});

describe('a distribution without room', () => {
  const changed = Array.from({ length: 40 }, (_, i) => `${i % 8}/${i}.html`);
  const now = new Date('2026-11-21T02:15:00Z');

  it('is asked for less each time', async () => {
    const deferral = { attempts: 9, since: now.toISOString(), notBefore: now.toISOString() };
    const decision = await decideInvalidation(seen(), subject({ changed }, { deferral }));
    const { paths, wildcards } = (decision as Extract<Decision, { kind: 'invalidate' }>).invalidation;
    expect(wildcards).toBeLessThanOrEqual(1);
    expect(paths.length - wildcards).toBeLessThanOrEqual(3000 >> 9);
  });

  it('is never asked for as more than the site, however often there was no room', async () => {
    const deferral = { attempts: 16, since: now.toISOString(), notBefore: now.toISOString() };
    const wanted = { ...site, prefix: 'blog/', index: 'index.html' };
    const distribution = { ...seen(), shows: siteOrigins(seen(), wanted) };
    const pages = ['blog/index.html', 'blog/a.html', 'blog/c.html'];
    const decision = decideInvalidation(
      distribution,
      subject({ changed: pages }, { prefix: 'blog/', deferral }),
    );
    expect(await pathsOf(decision)).toEqual(['/blog', '/blog/*']);
  });

  it('is asked again after waits that grow to half an hour, for six hours', () => {
    const waits: number[] = [];
    let time = now;
    let job: Subject['job'] | undefined = subject({ changed }).job;
    while (job) {
      job = deferred('E1EXAMPLE', { job, publication: '7' }, time);
      if (!job?.deferral) break;
      const notBefore = new Date(job.deferral.notBefore);
      waits.push((notBefore.getTime() - time.getTime()) / 60_000);
      expect(secondsLeft(job, time)).toBe((notBefore.getTime() - time.getTime()) / 1_000);
      time = notBefore;
    }
    expect(waits.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 30, 30]);
    expect(time.getTime() - now.getTime()).toBeGreaterThan(6 * 3_600_000);
    expect(time.getTime() - now.getTime()).toBeLessThanOrEqual(6.6 * 3_600_000);
  });

  it('is alone in the job that comes again, with the same publication', () => {
    const job = deferred('E1EXAMPLE', { job: subject({ changed }).job, publication: '7' }, now);
    expect(job).toMatchObject({ distributions: ['E1EXAMPLE'], publication: '7', deferral: { attempts: 1 } });
    expect(invalidateCdnJob.parse(JSON.parse(JSON.stringify(job)))).toEqual(job);
  });
});
