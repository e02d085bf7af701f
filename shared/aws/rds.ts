/** What every RDS gateway works with: the client, the run's patience, and pages. */
import { RDSClient, type RDSClientConfig } from '@aws-sdk/client-rds';
import { observing, required as requiredOf } from './ec2.ts';
import { type Patience, persist } from './persist.ts';

export interface Rds {
  rds: RDSClient;
  patience: Patience;
}

/** RDS API reference, DescribeDBSnapshots and the other Describe operations: MaxRecords is 20 to 100. */
const largestPage = 100;

/** RDS documents no limit of a filter's values: so many fill one page at most. */
export const filterValues = 100;

/** A client that leaves retries to `persist`, and never waits longer for an answer than a lease can bear. */
export function rdsClient(config: RDSClientConfig = {}): RDSClient {
  return new RDSClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
    ...config,
  });
}

/** Where a page begins, and how long it may be. */
export interface PageFrom {
  MaxRecords: number;
  Marker?: string;
}

/** Reads page after page, to the end. A page that cannot be read ends the run before its first write. */
export async function* rdsPages<Page extends { Marker?: string | undefined }>(
  { patience }: Rds,
  what: string,
  read: (from: PageFrom) => Promise<Page>,
): AsyncGenerator<Page> {
  let from: PageFrom | undefined = { MaxRecords: largestPage };
  while (from) {
    const start: PageFrom = from;
    const page = await observing(what, () => persist(() => read(start), patience));
    yield page;
    from = page.Marker ? { MaxRecords: largestPage, Marker: page.Marker } : undefined;
  }
}

/** A field that AWS documents as always there; its lack is an unreadable answer, not an empty value. */
export const required = <Value>(value: Value | undefined, field: string): Value =>
  requiredOf(value, field, 'RDS');
