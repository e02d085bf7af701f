/** What the stack gives to each function: its queues, its alarms, its role. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { compilePlan } from '../../shared/plan/compile.ts';
import { functionNames, tickedFunctions } from '../../shared/plan/functions.ts';
import { functionResourceId, lambdaId } from '../../shared/plan/logical-ids.ts';
import type { Resource, Resources } from '../../shared/plan/template.ts';
import { type PlanText, planText, read, target } from './plan-builder.ts';

const compiled = (text?: PlanText, region = target.region) =>
  compilePlan(read(planText(text), region), { ...target, region }).resources;

// biome-ignore lint/suspicious/noExplicitAny: CloudFormation's properties are as free as JSON
const properties = (resource: Resource | undefined): any => resource?.Properties;
const ofType = (resources: Resources, type: string) =>
  Object.entries(resources).filter(([, resource]) => resource.Type === type);

describe.each(functionNames)('%s', (name) => {
  const resources = compiled();
  const deadLetters = functionResourceId(name, 'DeadLetters');

  test('has a dead-letter queue that is encrypted, keeps 14 days and has an alarm', () => {
    expect(properties(resources[deadLetters])).toEqual({
      MessageRetentionPeriod: 1_209_600,
      SqsManagedSseEnabled: true,
    });
    expect(properties(resources[functionResourceId(name, 'DeadLettersAlarm')])).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [deadLetters, 'QueueName'] } }],
      Threshold: 0,
    });
  });

  test('has an alarm that rings anew for each start that it gives up, full queue or not', () => {
    expect(properties(resources[functionResourceId(name, 'GaveUpAlarm')])).toMatchObject({
      AlarmName: `groundskeeper-dev-${name}-gave-up`,
      Namespace: 'AWS/Lambda',
      MetricName: 'AsyncEventsDropped',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: lambdaId(name) } }],
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: tickedFunctions.includes(name) ? 2 : 1,
      Threshold: 0,
      TreatMissingData: 'notBreaching',
    });
  });

  test('is named in serverless.yml as the plan names it: role, dead-letter queue, code', () => {
    const { functions } = parse(readFileSync('serverless.yml', 'utf8'), { logLevel: 'silent' }) as {
      functions: Record<string, object>;
    };
    expect(functions[name]).toMatchObject({
      handler: `functions/${name}/handler.handler`,
      role: functionResourceId(name, 'Role'),
      timeout: 900,
      ...(tickedFunctions.includes(name)
        ? { maximumRetryAttempts: 0 }
        : { maximumRetryAttempts: 2, onError: `${deadLetters}.Arn` }),
    });
  });

  test('may fill its dead-letter queue, unless the next tick does the same again', () => {
    const role = JSON.stringify(resources[functionResourceId(name, 'Role')]);
    expect(role.includes(`"${deadLetters}"`)).toBe(!tickedFunctions.includes(name));
  });
});

test('scale-group, which a tick starts anew, keeps nothing of a failed start', () => {
  const { functions } = parse(readFileSync('serverless.yml', 'utf8'), { logLevel: 'silent' }) as {
    functions: Record<string, object>;
  };
  expect(functions['scale-group']).not.toHaveProperty('onError');
});

describe.each([
  ['expire-backups', 'ExpireBackups', 'ExpireDashbackups'],
  ['invalidate-cdn', 'InvalidateCdn', 'InvalidateDashcdn'],
])('The queue in which %s leaves itself what is not done in one run', (_name, id, lambda) => {
  const resources = compiled();
  const queue = { 'Fn::GetAtt': [`${id}Queue`, 'Arn'] };

  test('hides a message for six times as long as a run may last, and gives up after five', () => {
    expect(properties(resources[`${id}Queue`])).toEqual({
      SqsManagedSseEnabled: true,
      VisibilityTimeout: 5400,
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [`${id}DeadLetters`, 'Arn'] },
        maxReceiveCount: 5,
      },
    });
  });

  test('starts one run a message, two at a time', () => {
    expect(properties(resources[`${id}QueueSource`])).toEqual({
      EventSourceArn: queue,
      FunctionName: { 'Fn::GetAtt': [`${lambda}LambdaFunction`, 'Arn'] },
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
  });

  test('is open to that function alone', () => {
    const roles = ofType(resources, 'AWS::IAM::Role').filter(([, role]) =>
      JSON.stringify(role).includes(`"${id}Queue"`),
    );
    expect(roles.map(([role]) => role)).toEqual([`${id}Role`]);
  });
});

describe('Roles', () => {
  // biome-ignore lint/suspicious/noExplicitAny: CloudFormation's properties are as free as JSON
  const statements = (resources: Resources, role: string): any[] =>
    properties(resources[role]).Policies[0].PolicyDocument.Statement;
  const isDeletion = (action: string) => /^(ec2|rds):(Delete|Deregister)/.test(action);

  test('allow to delete only what carries our owner tag', () => {
    const deletions = statements(compiled(), 'ExpireBackupsRole').filter(({ Action }) =>
      Action.some(isDeletion),
    );
    expect(deletions).not.toEqual([]);
    for (const { Condition } of deletions) {
      expect(Condition.StringEquals['aws:ResourceTag/groundskeeper:owner']).toBe('groundskeeper-dev');
    }
  });

  test('allow no other function to delete a backup', () => {
    const others = ofType(compiled(), 'AWS::IAM::Role').filter(([role]) => role !== 'ExpireBackupsRole');
    const actions = others.flatMap(([role]) => statements(compiled(), role).flatMap(({ Action }) => Action));
    expect(actions.filter(isDeletion)).toEqual([]);
  });

  test('have the whole account only for what AWS lets nobody narrow down', () => {
    const reads = /:(Describe|Get)[A-Za-z]+$/;
    for (const [role] of ofType(compiled(), 'AWS::IAM::Role')) {
      for (const { Action, Resource } of statements(compiled(), role)) {
        expect(Action.filter((action: string) => action.endsWith(':*'))).toEqual([]);
        if (Resource.includes('*'))
          expect(Action.filter((action: string) => !reads.test(action))).toEqual([]);
      }
    }
  });

  test("reach the chosen ledger's own domain or table, and not the other", () => {
    const simpledb = JSON.stringify(compiled({ head: ['ledger: simpledb'] }));
    const dynamodb = JSON.stringify(compiled({ head: ['ledger: dynamodb'] }, 'eu-central-1'));
    expect(simpledb).toContain(':domain/groundskeeper-dev');
    expect(simpledb).not.toContain('dynamodb:');
    expect(dynamodb).toContain(':table/groundskeeper-dev');
    expect(dynamodb).not.toContain('sdb:');
  });

  test("let only our own group's schedules start our functions", () => {
    const { AssumeRolePolicyDocument } = properties(compiled()['SchedulerRole']);
    const [statement] = AssumeRolePolicyDocument.Statement;
    expect(statement.Principal).toEqual({ Service: 'scheduler.amazonaws.com' });
    expect(statement.Condition.StringEquals['aws:SourceArn']['Fn::Sub']).toMatch(
      /:schedule-group\/groundskeeper-dev$/,
    );
  });
});
