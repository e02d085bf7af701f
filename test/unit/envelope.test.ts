import { describe, expect, it, test } from 'vitest';
import { messagesIn, openEnvelope, openMessage } from '../../shared/envelope.ts';
import { EventError } from '../../shared/errors.ts';

const job = { backup: 'data', keep: '7 days' };

describe('opening a payload', () => {
  test.each<[string, unknown]>([
    ['a bare job, as a schedule and a person send it', job],
    ['a wrapper without an event', { job }],
  ])('finds the job in %s', (_what, payload) => {
    expect(openEnvelope(payload)).toEqual({ job });
  });

  test.each<[string, unknown]>([
    ['an event of AWS', { 'detail-type': 'EBS Snapshot Notification' }],
    ['an event that is not an object', 'whatever the rule sends'],
  ])('finds the job and the event that an EventBridge rule wraps, be it %s', (_what, event) => {
    expect(openEnvelope({ job, event })).toEqual({ job, event });
  });

  it('takes an empty job for a job', () => {
    expect(openEnvelope({})).toEqual({ job: {} });
    expect(openEnvelope({ job: {} })).toEqual({ job: {} });
  });

  it('leaves a job alone that is wrapped twice: its validation refuses it', () => {
    expect(openEnvelope({ job: { job } })).toEqual({ job: { job } });
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
    expect(openEnvelope(payload)).toEqual({ job: payload });
  });
});

describe('messages', () => {
  const record = { messageId: 'm-1', body: JSON.stringify(job), eventSource: 'aws:sqs', attributes: {} };

  it('are found in what SQS delivers, and each holds a payload', () => {
    const messages = messagesIn({ Records: [record, { ...record, messageId: 'm-2' }] });
    expect(messages?.map(({ messageId }) => messageId)).toEqual(['m-1', 'm-2']);
    expect(messages?.map(openMessage)).toEqual([job, job]);
  });

  test.each<[string, unknown]>([
    ['a job', job],
    ['nothing', undefined],
    ['an event of S3', { Records: [{ ...record, eventSource: 'aws:s3' }] }],
    ['records of several services', { Records: [record, { ...record, eventSource: 'aws:s3' }] }],
    ['records without a body', { Records: [{ ...record, body: undefined }] }],
    ['no records', { Records: [] }],
  ])('are not seen in %s', (_what, payload) => {
    expect(messagesIn(payload)).toBeUndefined();
  });

  it('that hold no JSON are refused by name', () => {
    expect(() => openMessage({ messageId: 'm-1', body: 'delete everything' })).toThrow(
      new EventError('The message m-1 holds no JSON: expected a job, a JSON object'),
    );
  });
});
