import { describe, expect, it, test } from 'vitest';
import { openEnvelope } from '../../shared/envelope.ts';
import { EventError } from '../../shared/errors.ts';

const job = { backup: 'data', keep: '7 days' };

describe('opening a payload', () => {
  test.each<[string, unknown]>([
    ['a bare job, as a schedule and a person send it', job],
    ['a job that an EventBridge rule wraps', { job, event: { 'detail-type': 'EBS Snapshot Notification' } }],
    ['a wrapper without an event', { job }],
    ['an event that is not an object', { job, event: 'whatever the rule sends' }],
  ])('finds the job in %s', (_what, payload) => {
    expect(openEnvelope(payload)).toEqual(job);
  });

  it('takes an empty job for a job', () => {
    expect(openEnvelope({})).toEqual({});
    expect(openEnvelope({ job: {} })).toEqual({});
  });

  it('leaves a job alone that is wrapped twice: its validation refuses it', () => {
    expect(openEnvelope({ job: { job } })).toEqual({ job });
  });

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'The payload is empty: expected a job, a JSON object'],
    ['null', null, 'The payload is empty: expected a job, a JSON object'],
    ['a list', [job], 'The payload is a list: expected a job, a JSON object'],
    ['text', JSON.stringify(job), 'The payload is a string: expected a job, a JSON object'],
    ['a number', 7, 'The payload is a number: expected a job, a JSON object'],
    ['a truth value', true, 'The payload is a boolean: expected a job, a JSON object'],
    [
      'an AWS event',
      { version: '0', 'detail-type': 'Scheduled Event', source: 'aws.scheduler', detail: '{}' },
      'The payload is the AWS event "Scheduled Event": expected a job. Give the trigger the job as its input.',
    ],
    ['a wrapper around nothing', { job: null }, 'The payload\'s "job" is empty: expected a JSON object'],
    ['a wrapper around a list', { job: [job] }, 'The payload\'s "job" is a list: expected a JSON object'],
    [
      'a wrapper around text',
      { job: JSON.stringify(job), event: {} },
      'The payload\'s "job" is a string: expected a JSON object',
    ],
    [
      'a wrapper with more than job and event',
      { job, evnt: {}, dryRun: true },
      'The payload holds "evnt", "dryRun" beside "job": expected "event" alone',
    ],
  ])('refuses %s', (_what, payload, message) => {
    expect(() => openEnvelope(payload)).toThrow(new EventError(message));
  });

  test.each([
    ['in the job', '{"backup":"data","__proto__":{"dryRun":true}}'],
    ['among the tags of a selector', '{"volumes":{"tags":{"Env":["prod"],"__proto__":["x"]}}}'],
    ['in a list', '{"backups":[{"tiers":{"__proto__":"1 day"}}]}'],
    ['in a wrapped job', '{"job":{"__proto__":{}},"event":{}}'],
  ])('refuses a key "__proto__" %s, which would be lost without a word', (_where, text) => {
    expect(() => openEnvelope(JSON.parse(text))).toThrow(
      new EventError('The payload holds a key "__proto__": expected any other'),
    );
  });

  it('does not mind the text "__proto__" as a value', () => {
    const payload = { volumes: { tags: { Name: ['__proto__', '"__proto__"'] } } };
    expect(openEnvelope(payload)).toEqual(payload);
  });
});
