/** How decisions and their ends are told. */
import { awsErrorOf, natureOf } from '../../shared/aws/errors.ts';
import type { Outcome } from '../../shared/report.ts';
import { OutOfTimeError } from './errors.ts';
import { LockLostError } from './lock.ts';

/** What was decided of a key, as far as it is told. */
export interface Told {
  kind: 'upload' | 'headers' | 'delete';
  key: string;
  reason: string;
  /** Of the content, in bytes. */
  size: number;
  /** What a person should know besides. */
  warning?: string | undefined;
}

export const resourceOf = (bucket: string, key: string): string => `s3://${bucket}/${key}`;

export const doneOutcome = (bucket: string, told: Told, outcome: 'done' | 'withheld'): Outcome => ({
  ...headOf(bucket, told),
  outcome,
});

/** It was not tried, since what has to come before it was not done. */
export const putOff = (bucket: string, told: Told, why: string): Outcome => ({
  ...headOf(bucket, told, `${why}; the next run does it`),
  outcome: 'deferred',
});

/** S3 refused it, or did not answer. */
export function failedOutcome(bucket: string, told: Told, cause: unknown): Outcome {
  if (cause instanceof OutOfTimeError) return putOff(bucket, told, 'no time left');
  if (cause instanceof LockLostError) return putOff(bucket, told, 'another run has taken over');
  const { name, message } = awsErrorOf(cause);
  const error = { name, message };
  const nature = natureOf(cause);
  if (nature === 'throttled' || nature === 'unknown-outcome') {
    return { ...putOff(bucket, told, 'S3 said later'), error };
  }
  return { ...headOf(bucket, told), outcome: 'failed', error };
}

function headOf(bucket: string, { kind, key, reason, size, warning }: Told, why?: string) {
  const words = [kind === 'headers' ? undefined : `${size} bytes`, warning, why];
  const detail = words.filter((word) => word !== undefined).join('; ');
  return { resource: resourceOf(bucket, key), decision: kind, reason, ...(detail !== '' && { detail }) };
}
