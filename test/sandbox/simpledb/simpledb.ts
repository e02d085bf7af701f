/**
 * SimpleDB answered from its documentation: the other side that our own client is tested against, so
 * it shares no code with it. HTTP is the caller's business; `handle` takes a request apart from it.
 */

export interface SimpleDbRequest {
  /** `POST` or `GET`. */
  method: string;
  path: string;
  /** The `Host` header as sent: it is part of what the client signed. */
  host: string;
  parameters: URLSearchParams;
  /** The body as sent; the request's size limit counts it. */
  rawBody: string;
}

export interface SimpleDbResponse {
  status: number;
  /** XML. */
  body: string;
}

export interface SimpleDbOptions {
  /** The account's clock; it only dates `DomainMetadata`, and time stamps where those are checked. */
  now?: () => Date;
  /** At most so many items on a page of Select, whatever its limit says. */
  pageSize?: number;
  /**
   * Cuts pages of Select short, as SimpleDB does after 5 seconds: given the number of the page
   * (counted from 1 over all Selects since `reset`), how many items at most it holds. 0 answers an
   * empty page with a `NextToken`. Undefined: not cut.
   */
  cutPages?: (page: number) => number | undefined;
  /** Reads without `ConsistentRead=true` answer the state before the last write. */
  staleReads?: boolean;
  /** Secret keys by access key id; default: `{ test: 'test' }`. */
  secrets?: Readonly<Record<string, string>>;
  /** Where access keys are looked up that `secrets` lacks: the secret, or undefined to refuse the key. */
  secretFor?: (accessKeyId: string) => string | undefined;
  /** Refuses time stamps this far from `now`; SimpleDB's own limit is 900. Default: not checked. */
  maxSkewSeconds?: number;
}

export interface SimpleDb {
  handle(request: SimpleDbRequest): SimpleDbResponse;
  /** Makes another access key valid; lasts beyond `reset`. */
  register(accessKeyId: string, secretAccessKey: string): void;
  /** Forgets every domain. */
  reset(): void;
}

/** Makes an empty SimpleDB. */
export function createSimpleDb(_options: SimpleDbOptions = {}): SimpleDb {
  throw new Error('not written yet');
}
