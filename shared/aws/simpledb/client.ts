/**
 * A typed client of Amazon SimpleDB (Query API 2009-04-15), for which the AWS SDK for JavaScript v3
 * has none. It signs with Signature Version 2, tries again with full jitter, and takes the SDK's own
 * region and credential providers and HTTP handlers.
 *
 * @example
 * const client = new SimpleDbClient({ region: 'eu-west-1' });
 * await client.putAttributes({
 *   domain: 'locks',
 *   item: 'nightly',
 *   attributes: [{ name: 'holder', value: 'me', replace: true }],
 *   expected: { name: 'holder', exists: false },
 * });
 * const expression = `select * from ${quoteName('locks')} where holder = ${quoteValue("O'Hara")}`;
 * for await (const items of client.selectAll({ expression, consistentRead: true })) …
 */
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsCredentialIdentity, HttpHandlerOptions, Provider, RequestHandler } from '@smithy/types';
import { resolveEndpoint } from './endpoint.ts';
import { SimpleDbError } from './errors.ts';
import { type BatchEntry, checkAttributes, checkDomain, checkItemName, packBatches } from './limits.ts';
import type { Parameters } from './signature-v2.ts';
import { send, type Transport } from './transport.ts';
import { child, childrenOf, type XmlElement } from './xml.ts';

export interface SimpleDbClientOptions {
  /** Default: `AWS_REGION`, then `AWS_DEFAULT_REGION`. */
  region?: string | Provider<string> | undefined;
  /** Default: `AWS_ENDPOINT_URL_SIMPLEDB`, then `AWS_ENDPOINT_URL`, then the region's own. */
  endpoint?: string | undefined;
  /** Default: the SDK's chain for Node. */
  credentials?: AwsCredentialIdentity | Provider<AwsCredentialIdentity> | undefined;
  /** Default: a `NodeHttpHandler` of its own. */
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's own handlers are typed so
  requestHandler?: RequestHandler<any, any, HttpHandlerOptions> | undefined;
  /** The first attempt included; default 4. */
  maxAttempts?: number | undefined;
  /** How long one attempt may take; default 10 s, twice what SimpleDB gives a Select. */
  requestTimeoutMilliseconds?: number | undefined;
  /** For tests and simulations. */
  sleep?: ((milliseconds: number) => Promise<void>) | undefined;
  /** From 0 up to 1; for tests. */
  random?: (() => number) | undefined;
}

export interface Attribute {
  name: string;
  value: string;
}

export interface Item {
  name: string;
  /** A name with several values stands here once for each, in no order. */
  attributes: Attribute[];
}

export interface AttributeToPut extends Attribute {
  /** In place of every value that the attribute has; otherwise the value is added to them. Default false. */
  replace?: boolean;
}

export interface AttributeToDelete {
  name: string;
  /** Left out: every value of the attribute. */
  value?: string;
}

/** The write happens only if the attribute has this one value, or does not exist. */
export type Expectation = { name: string; value: string } | { name: string; exists: false };

export interface PutAttributesRequest {
  domain: string;
  item: string;
  attributes: readonly AttributeToPut[];
  expected?: Expectation;
}

export interface DeleteAttributesRequest {
  domain: string;
  item: string;
  /** Left out: the whole item. */
  attributes?: readonly AttributeToDelete[];
  expected?: Expectation;
}

export interface GetAttributesRequest {
  domain: string;
  item: string;
  /** Left out: all of them. */
  attributeNames?: readonly string[];
  consistentRead?: boolean;
}

export interface BatchPutAttributesRequest {
  domain: string;
  items: readonly { name: string; attributes: readonly AttributeToPut[] }[];
}

export interface BatchDeleteAttributesRequest {
  domain: string;
  /** Without attributes: the whole item. */
  items: readonly { name: string; attributes?: readonly AttributeToDelete[] }[];
}

export interface SelectRequest {
  /** Names and values in it are quoted by `quoteName` and `quoteValue` of `select.ts`. */
  expression: string;
  consistentRead?: boolean;
}

export interface SelectPage {
  items: Item[];
  /** There is more, even if `items` is empty. */
  nextToken?: string;
}

export interface DomainMetadata {
  itemCount: number;
  itemNamesSizeBytes: number;
  attributeNameCount: number;
  attributeNamesSizeBytes: number;
  attributeValueCount: number;
  attributeValuesSizeBytes: number;
  /** When these were counted. */
  timestamp: Date;
}

/** Every method throws `SimpleDbError` (`errors.ts`). */
export class SimpleDbClient {
  readonly #transport: Transport;

  constructor(options: SimpleDbClientOptions = {}) {
    const {
      region,
      endpoint,
      credentials = defaultProvider(),
      requestHandler = new NodeHttpHandler(),
    } = options;
    let resolved: ReturnType<typeof resolveEndpoint> | undefined;
    this.#transport = {
      endpoint: () => (resolved ??= resolveEndpoint({ region, endpoint })),
      credentials: typeof credentials === 'function' ? credentials : () => Promise.resolve(credentials),
      requestHandler,
      maxAttempts: options.maxAttempts ?? 4,
      requestTimeoutMilliseconds: options.requestTimeoutMilliseconds ?? 10_000,
      sleep: options.sleep ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))),
      random: options.random ?? Math.random,
    };
  }

  /** Idempotent. A new domain may take ten seconds and more until every call knows it. */
  async createDomain(domain: string): Promise<void> {
    checkDomain(domain);
    await this.#send('CreateDomain', { DomainName: domain });
  }

  /** Deletes a domain and everything in it; one that does not exist is no error. */
  async deleteDomain(domain: string): Promise<void> {
    checkDomain(domain);
    await this.#send('DeleteDomain', { DomainName: domain });
  }

  /** The names of all domains. */
  async listDomains(): Promise<string[]> {
    const names: string[] = [];
    let nextToken: string | undefined;
    do {
      const root = await this.#send('ListDomains', nextToken === undefined ? {} : { NextToken: nextToken });
      const result = required(root, 'ListDomainsResult');
      names.push(...childrenOf(result, 'DomainName').map(({ text }) => text));
      nextToken = child(result, 'NextToken')?.text;
    } while (nextToken);
    return names;
  }

  async domainMetadata(domain: string): Promise<DomainMetadata> {
    checkDomain(domain);
    const result = required(
      await this.#send('DomainMetadata', { DomainName: domain }),
      'DomainMetadataResult',
    );
    const number = (name: string) => Number(required(result, name).text);
    return {
      itemCount: number('ItemCount'),
      itemNamesSizeBytes: number('ItemNamesSizeBytes'),
      attributeNameCount: number('AttributeNameCount'),
      attributeNamesSizeBytes: number('AttributeNamesSizeBytes'),
      attributeValueCount: number('AttributeValueCount'),
      attributeValuesSizeBytes: number('AttributeValuesSizeBytes'),
      timestamp: new Date(number('Timestamp') * 1000),
    };
  }

  /** Writes attributes of one item. With `expected`, see `SimpleDbError.maybeExecuted`. */
  async putAttributes({ domain, item, attributes, expected }: PutAttributesRequest): Promise<void> {
    checkDomain(domain);
    checkItemName(item);
    const parameters = {
      DomainName: domain,
      ItemName: item,
      ...attributeParameters(item, attributes),
      ...expectedParameters(item, expected),
    };
    await this.#send('PutAttributes', parameters, expected !== undefined);
  }

  /** Deletes attributes, or a whole item; what does not exist is no error. */
  async deleteAttributes({ domain, item, attributes, expected }: DeleteAttributesRequest): Promise<void> {
    checkDomain(domain);
    checkItemName(item);
    const parameters = {
      DomainName: domain,
      ItemName: item,
      ...attributeParameters(item, attributes),
      ...expectedParameters(item, expected),
    };
    await this.#send('DeleteAttributes', parameters, expected !== undefined);
  }

  /** The attributes of one item; none if there is no such item. */
  async getAttributes(request: GetAttributesRequest): Promise<Attribute[]> {
    const { domain, item, attributeNames = [], consistentRead } = request;
    checkDomain(domain);
    checkItemName(item);
    const names = attributeNames.map((name, index) => [`AttributeName.${index + 1}`, name] as const);
    const root = await this.#send('GetAttributes', {
      DomainName: domain,
      ItemName: item,
      ...Object.fromEntries(names),
      ...consistency(consistentRead),
    });
    return readAttributes(required(root, 'GetAttributesResult'));
  }

  /**
   * Writes any number of items, in as few calls as the limits allow, one after the other. If one
   * fails, those before it stand; the same call again is safe.
   */
  async batchPutAttributes({ domain, items }: BatchPutAttributesRequest): Promise<void> {
    await this.#batches('BatchPutAttributes', domain, items);
  }

  /** Deletes any number of items or their attributes, in batches as above. */
  async batchDeleteAttributes({ domain, items }: BatchDeleteAttributesRequest): Promise<void> {
    await this.#batches('BatchDeleteAttributes', domain, items);
  }

  /** One page. A Select that SimpleDB cut off at 5 s answers few items or none, and a `nextToken`. */
  async select(request: SelectRequest & { nextToken?: string | undefined }): Promise<SelectPage> {
    const { expression, consistentRead, nextToken } = request;
    const root = await this.#send('Select', {
      SelectExpression: expression,
      ...consistency(consistentRead),
      ...(nextToken !== undefined && { NextToken: nextToken }),
    });
    const result = required(root, 'SelectResult');
    const next = child(result, 'NextToken')?.text;
    const items = childrenOf(result, 'Item').map((item) => ({
      name: required(item, 'Name').text,
      attributes: readAttributes(item),
    }));
    return { items, ...(next && { nextToken: next }) };
  }

  /** Every page to the last one. A page may be empty before it. */
  async *selectAll(request: SelectRequest): AsyncGenerator<Item[], void, undefined> {
    let nextToken: string | undefined;
    do {
      const page = await this.select({ ...request, nextToken });
      yield page.items;
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }

  async #batches(
    action: string,
    domain: string,
    items: readonly { name: string; attributes?: readonly AttributeToPut[] | readonly AttributeToDelete[] }[],
  ): Promise<void> {
    checkDomain(domain);
    const entries: BatchEntry[] = items.map(({ name, attributes }) => {
      checkItemName(name);
      return { item: name, parameters: { ItemName: name, ...attributeParameters(name, attributes) } };
    });
    for (const batch of packBatches(entries)) await this.#send(action, { DomainName: domain, ...batch });
  }

  #send(action: string, parameters: Parameters, conditional = false): Promise<XmlElement> {
    return send(this.#transport, { Action: action, Version: '2009-04-15', ...parameters }, { conditional });
  }
}

function attributeParameters(
  item: string,
  attributes: readonly (AttributeToDelete & { replace?: boolean })[] = [],
): Parameters {
  checkAttributes(item, attributes);
  const parameters: Record<string, string> = {};
  for (const [index, { name, value, replace }] of attributes.entries()) {
    const prefix = `Attribute.${index + 1}`;
    parameters[`${prefix}.Name`] = name;
    if (value !== undefined) parameters[`${prefix}.Value`] = value;
    if (replace) parameters[`${prefix}.Replace`] = 'true';
  }
  return parameters;
}

function expectedParameters(item: string, expected: Expectation | undefined): Parameters {
  if (expected === undefined) return {};
  checkAttributes(item, [expected]);
  return {
    'Expected.1.Name': expected.name,
    ...('value' in expected ? { 'Expected.1.Value': expected.value } : { 'Expected.1.Exists': 'false' }),
  };
}

function consistency(consistentRead: boolean | undefined): Parameters {
  return consistentRead ? { ConsistentRead: 'true' } : {};
}

/** What SimpleDB always sends; without it the answer says nothing, and above all not "none". */
function required(parent: XmlElement, name: string): XmlElement {
  const found = child(parent, name);
  if (!found) throw new SimpleDbError('UnreadableAnswer', `${parent.name} lacks ${name}`, { status: 200 });
  return found;
}

function readAttributes(parent: XmlElement): Attribute[] {
  return childrenOf(parent, 'Attribute').map((attribute) => ({
    name: required(attribute, 'Name').text,
    value: required(attribute, 'Value').text,
  }));
}
