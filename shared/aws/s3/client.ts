/** Signs requests to S3 and sends them, each to the region of its bucket. */
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { AwsCredentialIdentity, Provider } from '@smithy/types';
import type { AwsAccess } from '../../ledger/ledger-options.ts';
import { type Address, addressOf, encodedKey, encodedText } from './endpoint.ts';
import { readEnvironment } from './environment.ts';
import { errorElement, errorIn, S3Error } from './errors.ts';
import { Signer } from './signing.ts';
import { type Answer, collected, exchangeThrough, type Handler, type Message, Wire } from './wire.ts';

export interface S3Options extends AwsAccess {
  /** Instead of S3's own, or of the one in `AWS_ENDPOINT_URL_S3` and `AWS_ENDPOINT_URL`. */
  endpoint?: string;
}

export interface S3Request {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  bucket: string;
  /** Left out: the bucket itself is asked. */
  key?: string | undefined;
  query?: Readonly<Record<string, string | undefined>>;
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array;
}

/** An answer whose body has come. */
export interface WholeAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/** Connections and credentials, kept for many requests. Leaves retries to `persist`. */
export class S3Client {
  /** The ledger takes its access to AWS from the first client of a function. */
  readonly config: AwsAccess;
  readonly #endpoint: string | undefined;
  readonly #credentials: Provider<AwsCredentialIdentity>;
  readonly #handler: Handler | undefined;
  readonly #wire = new Wire();
  readonly #signer = new Signer();
  readonly #addresses = new Map<string, { region: string; address: Address }>();
  /** Of buckets that are not in our own region. */
  readonly #regions = new Map<string, string>();
  #kept: AwsCredentialIdentity | undefined;

  constructor({ endpoint, region, credentials, requestHandler }: S3Options = {}) {
    const environment = readEnvironment();
    this.#endpoint = endpoint ?? environment.endpoint;
    const home = region ?? environment.region;
    const given = typeof credentials === 'object' ? async () => credentials : credentials;
    this.#credentials = given ?? defaultProvider();
    this.#handler = requestHandler;
    this.config = { ...(home !== undefined && { region: home }), credentials: this.#credentials };
  }

  /** @throws S3Error for whatever S3 refuses. */
  async send(request: S3Request): Promise<WholeAnswer> {
    const answer = await this.#answer(request);
    return { status: answer.status, headers: answer.headers, body: await bodyOf(answer, request) };
  }

  async #answer(request: S3Request, mayMove = true): Promise<Answer> {
    const answer = await this.#exchange(await this.#signed(request));
    if (answer.status >= 200 && answer.status < 300) return answer;
    const body = await bodyOf(answer, request);
    const region = answer.headers['x-amz-bucket-region'] ?? regionIn(body);
    if (
      mayMove &&
      region &&
      region !== (await this.#regionOf(request.bucket)) &&
      isElsewhere(answer.status)
    ) {
      this.#regions.set(request.bucket, region);
      return this.#answer(request, false);
    }
    throw errorIn(textOf(request), answer.status, answer.headers, body);
  }

  #exchange(message: Message): Promise<Answer> {
    return this.#handler ? exchangeThrough(this.#handler, message) : this.#wire.exchange(message);
  }

  async #signed({ method, bucket, key, query, headers, body }: S3Request): Promise<Message> {
    const region = await this.#regionOf(bucket);
    const address = this.#addressOf(bucket, region);
    const path = `${address.basePath}${key === undefined ? '' : encodedKey(key)}`;
    const canonicalQuery = query === undefined ? '' : queryText(query);
    const signed = this.#signer.sign(
      { method, path, query: canonicalQuery, headers: { Host: address.host, ...headers } },
      { region, credentials: await this.#currentCredentials(), now: new Date() },
    );
    if (body || method === 'PUT' || method === 'POST') signed['Content-Length'] = String(body?.length ?? 0);
    return {
      method,
      address,
      path: canonicalQuery === '' ? path : `${path}?${canonicalQuery}`,
      headers: signed,
      body,
    };
  }

  #addressOf(bucket: string, region: string): Address {
    const known = this.#addresses.get(bucket);
    if (known?.region === region) return known.address;
    const address = addressOf(bucket, region, this.#endpoint);
    this.#addresses.set(bucket, { region, address });
    return address;
  }

  async #regionOf(bucket: string): Promise<string> {
    const { region } = this.config;
    const home = typeof region === 'function' ? await region() : region;
    const found = this.#regions.get(bucket) ?? home;
    if (found === undefined) throw new TypeError('No region: give `region`, or set AWS_REGION');
    return found;
  }

  /** Asked for again five minutes before they end, as the SDK does. */
  async #currentCredentials(): Promise<AwsCredentialIdentity> {
    const until = this.#kept?.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
    if (!this.#kept || until - Date.now() < 300_000) this.#kept = await this.#credentials();
    return this.#kept;
  }
}

async function bodyOf(answer: Answer, { method }: S3Request): Promise<Buffer> {
  if (method !== 'HEAD') return collected(answer);
  answer.body.resume(); // it announces the length of what does not come
  return Buffer.alloc(0);
}

export const s3Client = (options: S3Options = {}): S3Client => new S3Client(options);

/** S3 API reference, "Error responses": PermanentRedirect, TemporaryRedirect, AuthorizationHeaderMalformed. */
const isElsewhere = (status: number): boolean => status === 301 || status === 307 || status === 400;

function regionIn(body: Uint8Array): string | undefined {
  const error = errorElement(body);
  return error?.children.find(({ name }) => name === 'Region')?.text;
}

const textOf = ({ method, bucket, key = '' }: S3Request): string => `${method} s3://${bucket}/${key}`;

/** In the order of names, as it is signed. */
function queryText(query: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(query)
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(([name, value]) => [encodedText(name), encodedText(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** A field that S3 documents as always there. */
export function present(value: string | undefined, field: string, what: string): string {
  if (value === undefined) throw new S3Error('UnreadableAnswer', `${what}: S3's answer lacks ${field}`, 0);
  return value;
}
