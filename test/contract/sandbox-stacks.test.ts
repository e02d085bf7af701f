import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
}, 60_000);
afterAll(() => sandbox.close());

const template = {
  Resources: { Queue: { Type: 'AWS::SQS::Queue' } },
  Outputs: { Queue: { Value: { Ref: 'Queue' }, Export: { Name: 'the-queue' } } },
};

test('a stack that a change set made tells its outputs, and can be deleted', async () => {
  const cloudFormation = new CloudFormationClient({
    endpoint: sandbox.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const names = { StackName: 'exporting', ChangeSetName: 'first' };
  const body = { ChangeSetType: 'CREATE' as const, TemplateBody: JSON.stringify(template) };
  await cloudFormation.send(new CreateChangeSetCommand({ ...names, ...body }));
  await cloudFormation.send(new ExecuteChangeSetCommand(names));
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: 'exporting' }));
  expect(Stacks[0]?.Outputs?.map(({ OutputKey }) => OutputKey)).toEqual(['Queue']);
  await cloudFormation.send(new DeleteStackCommand({ StackName: 'exporting' }));
  await expect(cloudFormation.send(new DescribeStacksCommand({ StackName: 'exporting' }))).rejects.toThrow(
    /exporting/,
  );
});
