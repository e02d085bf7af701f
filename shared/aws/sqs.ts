/** A queue of the function's own. */
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageBatchCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import type { Lazy } from '../tools.ts';
import { observing, required, slices } from './ec2.ts';
import { natureOf } from './errors.ts';
import { type Patience, persist } from './persist.ts';

export interface Sqs {
  sqs: Lazy<SQSClient>;
  patience: Patience;
}

/** A client that leaves retries to `persist`. */
export function sqsClient(config: SQSClientConfig = {}): SQSClient {
  return new SQSClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
    ...config,
  });
}

/** Undefined if there is no queue of this name. */
export async function urlOfQueue({ sqs, patience }: Sqs, name: string): Promise<string | undefined> {
  const client = await sqs();
  const command = new GetQueueUrlCommand({ QueueName: name });
  return observing(`The queue ${name}`, async () => {
    try {
      const { QueueUrl } = await persist(() => client.send(command), patience);
      return required(QueueUrl, 'QueueUrl', 'SQS');
    } catch (error) {
      if (natureOf(error) === 'absent') return undefined;
      throw error;
    }
  });
}

/** About how many messages wait, and how many more a worker has in hand. */
export async function countMessages(
  { sqs, patience }: Sqs,
  queueUrl: string,
): Promise<{ waiting: number; inHand: number }> {
  const client = await sqs();
  const counts = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...counts] });
  const { Attributes } = await observing('The queue', () => persist(() => client.send(command), patience));
  const [waiting, inHand] = counts.map((name) => {
    const count = Number(Attributes?.[name]);
    return required(Number.isNaN(count) ? undefined : count, name, 'SQS');
  }) as [number, number];
  return { waiting, inHand };
}

// SendMessageBatch takes ten, https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
const messagesPerCall = 10;

/** Seconds: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export const longestDelay = 900;

/**
 * Sends these; answers by index why those were not taken that were not. One whose answer was lost is sent
 * again: what receives them must not mind.
 *
 * @param options.delaySeconds so long they are kept from whoever receives them; `longestDelay` at most
 */
export async function sendMessages(
  { sqs, patience }: Sqs,
  queueUrl: string,
  bodies: readonly string[],
  { delaySeconds = 0 }: { delaySeconds?: number } = {},
): Promise<Map<number, { name: string; message: string }>> {
  const client = await sqs();
  const refused = new Map<number, { name: string; message: string }>();
  const entries = bodies.map((MessageBody, index) => ({
    Id: String(index),
    MessageBody,
    ...(delaySeconds > 0 && { DelaySeconds: Math.min(delaySeconds, longestDelay) }),
  }));
  for (const slice of slices(entries, messagesPerCall)) {
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: slice });
    const { Failed = [] } = await persist(() => client.send(command), patience);
    for (const { Id, Code = 'Failed', Message = '' } of Failed) {
      refused.set(Number(Id), { name: Code, message: Message });
    }
  }
  return refused;
}
