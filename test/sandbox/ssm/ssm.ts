/**
 * Systems Manager's Run Command, of which moto's commands do nothing. Scripts are really run, see
 * `process.ts`; all else is moto's.
 */
import { accountId } from '../ec2/account.ts';
import type { Identity } from '../identify.ts';
import type { Answer } from '../message.ts';
import { wireError } from '../wire-error.ts';
import type { Command } from './command.ts';
import type { Instances } from './instances.ts';
import type { AccountClock } from './process.ts';
import { goesPastShims } from './script.ts';
import { readSend, SsmRefusal, textIn } from './send-request.ts';

export interface SsmParts {
  instances: Instances;
  clock: AccountClock;
  /** Which of these instances run in a region. */
  running(ids: readonly string[], region: string): Promise<Set<string>>;
}

type Operation = (identity: Identity, parts: SsmParts) => Promise<object>;

/** @returns undefined for what is moto's. */
export async function answerSsm(identity: Identity, parts: SsmParts): Promise<Answer | undefined> {
  const operation = operations[identity.action];
  if (operation === undefined) return undefined;
  try {
    const body = Buffer.from(JSON.stringify(await operation(identity, parts)));
    return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body };
  } catch (error) {
    if (!(error instanceof SsmRefusal)) throw error;
    return wireError('json', error);
  }
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html */
const sendCommand: Operation = async ({ parameters, region }, { instances, clock, running }) => {
  const { instanceIds, script, comment, timeoutSeconds, executionSeconds } = readSend(parameters);
  const known = await running(instanceIds, region);
  const unknown = instanceIds.filter((id) => !known.has(id) || !instances.of(id).isManaged);
  if (unknown.length > 0) {
    const message = `Instances [[${unknown.join(', ')}]] not in a valid state for account ${accountId}`;
    throw new SsmRefusal('InvalidInstanceId', message);
  }
  if (goesPastShims(script)) {
    throw new SsmRefusal(
      'NotImplemented',
      'The local AWS does not run what goes past its own commands.',
      501,
    );
  }
  const id = instances.newCommandId();
  const sentAt = clock.now();
  for (const instanceId of instanceIds) {
    await instances.send({ id, instanceId, script, comment, sentAt, timeoutSeconds, executionSeconds });
  }
  return {
    Command: {
      CommandId: id,
      DocumentName: parameters['DocumentName'],
      Comment: comment,
      ExpiresAfter: sentAt.getTime() / 1000 + timeoutSeconds + executionSeconds,
      Parameters: parameters['Parameters'],
      InstanceIds: instanceIds,
      RequestedDateTime: sentAt.getTime() / 1000,
      Status: 'Pending',
      StatusDetails: 'Pending',
      TargetCount: instanceIds.length,
      TimeoutSeconds: timeoutSeconds,
    },
  };
};

/** "The first 24,000 characters", "the first 8,000 characters": API_GetCommandInvocation.html */
const mostOutput = 24_000;
const mostErrors = 8_000;

/**
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html
 * It "is eventually consistent": who asks for the first time comes too early.
 */
const getCommandInvocation: Operation = async ({ parameters }, { instances, clock }) => {
  await instances.settled();
  const id = textIn(parameters, 'CommandId');
  const instanceId = textIn(parameters, 'InstanceId');
  const command = instances.commandsWith(id).find(({ order }) => order.instanceId === instanceId);
  if (command === undefined || !command.wasAsked) {
    if (command) command.wasAsked = true;
    throw new SsmRefusal(
      'InvocationDoesNotExist',
      'The command ID and instance ID you specified did not match any invocations.',
    );
  }
  return invocationOf(command, clock.now());
};

function invocationOf(command: Command, now: Date): object {
  const { status, details } = command.standing(now);
  const isOver = status === 'Success' || status === 'Failed';
  const start = command.startedAt?.toISOString() ?? '';
  return {
    CommandId: command.order.id,
    InstanceId: command.order.instanceId,
    Comment: command.order.comment,
    DocumentName: 'AWS-RunShellScript',
    DocumentVersion: '$DEFAULT',
    PluginName: 'aws:runShellScript',
    ResponseCode: isOver ? command.exitCode : -1,
    ExecutionStartDateTime: start,
    ExecutionEndDateTime: isOver ? now.toISOString() : '',
    Status: status,
    StatusDetails: details,
    StandardOutputContent: isOver ? command.output.slice(0, mostOutput) : '',
    StandardOutputUrl: '',
    StandardErrorContent: isOver ? command.errors.slice(0, mostErrors) : '',
    StandardErrorUrl: '',
  };
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CancelCommand.html */
const cancelCommand: Operation = async ({ parameters }, { instances, clock }) => {
  await instances.settled();
  const commands = instances.commandsWith(textIn(parameters, 'CommandId'));
  if (commands.length === 0)
    throw new SsmRefusal('InvalidCommandId', 'The specified command ID is not valid.');
  const chosen = parameters['InstanceIds'];
  for (const command of commands) {
    if (Array.isArray(chosen) && chosen.length > 0 && !chosen.includes(command.order.instanceId)) continue;
    await command.cancel(clock.now());
  }
  return {};
};

const operations: Readonly<Record<string, Operation>> = {
  SendCommand: sendCommand,
  GetCommandInvocation: getCommandInvocation,
  CancelCommand: cancelCommand,
};
