/** The expectations are written out by hand, from EventBridge Scheduler's documentation. */
import { describe, expect, it } from 'vitest';
import { payloadAt, schedulesIn, startsOf } from '../sandbox/lambda/schedules.ts';

const starts = (expression: string, timezone: string, from: string, to: string) =>
  startsOf({ expression, timezone }, new Date(from), new Date(to)).map((at) => at.toISOString().slice(0, 16));

describe('cron', () => {
  it('starts at every third hour from midnight for 0/3', () => {
    expect(starts('cron(20 0/3 * * ? *)', 'UTC', '2027-03-01T00:00Z', '2027-03-01T09:20Z')).toEqual([
      '2027-03-01T00:20',
      '2027-03-01T03:20',
      '2027-03-01T06:20',
      '2027-03-01T09:20',
    ]);
  });

  it('leaves out the start at the beginning of the span and takes the one at its end', () => {
    expect(starts('cron(0 * * * ? *)', 'UTC', '2027-03-01T05:00Z', '2027-03-01T06:00Z')).toEqual([
      '2027-03-01T06:00',
    ]);
  });

  it.each(['SUN', '1'])('counts Sunday as %s', (sunday) => {
    expect(starts(`cron(45 3 ? * ${sunday} *)`, 'UTC', '2027-03-01T00:00Z', '2027-03-15T00:00Z')).toEqual([
      '2027-03-07T03:45',
      '2027-03-14T03:45',
    ]);
  });

  it('keeps to the wall clock when the clocks change', () => {
    expect(starts('cron(35 3 * * ? *)', 'Europe/Berlin', '2027-03-27T00:00Z', '2027-03-30T00:00Z')).toEqual([
      '2027-03-27T02:35',
      '2027-03-28T01:35',
      '2027-03-29T01:35',
    ]);
  });

  it('does not start at a local time that the clocks skip', () => {
    expect(starts('cron(30 2 * * ? *)', 'Europe/Berlin', '2027-03-27T00:00Z', '2027-03-30T00:00Z')).toEqual([
      '2027-03-27T01:30',
      '2027-03-29T00:30',
    ]);
  });

  it('starts once at a local time that the clocks repeat', () => {
    expect(starts('cron(30 2 * * ? *)', 'Europe/Berlin', '2026-10-24T12:00Z', '2026-10-26T12:00Z')).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  });

  it('knows the last day of a month and a given year', () => {
    expect(starts('cron(0 12 L * ? 2028)', 'UTC', '2027-12-01T00:00Z', '2028-03-01T00:00Z')).toEqual([
      '2028-01-31T12:00',
      '2028-02-29T12:00',
    ]);
  });
});

it('counts a rate from the beginning of the span', () => {
  expect(starts('rate(6 hours)', 'UTC', '2027-03-01T01:00Z', '2027-03-01T13:00Z')).toEqual([
    '2027-03-01T07:00',
    '2027-03-01T13:00',
  ]);
});

it('refuses an expression that it does not know', () => {
  expect(() => starts('at(2027-03-01T01:00:00)', 'UTC', '2027-03-01T01:00Z', '2027-03-02T00:00Z')).toThrow(
    'at(',
  );
});

it("puts Scheduler's variables into the input", () => {
  const input = '{"at":"<aws.scheduler.scheduled-time>","id":"<aws.scheduler.execution-id>"}';
  expect(payloadAt({ input }, new Date('2027-03-01T01:00:00Z'), 'e-1')).toEqual({
    at: '2027-03-01T01:00:00Z',
    id: 'e-1',
  });
});

describe('schedules of a template', () => {
  const schedule = (properties: object) => ({
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      Name: 'data.daily',
      GroupName: 'group',
      ScheduleExpression: 'rate(1 day)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: { 'Fn::GetAtt': ['Function', 'Arn'] }, Input: '{}' },
      ...properties,
    },
  });

  it('leaves out what is disabled', () => {
    expect(schedulesIn({ On: schedule({}), Off: schedule({ State: 'DISABLED' }) })).toEqual([
      expect.objectContaining({ logicalId: 'On', timezone: 'UTC', target: 'Function' }),
    ]);
  });

  it('refuses what would start at other times than are reckoned here', () => {
    const flexible = { FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 } };
    expect(() => schedulesIn({ Flexible: schedule(flexible) })).toThrow('OFF');
    expect(() => schedulesIn({ Ending: schedule({ EndDate: '2027-03-01' }) })).toThrow('EndDate');
  });
});
