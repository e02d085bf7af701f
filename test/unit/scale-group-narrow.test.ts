import { describe, expect, test } from 'vitest';
import { scaleGroupJob } from '../../functions/scale-group/job.ts';
import { narrow } from '../../functions/scale-group/narrow.ts';
import { EventError } from '../../shared/errors.ts';

const alarm = 'web-cpu-high';
const job = scaleGroupJob.parse({
  group: 'web',
  autoScalingGroup: 'web',
  minimum: 1,
  maximum: 8,
  policies: [{ kind: 'step', alarm, steps: [{ lowerBound: 0, change: 1 }] }],
});

interface State {
  value?: string;
  timestamp?: string;
  reasonData?: string | undefined;
}

/** As CloudWatch's documentation shows it; what AWS sends besides is left in. */
const event = (state: State = {}, alarmName = alarm) => ({
  version: '0',
  'detail-type': 'CloudWatch Alarm State Change',
  source: 'aws.cloudwatch',
  resources: [`arn:aws:cloudwatch:eu-west-1:111122223333:alarm:${alarmName}`],
  detail: {
    alarmName,
    configuration: { metrics: [] },
    previousState: { value: 'OK', timestamp: '2026-03-09T07:02:05.420+0000' },
    state: {
      value: 'ALARM',
      reason: 'Threshold Crossed: 1 out of the last 1 datapoints …',
      timestamp: '2026-03-09T08:14:05.431+0000',
      ...state,
    },
    muteDetail: { mutedByArn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm-mute-rule:release' },
  },
});
const data = (values: object): State => ({ reasonData: JSON.stringify({ version: '1.0', ...values }) });

test('says which alarm came into which state, when, and by which value', () => {
  expect(narrow(job, event(data({ recentDatapoints: [83.4], threshold: 70 })))).toEqual({
    ...job,
    alarm: { name: alarm, state: 'ALARM', at: '2026-03-09T08:14:05.431Z', value: 83.4 },
  });
});

test.each([
  ['2026-03-09T08:14:05.431+0000', '2026-03-09T08:14:05.431Z'],
  ['2026-03-09T09:14:05.431+0100', '2026-03-09T08:14:05.431Z'],
  ['2026-03-09T08:14:05.431+00:00', '2026-03-09T08:14:05.431Z'],
  ['2026-03-09T08:14:05Z', '2026-03-09T08:14:05.000Z'],
])('reads the moment %s', (timestamp, at) => {
  expect(narrow(job, event({ timestamp }))?.alarm?.at).toBe(at);
});

const datapoint = (minute: number, value?: number) => ({
  timestamp: `2026-03-09T08:${minute}:00.000+0000`,
  ...(value !== undefined && { value }),
});

describe('the value is', () => {
  test.each<[string, State, number | undefined]>([
    [
      'the newest of those with times',
      data({ evaluatedDatapoints: [datapoint(12, 1), datapoint(13, 2)] }),
      2,
    ],
    ['the same in another order', data({ evaluatedDatapoints: [datapoint(13, 2), datapoint(12, 1)] }), 2],
    ['not one that is missing', data({ evaluatedDatapoints: [datapoint(13), datapoint(12, 1)] }), 1],
    ['the only one without a time', data({ recentDatapoints: [0] }), 0],
    ['unknown of several without times', data({ recentDatapoints: [1, 2] }), undefined],
    ['unknown of none', data({ recentDatapoints: [], evaluatedDatapoints: [datapoint(13)] }), undefined],
    ['unknown without data', {}, undefined],
    ['unknown of what is no JSON', { reasonData: 'Threshold Crossed' }, undefined],
    ['unknown of values of another kind', data({ recentDatapoints: ['83.4'] }), undefined],
  ])('%s', (_what, state, value) => {
    expect(narrow(job, event(state))?.alarm?.value).toBe(value);
  });
});

test.each(['OK', 'INSUFFICIENT_DATA'])('tells of the state %s, too', (value) => {
  expect(narrow(job, event({ value }))?.alarm?.state).toBe(value);
});

test('an alarm that no policy names is none of the group’s business', () => {
  expect(narrow(job, event({}, 'db-cpu-high'))).toBeUndefined();
});

test.each<[string, unknown, RegExp]>([
  [
    'another event',
    { 'detail-type': 'EC2 Instance State-change Notification', detail: {} },
    /Alarm State Change/,
  ],
  ['nothing', null, /Alarm State Change/],
  ['no state', { ...event(), detail: { alarmName: alarm } }, /state/],
  ['a state that is not known', event({ value: 'MUTED' }), /value/],
  ['a time that is none', event({ timestamp: 'yesterday' }), /expected a time/],
])('%s is an error, and not as if nothing had happened', (_what, sent, message) => {
  expect(() => narrow(job, sent)).toThrow(EventError);
  expect(() => narrow(job, sent)).toThrow(message);
});
