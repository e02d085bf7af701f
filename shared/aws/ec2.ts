/** What every EC2 gateway works with: the client, and the run's patience. */
import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2';
import { ObservationError } from '../errors.ts';
import type { Tags } from '../tags.ts';
import { awsErrorOf } from './errors.ts';
import { type Patience, persist } from './persist.ts';

export interface Ec2 {
  ec2: EC2Client;
  patience: Patience;
}

/** The largest number of values that EC2 takes in one filter. */
export const filterValues = 200;

/** A client that leaves retries to `persist`, and never waits longer for an answer than a lease can bear. */
export function ec2Client(config: EC2ClientConfig = {}): EC2Client {
  return new EC2Client({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
    ...config,
  });
}

/** Reads page after page, to the end. A page that cannot be read ends the run before its first write. */
export async function* pages<Page extends { NextToken?: string | undefined }>(
  { patience }: Pick<Ec2, 'patience'>,
  what: string,
  read: (from: { NextToken?: string }) => Promise<Page>,
): AsyncGenerator<Page> {
  let from: { NextToken?: string } | undefined = {};
  while (from) {
    const start: { NextToken?: string } = from;
    const page = await observing(what, () => persist(() => read(start), patience));
    yield page;
    from = page.NextToken ? { NextToken: page.NextToken } : undefined;
  }
}

/** A read that failed ends the run before its first write. */
export async function observing<Result>(what: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    const { name, message } = awsErrorOf(error);
    throw new ObservationError(`${what} could not be read: ${name}: ${message}`, { cause: error });
  }
}

/** `all` in slices of `size` at most. */
export function slices<Item>(all: readonly Item[], size: number): Item[][] {
  const result: Item[][] = [];
  for (let start = 0; start < all.length; start += size) result.push(all.slice(start, start + size));
  return result;
}

export function tagsOf(
  list: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): Tags {
  // Not by assignment: a tag may be named `__proto__`.
  return Object.fromEntries((list ?? []).map(({ Key, Value }) => [required(Key, 'Key'), Value ?? '']));
}

export function tagListOf(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** A field that AWS documents as always there; its lack is an unreadable answer, not an empty value. */
export function required<Value>(value: Value | undefined, field: string, service = 'EC2'): Value {
  if (value === undefined) throw new ObservationError(`${service}'s answer lacks ${field}`);
  return value;
}
