/** The only place that opens wrappers: what a trigger delivers becomes the job in it. */
import { EventError } from './errors.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The job in a payload: a schedule and a person send it bare, an EventBridge rule wraps it as
 * `{"job": …, "event": …}`.
 */
export function openEnvelope(payload: unknown): Record<string, unknown> {
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
  return payload;
}

function openWrapper({ job, event: _event, ...others }: Record<string, unknown>): Record<string, unknown> {
  if (!isObject(job)) throw new EventError(`The payload's "job" is ${describe(job)}: expected a JSON object`);
  const strays = Object.keys(others);
  if (strays.length > 0) {
    throw new EventError(
      `The payload holds ${strays.map((key) => `"${key}"`).join(', ')} beside "job": expected "event" alone`,
    );
  }
  return job;
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
