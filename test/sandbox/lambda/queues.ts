/** The queues that start functions of a deployed stack. moto would start them with docker: these do it instead. */
import {
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

export interface DeployedQueue {
  url: string;
  /** As in the account. */
  functionFullName: string;
  batchSize: number;
}

interface Access {
  endpoint: string;
  region: string;
}

const access = ({ endpoint, region }: Access) => ({
  endpoint,
  region,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

/** The queues with an event source mapping, and keeps moto from acting on them. */
export async function takeOverQueues(place: Access): Promise<DeployedQueue[]> {
  const lambda = new LambdaClient(access(place));
  const sqs = new SQSClient(access(place));
  const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({}));
  const queues: DeployedQueue[] = [];
  for (const { UUID, EventSourceArn = '', FunctionArn = '', BatchSize = 10 } of EventSourceMappings) {
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    const { QueueUrl = '' } = await sqs.send(
      new GetQueueUrlCommand({ QueueName: EventSourceArn.split(':').at(-1) }),
    );
    const functionFullName = FunctionArn.split(':')[6] ?? '';
    queues.push({ url: QueueUrl, functionFullName, batchSize: BatchSize });
  }
  return queues;
}

/** What a worker is started with, and how its answer is read: AWS Lambda developer guide, "Using Lambda with Amazon SQS". */
export interface Batch {
  payload: { Records: object[] };
  /** Deletes the messages that the answer does not name as failed; these become visible again in their time. */
  settle(answer: unknown): Promise<void>;
}

/** The next batch of visible messages; undefined if there is none. */
export async function nextBatch(
  { url, batchSize }: DeployedQueue,
  place: Access,
): Promise<Batch | undefined> {
  const sqs = new SQSClient(access(place));
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: batchSize,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    }),
  );
  if (Messages.length === 0) return undefined;
  return {
    payload: { Records: Messages.map(recordOf) },
    settle: async (answer) => {
      const { batchItemFailures = [] } = answer as { batchItemFailures?: { itemIdentifier: string }[] };
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      for (const { MessageId = '', ReceiptHandle } of Messages) {
        if (!failed.has(MessageId))
          await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
      }
    },
  };
}

const recordOf = ({ MessageId, ReceiptHandle, Body, Attributes }: Message) => ({
  messageId: MessageId,
  receiptHandle: ReceiptHandle,
  body: Body,
  attributes: Attributes,
  messageAttributes: {},
  eventSource: 'aws:sqs',
});
