/** The only place that opens wrappers: what a trigger delivers becomes the job in it. */
import { EventError } from './errors.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The job in a payload: a schedule and a person send it bare, an EventBridge rule wraps it as
 * `{"job": …, "event": …}`.
 */
export function openEnvelope(payload: unknown): Record<string, unknown> {
  if (!isObject(payload))
    throw new EventError(`The payload is ${describe(payload)}: expected a job, a JSON object`);
  const { job } = payload;
  if (isObject(job)) return job;
  if ('detail-type' in payload) {
    throw new EventError(
      `The payload is the AWS event "${String(payload['detail-type'])}": expected a job. Give the trigger the job as its input.`,
    );
  }
  return payload;
}

function describe(payload: unknown): string {
  if (payload === null || payload === undefined) return 'empty';
  return Array.isArray(payload) ? 'a list' : `a ${typeof payload}`;
}
