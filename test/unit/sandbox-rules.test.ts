import { describe, expect, it } from 'vitest';
import { matches, payloadOf, rulesIn } from '../sandbox/lambda/rules.ts';
import { filled } from '../sandbox/lambda/template-values.ts';

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

  it.each([
    ['www/*.zip', 'www/1.zip', true],
    ['www/*.zip', 'www/', false],
    ['www/*.zip', 'www/deeper/\n.zip', true],
    ['www/*.zip', 'xwww/1.zip', false],
    ['www/*.zip', 'www/1xzip', false],
    ['a\\*b\\\\/*.zip', 'a*b\\/1.zip', true],
    ['a\\*b/*.zip', 'axb/1.zip', false],
  ])('with the wildcard %j matches %j: %s', (wildcard, key, expected) => {
    expect(matches({ key: [{ wildcard }] }, { key })).toBe(expected);
  });

  it('with a comparison that is not known here is refused', () => {
    expect(() => matches({ source: [{ 'anything-but': 'x' }] }, event)).toThrow('prefix');
  });

  it('puts the whole event into the job, whatever characters it holds', () => {
    const inputTemplate = '{"job": {"copies": []}, "event": <aws.events.event.json>}';
    expect(payloadOf({ inputTemplate }, event)).toEqual({ job: { copies: [] }, event });
  });

  it('knows resources by what the account calls them', () => {
    const resources = new Map([['Bucket', { type: 'AWS::S3::Bucket', physicalId: 'stack-bucket-1abc' }]]);
    const fill = (value: unknown) => filled(value, { region: 'eu-west-1', resources });
    const Properties = {
      EventPattern: { detail: { bucket: { name: [{ Ref: 'Bucket' }] } } },
      Targets: [
        {
          Arn: { 'Fn::GetAtt': ['SyncLambda', 'Arn'] },
          InputTransformer: {
            InputTemplate: { 'Fn::Sub': '{"in": "${Bucket} of ${AWS::Region}, ${Bucket.Arn}"}' },
          },
        },
      ],
    };
    const template = { Rule: { Type: 'AWS::Events::Rule', Properties } };
    const [rule] = rulesIn(template, fill);
    expect(rule?.pattern).toEqual({ detail: { bucket: { name: ['stack-bucket-1abc'] } } });
    expect(rule?.inputTemplate).toBe(
      '{"in": "stack-bucket-1abc of eu-west-1, arn:aws:s3:::stack-bucket-1abc"}',
    );
    expect(() => fill({ Ref: 'Other' })).toThrow('Other');
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
