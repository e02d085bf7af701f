/** Shell commands on instances, by Systems Manager's Run Command. */
import {
  GetCommandInvocationCommand,
  SendCommandCommand,
  SSMClient,
  type SSMClientConfig,
} from '@aws-sdk/client-ssm';
import { AutomationError } from '../errors.ts';
import type { Lazy } from '../tools.ts';
import { natureOf } from './errors.ts';
import { type Patience, persist } from './persist.ts';

export interface Ssm {
  ssm: Lazy<SSMClient>;
  patience: Patience;
}

/** A client that leaves retries to `persist`. */
export function ssmClient(config: SSMClientConfig = {}): SSMClient {
  return new SSMClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
    ...config,
  });
}

export interface ShellOrder {
  instance: string;
  /** POSIX sh. It may run twice, since SendCommand has no token by which SSM knew it again. */
  script: string;
  /** What people see in the list of commands; 100 characters at most. */
  comment: string;
  /** After so long without an agent that takes it, SSM gives it up; 30 at least. */
  deliverySeconds: number;
  /** After so long the agent kills it. */
  executionSeconds: number;
  /** How long to wait for its end. */
  waitSeconds: number;
}

export interface ShellResult {
  /** `Success`, `Failed`, `TimedOut` or `Cancelled`. */
  status: string;
  /** The first 24,000 characters. */
  output: string;
  /** The first 8,000 characters. */
  errors: string;
}

/** The command was sent, and may run still. */
export class NoShellResultError extends AutomationError {
  override name = 'NoShellResultError';
}

const pollMilliseconds = 1_000;
const ended = new Set(['Success', 'Failed', 'TimedOut', 'Cancelled']);

/** Runs a script on an instance and waits for its end; `NoShellResultError` if that does not come in time. */
export async function runShell(place: Ssm, order: ShellOrder): Promise<ShellResult> {
  const { clock, timeLeft } = place.patience;
  const client = await place.ssm();
  const commandId = await sendScript(client, place, order);
  const until = clock.now().getTime() + Math.min(order.waitSeconds * 1_000, timeLeft());
  do {
    await clock.sleep(pollMilliseconds);
    const result = await resultOf(client, place, commandId, order.instance);
    if (result && ended.has(result.status)) return result;
  } while (clock.now().getTime() < until);
  throw new NoShellResultError(`${order.instance} has not answered the command ${commandId} in time`);
}

async function sendScript(client: SSMClient, { patience }: Ssm, order: ShellOrder): Promise<string> {
  const { instance, script, comment, deliverySeconds, executionSeconds } = order;
  const send = () =>
    client.send(
      new SendCommandCommand({
        DocumentName: 'AWS-RunShellScript',
        InstanceIds: [instance],
        Comment: comment.slice(0, 100),
        TimeoutSeconds: deliverySeconds,
        Parameters: { commands: [script], executionTimeout: [String(executionSeconds)] },
      }),
    );
  const { Command } = await persist(send, patience);
  if (Command?.CommandId === undefined) throw new NoShellResultError("SSM's answer lacks the CommandId");
  return Command.CommandId;
}

/** Undefined while SSM does not know of it yet, which is normal just after it was sent. */
async function resultOf(
  client: SSMClient,
  { patience }: Ssm,
  commandId: string,
  instance: string,
): Promise<ShellResult | undefined> {
  try {
    const get = new GetCommandInvocationCommand({ CommandId: commandId, InstanceId: instance });
    const answer = await persist(() => client.send(get), patience);
    const { Status = '', StandardOutputContent = '', StandardErrorContent = '' } = answer;
    return { status: Status, output: StandardOutputContent, errors: StandardErrorContent };
  } catch (error) {
    if (natureOf(error) === 'absent') return undefined;
    throw error;
  }
}
