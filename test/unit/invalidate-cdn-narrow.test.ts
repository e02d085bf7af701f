import { describe, expect, it } from 'vitest';
import { invalidateCdnJob } from '../../functions/invalidate-cdn/job.ts';
import { narrow } from '../../functions/invalidate-cdn/narrow.ts';
import { EventError } from '../../shared/errors.ts';

const job = invalidateCdnJob.parse({ site: 'www', bucket: 'www-site' });
const changes = { added: [], changed: ['index.html'], deleted: [] };

const event = (overrides: object = {}) => ({
  version: '0',
  'detail-type': 'Assets Synced',
  source: 'groundskeeper',
  detail: {
    owner: 'groundskeeper-test',
    site: 'www',
    release: '2026-11-21',
    publication: '7',
    bucket: 'www-site',
    prefix: '',
    changes,
    ...overrides,
  },
});

describe('the event of a publication', () => {
  it('makes the job one for what it changed', () => {
    expect(narrow(job, event())).toEqual({ ...job, release: '2026-11-21', publication: '7', changes });
  });

  it('may refer to a list in the bucket', () => {
    const changesKey = '.groundskeeper/changes/1.json';
    const narrower = narrow(job, event({ changes: undefined, changesKey }));
    expect(narrower).toMatchObject({ changesKey });
    expect(narrower?.changes).toBeUndefined();
  });

  it('says where the release went, whatever the plan says', () => {
    expect(narrow(job, event({ bucket: 'old-site', prefix: 'www/' }))).toMatchObject({
      bucket: 'old-site',
      prefix: 'www/',
    });
  });

  it('is none of its business if it is of another site', () => {
    expect(narrow(job, event({ site: 'blog' }))).toBeUndefined();
  });

  it('may have fields of a later version', () => {
    expect(narrow(job, event({ more: true }))).toBeDefined();
  });

  it.each([
    ['another event', { ...event(), 'detail-type': 'Object Created' }],
    ['one that does not say what changed', event({ changes: undefined })],
    ['one without a publication', event({ publication: undefined })],
  ])('is refused if it is %s', (_, wrong) => {
    expect(() => narrow(job, wrong)).toThrow(EventError);
  });
});

describe('the job', () => {
  it.each([
    ['a path without its slash', { paths: ['index.html'] }],
    ['an asterisk that is not last', { paths: ['/a*b'] }],
    ['paths and changes', { paths: ['/a'], changes }],
    ['a distribution that is none', { distributions: ['www.example.com'] }],
    ['a waste below nothing', { waste: -1 }],
  ])('refuses %s', (_, wrong) => {
    expect(invalidateCdnJob.safeParse({ site: 'www', bucket: 'www-site', ...wrong }).success).toBe(false);
  });
});
