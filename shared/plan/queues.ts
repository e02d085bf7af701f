/** Dead-letter queues, and the queues of what is more than one run can do, or is for later. */
import { functionNames } from './functions.ts';
import { functionResourceId, lambdaId } from './logical-ids.ts';
import { arnOf, type Resource, type Resources } from './template.ts';

const daySeconds = 24 * 3600;

/** The functions that hand work to themselves by way of a queue: in batches, or until AWS takes it. */
export const queueing: readonly string[] = ['expire-backups', 'invalidate-cdn'];

export function queueResources(): Resources {
  return {
    ...Object.fromEntries(
      functionNames.map((name) => [functionResourceId(name, 'DeadLetters'), deadLetters()]),
    ),
    ...Object.fromEntries(
      queueing.flatMap((name) => [
        [functionResourceId(name, 'Queue'), workQueue(name)],
        [functionResourceId(name, 'QueueSource'), queueSource(name)],
      ]),
    ),
  };
}

/** What was tried for long enough. 14 days, the most that SQS keeps, leave time to look and to send it again. */
function deadLetters(): Resource {
  return {
    Type: 'AWS::SQS::Queue',
    Properties: { MessageRetentionPeriod: 14 * daySeconds, SqsManagedSseEnabled: true },
  };
}

/**
 * AWS Lambda developer guide, "Using Lambda with Amazon SQS": the messages stay invisible for six times
 * the function's timeout, and are received five times before they are given up.
 */
function workQueue(name: string): Resource {
  return {
    Type: 'AWS::SQS::Queue',
    Properties: {
      SqsManagedSseEnabled: true,
      VisibilityTimeout: 6 * 900,
      RedrivePolicy: {
        deadLetterTargetArn: arnOf(functionResourceId(name, 'DeadLetters')),
        maxReceiveCount: 5,
      },
    },
  };
}

/** Two at a time, the fewest that Lambda takes: they share the account's rate of calls. */
function queueSource(name: string): Resource {
  return {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: arnOf(functionResourceId(name, 'Queue')),
      FunctionName: arnOf(lambdaId(name)),
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    },
  };
}
