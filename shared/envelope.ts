/** The only place that opens wrappers: what a trigger delivers becomes the job in it. */
import { EventError } from './errors.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export interface Envelope {
  job: Record<string, unknown>;
  /** What AWS said that started it. */
  event?: unknown;
}

/**
 * The job in a payload: a schedule and a person send it bare, an EventBridge rule wraps it as
 * `{"job": …, "event": …}`.
 */
export function openEnvelope(payload: unknown): Envelope {
  if (!isObject(payload)) {
    throw new EventError(`The payload is ${describe(payload)}: expected a job, a JSON object`);
  }
  refuseLostKeys(payload);
  if (Object.hasOwn(payload, 'job')) return openWrapper(payload);
  if ('detail-type' in payload) {
    throw new EventError(
      `The payload is the AWS event "${String(payload['detail-type'])}": expected a job. Give the trigger the job as its input.`,
    );
  }
  return { job: payload };
}

function openWrapper({ job, event, ...others }: Record<string, unknown>): Envelope {
  if (!isObject(job)) throw new EventError(`The payload's "job" is ${describe(job)}: expected a JSON object`);
  const strays = Object.keys(others);
  if (strays.length > 0) {
    throw new EventError(
      `The payload holds ${strays.map((key) => `"${key}"`).join(', ')} beside "job": expected "event" alone`,
    );
  }
  return event === undefined ? { job } : { job, event };
}

/** As Lambda receives it: AWS Lambda developer guide, "Using Lambda with Amazon SQS". */
export interface QueueMessage {
  messageId: string;
  body: string;
}

/** The messages that SQS delivers; undefined if it is not SQS that does. */
export function messagesIn(payload: unknown): QueueMessage[] | undefined {
  const records = isObject(payload) ? payload['Records'] : undefined;
  return Array.isArray(records) && records.length > 0 && records.every(isMessage) ? records : undefined;
}

const isMessage = (record: unknown): record is QueueMessage =>
  isObject(record) &&
  record['eventSource'] === 'aws:sqs' &&
  typeof record['messageId'] === 'string' &&
  typeof record['body'] === 'string';

/** The payload in a message, which `openEnvelope` opens. */
export function openMessage({ messageId, body }: QueueMessage): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new EventError(`The message ${messageId} holds no JSON: expected a job, a JSON object`);
  }
}

/** The validation leaves this key out of tags without a word: with one condition less, more would be chosen. */
function refuseLostKeys(payload: object): void {
  JSON.stringify(payload, (key, value) => {
    if (key === '__proto__') throw new EventError('The payload holds a key "__proto__": expected any other');
    return value;
  });
}

function describe(payload: unknown): string {
  if (payload === null || payload === undefined) return 'empty';
  return Array.isArray(payload) ? 'a list' : `a ${typeof payload}`;
}
