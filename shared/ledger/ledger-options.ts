import type { AwsCredentialIdentity, HttpHandlerOptions, Provider, RequestHandler } from '@smithy/types';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';

/**
 * Told of every row that cannot be read: its key and what is wrong with it. Such a row is left out of
 * what a read yields; it stays where it is, and nothing is deleted because of it.
 */
export type OnUnreadable = (key: string, why: string) => void;

/**
 * How to reach AWS. The `config` of another client fits (`{ aws: ec2.config }`), so that the ledger
 * shares its region, its credentials and its connections.
 */
export interface AwsAccess {
  region?: string | Provider<string>;
  credentials?: AwsCredentialIdentity | Provider<AwsCredentialIdentity>;
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's own handlers are typed so
  requestHandler?: RequestHandler<any, any, HttpHandlerOptions>;
}

export interface OpenLedgerOptions {
  /** The store. The deployed bundle holds the plan's store only, and this then agrees with it. */
  ledger: Config['ledger'];
  /** Whose ledger: the name of the domain or the table. */
  owner: string;
  clock: Clock;
  onUnreadable: OnUnreadable;
  /** Left out: region, credentials and endpoint from the environment, as the SDK finds them. */
  aws?: AwsAccess;
  /** Instead of AWS's own endpoint, or of the one in `AWS_ENDPOINT_URL`. */
  endpoint?: string;
}
