import { describe, expect, it } from 'vitest';
import { matches, payloadOf, rulesIn } from '../sandbox/lambda/rules.ts';

const event = {
  source: 'aws.ec2',
  'detail-type': 'EBS Snapshot Notification',
  resources: ['arn:aws:ec2::eu-west-1:snapshot/snap-01234567'],
  detail: { event: 'createSnapshot', result: 'succeeded', cause: 'it said "$&"' },
};

describe('a rule of EventBridge', () => {
  it.each([
    ['every field is one of its values', { source: ['aws.rds', 'aws.ec2'] }, true],
    ['a nested field is', { detail: { result: ['succeeded'] } }, true],
    ['one of a list of values is', { resources: [{ prefix: 'arn:aws:ec2::' }] }, true],
    ['a field has another value', { source: ['aws.rds'] }, false],
    ['a field is not there', { detail: { state: ['running'] } }, false],
    ['one of two fields has another value', { source: ['aws.ec2'], detail: { result: ['failed'] } }, false],
  ])('where %s: %j matches: %s', (_, pattern, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  it('with a comparison that is not known here is refused', () => {
    expect(() => matches({ source: [{ 'anything-but': 'x' }] }, event)).toThrow('prefix');
  });

  it('puts the whole event into the job, whatever characters it holds', () => {
    const inputTemplate = '{"job": {"copies": []}, "event": <aws.events.event.json>}';
    expect(payloadOf({ inputTemplate }, event)).toEqual({ job: { copies: [] }, event });
  });

  it('is read from the template, and one with more than is known here is refused', () => {
    const Targets = [
      { Id: 'f', Arn: { 'Fn::GetAtt': ['CopyLambda', 'Arn'] }, InputTransformer: { InputTemplate: '{}' } },
    ];
    const Properties = { EventPattern: { source: ['aws.ec2'] }, Targets };
    const rule = { Type: 'AWS::Events::Rule', Properties };
    expect(rulesIn({ Rule: rule, Other: { Type: 'AWS::SQS::Queue' } })).toEqual([
      { logicalId: 'Rule', pattern: Properties.EventPattern, target: 'CopyLambda', inputTemplate: '{}' },
    ]);
    const scheduled = { ...rule, Properties: { ...Properties, ScheduleExpression: 'rate(1 day)' } };
    expect(() => rulesIn({ Rule: scheduled })).toThrow('ScheduleExpression');
  });
});
