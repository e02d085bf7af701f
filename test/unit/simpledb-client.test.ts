import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { SimpleDbClient, type SimpleDbClientOptions } from '../../shared/aws/simpledb/client.ts';
import { resolveEndpoint } from '../../shared/aws/simpledb/endpoint.ts';
import { readEnvironment } from '../../shared/aws/simpledb/environment.ts';
import { SimpleDbError } from '../../shared/aws/simpledb/errors.ts';
import { simpleDbRegions } from '../../shared/aws/simpledb/regions.ts';

interface Answer {
  status: number;
  body: string;
}
type Step = Answer | Error;

const ok = (action: string, result = ''): Answer => ({
  status: 200,
  body: `<?xml version="1.0"?><${action}Response xmlns="http://sdb.amazonaws.com/doc/2009-04-15/">${result}<ResponseMetadata><RequestId>r1</RequestId><BoxUsage>0.00001</BoxUsage></ResponseMetadata></${action}Response>`,
});
const failed = (status: number, code: string): Answer => ({
  status,
  body: `<?xml version="1.0"?><Response><Errors><Error><Code>${code}</Code><Message>Said &amp; done</Message><BoxUsage>0.0000219907</BoxUsage></Error></Errors><RequestID>r2</RequestID></Response>`,
});
const broken = (code: string) => Object.assign(new Error(code), { code });
const put = { domain: 'owner', item: 'i', attributes: [{ name: 'a', value: '1' }] };
const guarded = { ...put, expected: { name: 'a', exists: false } as const };

/** A client whose every exchange is one of `steps`, the last one for ever; `sent` has the forms. */
function scripted(steps: Step[], options: SimpleDbClientOptions = {}) {
  const sent: URLSearchParams[] = [];
  const waits: number[] = [];
  const client = new SimpleDbClient({
    region: 'eu-west-1',
    endpoint: 'http://127.0.0.1:4566',
    credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' },
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
    },
    random: () => 0.5,
    requestHandler: {
      handle: async (request: { body: string }) => {
        const step = steps[Math.min(sent.length, steps.length - 1)] as Step;
        sent.push(new URLSearchParams(request.body));
        if (step instanceof Error) throw step;
        const body = Readable.from([Buffer.from(step.body)]);
        return { response: { statusCode: step.status, headers: {}, body } };
      },
    },
    ...options,
  });
  return { client, sent, waits };
}

const form = (parameters: URLSearchParams | undefined) => Object.fromEntries(parameters ?? []);

describe('SimpleDbClient: requests', () => {
  test('signs a form of API 2009-04-15 with the key, and with the session token of a role', async () => {
    const credentials = async () => ({ accessKeyId: 'AK', secretAccessKey: 'SK', sessionToken: 'T/+=' });
    const { client, sent } = scripted([ok('CreateDomain')], { credentials });
    await client.createDomain('owner');
    expect(form(sent[0])).toMatchObject({
      Action: 'CreateDomain',
      Version: '2009-04-15',
      DomainName: 'owner',
      AWSAccessKeyId: 'AK',
      SecurityToken: 'T/+=',
      SignatureVersion: '2',
      SignatureMethod: 'HmacSHA256',
      Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      Signature: expect.stringMatching(/^.{43}=$/),
    });
  });

  test('puts attributes on the condition that one has a value, or does not exist', async () => {
    const { client, sent } = scripted([ok('PutAttributes')]);
    await client.putAttributes({
      domain: 'owner',
      item: 'i',
      attributes: [
        { name: 'a', value: '1', replace: true },
        { name: 'b', value: '2' },
      ],
      expected: { name: 'a', value: '0' },
    });
    await client.putAttributes(guarded);
    expect(form(sent[0])).toMatchObject({
      ItemName: 'i',
      'Attribute.1.Name': 'a',
      'Attribute.1.Value': '1',
      'Attribute.1.Replace': 'true',
      'Attribute.2.Name': 'b',
      'Expected.1.Name': 'a',
      'Expected.1.Value': '0',
    });
    expect(form(sent[0])).not.toHaveProperty(['Attribute.2.Replace']);
    expect(form(sent[0])).not.toHaveProperty(['Expected.1.Exists']);
    expect(form(sent[1])).toMatchObject({ 'Expected.1.Name': 'a', 'Expected.1.Exists': 'false' });
  });

  test('deletes a whole item, an attribute or one value, also on a condition', async () => {
    const { client, sent } = scripted([ok('DeleteAttributes')]);
    await client.deleteAttributes({ domain: 'owner', item: 'i', expected: { name: 'h', value: 'me' } });
    await client.deleteAttributes({
      domain: 'owner',
      item: 'i',
      attributes: [{ name: 'a' }, { name: 'b', value: '1' }],
    });
    expect(form(sent[0])).toMatchObject({ 'Expected.1.Name': 'h', 'Expected.1.Value': 'me' });
    expect(form(sent[0])).not.toHaveProperty(['Attribute.1.Name']);
    expect(form(sent[1])).toMatchObject({
      'Attribute.1.Name': 'a',
      'Attribute.2.Name': 'b',
      'Attribute.2.Value': '1',
    });
  });

  test('splits a batch at 25 items, in their order', async () => {
    const { client, sent } = scripted([ok('BatchPutAttributes')]);
    const items = Array.from({ length: 60 }, (_, index) => ({
      name: `i${index}`,
      attributes: put.attributes,
    }));
    await client.batchPutAttributes({ domain: 'owner', items });
    const names = sent.map((one) =>
      Array.from({ length: 25 }, (_, index) => one.get(`Item.${index + 1}.ItemName`) ?? []).flat(),
    );
    expect(names.map(({ length }) => length)).toEqual([25, 25, 10]);
    expect(names.flat()).toEqual(items.map(({ name }) => name));
    expect(sent[2]?.get('Item.10.Attribute.1.Value')).toBe('1');
  });

  test('splits a batch before 1 MB, whatever its items hold', async () => {
    const { client, sent } = scripted([ok('BatchPutAttributes')]);
    const attributes = Array.from({ length: 50 }, (_, index) => ({
      name: `a${index}`,
      value: 'é'.repeat(512),
    }));
    const items = Array.from({ length: 25 }, (_, index) => ({ name: `i${index}`, attributes }));
    await client.batchPutAttributes({ domain: 'owner', items });
    expect(sent.length).toBeGreaterThan(1);
    for (const one of sent) expect(one.toString().length).toBeLessThan(1_000_000);
  });

  test('sends nothing for an empty batch', async () => {
    const { client, sent } = scripted([ok('BatchDeleteAttributes')]);
    await client.batchDeleteAttributes({ domain: 'owner', items: [] });
    expect(sent).toEqual([]);
  });
});

describe('SimpleDbClient: limits, named before anything is sent', () => {
  const long = 'é'.repeat(513);
  const pairs = Array.from({ length: 257 }, (_, index) => ({ name: `a${index}`, value: '' }));
  const attribute = (name: string, value: string) => ({ ...put, attributes: [{ name, value }] });
  test.each([
    [
      'an item name over 1024 bytes',
      { ...put, item: long },
      'InvalidParameterValue',
      /name of item.*1026 bytes/,
    ],
    [
      'an attribute name over 1024 bytes',
      attribute(long, ''),
      'InvalidParameterValue',
      /attribute name.*1026 bytes/,
    ],
    [
      'a value over 1024 bytes',
      attribute('a', long),
      'InvalidParameterValue',
      /value of attribute "a".*1026 bytes/,
    ],
    ['no item name', { ...put, item: '' }, 'InvalidParameterValue', /needs a name/],
    ['half a surrogate pair', attribute('a', '\ud800'), 'InvalidParameterValue', /not well-formed/],
    ['a domain that cannot be one', { ...put, domain: 'a b' }, 'InvalidParameterValue', /domain "a b"/],
    ['257 pairs', { ...put, attributes: pairs }, 'NumberSubmittedAttributesExceeded', /257.*256/],
  ])('%s', async (_what, request, name, message) => {
    const { client, sent } = scripted([ok('PutAttributes')]);
    await expect(client.putAttributes(request)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
      status: undefined,
    });
    expect(sent).toEqual([]);
  });

  test('an item twice in a batch', async () => {
    const { client, sent } = scripted([ok('BatchDeleteAttributes')]);
    const items = [{ name: 'a' }, { name: 'b' }, { name: 'a' }];
    await expect(client.batchDeleteAttributes({ domain: 'owner', items })).rejects.toMatchObject({
      name: 'DuplicateItemName',
    });
    expect(sent).toEqual([]);
  });

  test('1024 bytes and 256 pairs are taken', async () => {
    const { client, sent } = scripted([ok('PutAttributes')]);
    await client.putAttributes({ domain: 'owner', item: 'é'.repeat(512), attributes: pairs.slice(1) });
    expect(sent).toHaveLength(1);
  });
});

describe('SimpleDbClient: answers', () => {
  const attribute = (name: string, value: string) =>
    `<Attribute><Name>${name}</Name><Value>${value}</Value></Attribute>`;

  test('attributes of an item, several values and encoded ones included; none for no item', async () => {
    const encoded =
      '<Attribute><Name encoding="base64">AAE=</Name><Value encoding="base64">w6k=</Value></Attribute>';
    const { client, sent } = scripted([
      ok(
        'GetAttributes',
        `<GetAttributesResult>${attribute('a', '&lt;1')}${attribute('a', '')}${encoded}</GetAttributesResult>`,
      ),
      ok('GetAttributes', '<GetAttributesResult/>'),
    ]);
    const request = { domain: 'owner', item: 'i', attributeNames: ['a', 'b'], consistentRead: true };
    expect(await client.getAttributes(request)).toEqual([
      { name: 'a', value: '<1' },
      { name: 'a', value: '' },
      { name: '\0\u0001', value: 'é' },
    ]);
    expect(await client.getAttributes({ domain: 'owner', item: 'i' })).toEqual([]);
    expect(form(sent[0])).toMatchObject({ 'AttributeName.2': 'b', ConsistentRead: 'true' });
    expect(form(sent[1])).not.toHaveProperty('ConsistentRead');
  });

  test('every page of a Select, on through empty ones', async () => {
    const item = (name: string) => `<Item><Name>${name}</Name>${attribute('a', '1')}</Item>`;
    const page = (items: string, next = '') => ok('Select', `<SelectResult>${items}${next}</SelectResult>`);
    const { client, sent } = scripted([
      page(item('1') + item('2'), '<NextToken>t&amp;1</NextToken>'),
      page('', '<NextToken>t2</NextToken>'),
      page(item('3')),
    ]);
    const pages: string[][] = [];
    for await (const items of client.selectAll({ expression: 'select * from owner', consistentRead: true })) {
      pages.push(items.map(({ name }) => name));
    }
    expect(pages).toEqual([['1', '2'], [], ['3']]);
    expect(sent.map((one) => one.get('NextToken'))).toEqual([null, 't&1', 't2']);
    expect(sent.every((one) => one.get('ConsistentRead') === 'true')).toBe(true);
  });

  test('all domains, page by page, and what one holds', async () => {
    const { client } = scripted([
      ok(
        'ListDomains',
        '<ListDomainsResult><DomainName>a</DomainName><NextToken>t</NextToken></ListDomainsResult>',
      ),
      ok('ListDomains', '<ListDomainsResult><DomainName>b</DomainName></ListDomainsResult>'),
      ok(
        'DomainMetadata',
        '<DomainMetadataResult><ItemCount>1</ItemCount><ItemNamesSizeBytes>2</ItemNamesSizeBytes><AttributeNameCount>3</AttributeNameCount><AttributeNamesSizeBytes>4</AttributeNamesSizeBytes><AttributeValueCount>5</AttributeValueCount><AttributeValuesSizeBytes>6</AttributeValuesSizeBytes><Timestamp>1225486466</Timestamp></DomainMetadataResult>',
      ),
    ]);
    expect(await client.listDomains()).toEqual(['a', 'b']);
    expect(await client.domainMetadata('owner')).toEqual({
      itemCount: 1,
      itemNamesSizeBytes: 2,
      attributeNameCount: 3,
      attributeNamesSizeBytes: 4,
      attributeValueCount: 5,
      attributeValuesSizeBytes: 6,
      timestamp: new Date('2008-10-31T20:54:26Z'),
    });
  });

  test('an error has its code as name, the status, the request and its cost', async () => {
    const { client } = scripted([failed(409, 'ConditionalCheckFailed')]);
    const error = await client.putAttributes(guarded).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SimpleDbError);
    expect(error).toMatchObject({
      name: 'ConditionalCheckFailed',
      message: 'Said & done',
      status: 409,
      requestId: 'r2',
      boxUsage: 0.0000219907,
      maybeExecuted: false,
    });
  });

  test('a page of rows is never made of an answer that is something else', async () => {
    const item = '<SelectResult><Item><Value>1</Value></Item></SelectResult>';
    for (const answer of [ok('ListDomains'), ok('Select'), ok('Select', item)]) {
      const { client } = scripted([answer]);
      await expect(client.select({ expression: 'select * from owner' })).rejects.toMatchObject({
        name: 'UnreadableAnswer',
      });
    }
  });
});

describe('SimpleDbClient: tries again', () => {
  const transient: [string, Step][] = [
    ['ServiceUnavailable', failed(503, 'ServiceUnavailable')],
    ['InternalError', failed(500, 'InternalError')],
    ['RequestTimeout', failed(408, 'RequestTimeout')],
    ['a throttle', failed(400, 'Throttling')],
    ['a request limit', failed(400, 'RequestLimitExceeded')],
    ['a gateway that answers HTML', { status: 502, body: '<html><body>Bad gateway<hr></body></html>' }],
    ['an answer cut short', { status: 200, body: '<PutAttributesResponse><Respo' }],
    ['a reset connection', broken('ECONNRESET')],
    ['a refused connection', broken('ECONNREFUSED')],
  ];

  test.each(transient)('after %s', async (_what, step) => {
    const { client, sent } = scripted([step, step, ok('PutAttributes')]);
    await client.putAttributes(put);
    expect(sent).toHaveLength(3);
  });

  test.each(transient)('no longer than `maxAttempts`, after %s', async (_what, step) => {
    const { client, sent } = scripted([step], { maxAttempts: 2 });
    await expect(client.putAttributes(put)).rejects.toBeInstanceOf(SimpleDbError);
    expect(sent).toHaveLength(2);
  });

  test.each([
    ['ServiceUnavailable', failed(503, 'ServiceUnavailable')],
    ['a throttle', failed(400, 'Throttling')],
    ['a refused connection', broken('ECONNREFUSED')],
  ])('a conditional write after %s, which did nothing', async (_what, step) => {
    const { client, sent } = scripted([step, ok('PutAttributes')]);
    await client.putAttributes(guarded);
    expect(sent).toHaveLength(2);
  });

  test.each([
    ['InternalError', failed(500, 'InternalError')],
    ['RequestTimeout', failed(408, 'RequestTimeout')],
    ['an answer cut short', { status: 200, body: '<PutAttr' }],
    ['a reset connection', broken('ECONNRESET')],
  ])('not a conditional write after %s, which may have been carried out', async (_what, step) => {
    const { client, sent } = scripted([step, ok('PutAttributes')]);
    await expect(client.putAttributes(guarded)).rejects.toMatchObject({ maybeExecuted: true });
    expect(sent).toHaveLength(1);
  });

  test('not what AWS refused', async () => {
    const { client, sent } = scripted([failed(400, 'NoSuchDomain')]);
    await expect(client.putAttributes(put)).rejects.toMatchObject({ name: 'NoSuchDomain' });
    expect(sent).toHaveLength(1);
  });

  test('after a wait of full jitter that doubles up to 5 s', async () => {
    const { client, waits } = scripted([failed(503, 'ServiceUnavailable')], { maxAttempts: 9 });
    await expect(client.putAttributes(put)).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    expect(waits).toEqual([100, 200, 400, 800, 1600, 2500, 2500, 2500]);
    const none = scripted([failed(503, 'ServiceUnavailable'), ok('PutAttributes')], { random: () => 0 });
    await none.client.putAttributes(put);
    expect(none.waits).toEqual([0]);
  });
});

describe('SimpleDbClient: over a real connection', () => {
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  async function serve(
    answer: (request: IncomingMessage, response: ServerResponse) => unknown,
    milliseconds = 300,
  ) {
    const server = createServer(answer).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const credentials = { accessKeyId: 'AK', secretAccessKey: 'SK' };
    const endpoint = `http://127.0.0.1:${port}`;
    return new SimpleDbClient({
      endpoint,
      credentials,
      maxAttempts: 1,
      requestTimeoutMilliseconds: milliseconds,
    });
  }

  test('any text arrives as it was sent, and comes back as it was stored', async () => {
    let stored = '';
    const client = await serve(async (request, response) => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      const parameters = new URLSearchParams(body);
      stored = parameters.get('Attribute.1.Value') ?? stored;
      const value = Buffer.from(stored).toString('base64');
      const attribute = `<Attribute><Name>a</Name><Value encoding="base64">${value}</Value></Attribute>`;
      const action = parameters.get('Action') ?? '';
      response.end(ok(action, `<${action}Result>${attribute}</${action}Result>`).body);
    }, 10_000);
    const text = fc.string({ unit: 'binary', maxLength: 100 });
    const comesBack = async (value: string) => {
      await client.putAttributes({ ...put, attributes: [{ name: 'a', value }] });
      expect(stored).toBe(value);
      expect(await client.getAttributes({ domain: 'owner', item: 'i' })).toEqual([{ name: 'a', value }]);
    };
    await fc.assert(fc.asyncProperty(text, comesBack), { numRuns: 50 });
  });

  test('no answer in time is a TimeoutError that may have been carried out', async () => {
    const client = await serve(() => {});
    await expect(client.putAttributes(put)).rejects.toMatchObject({
      name: 'TimeoutError',
      maybeExecuted: true,
    });
  });

  test('an answer that stops half way is a TimeoutError, too', async () => {
    const client = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '500' }).write('<PutAttributesResponse>');
    });
    await expect(client.putAttributes(put)).rejects.toMatchObject({
      name: 'TimeoutError',
      maybeExecuted: true,
    });
  });

  test('a connection that is cut is a ConnectionError that may have been carried out', async () => {
    const client = await serve((request) => void request.socket.destroy());
    await expect(client.putAttributes(put)).rejects.toMatchObject({
      name: 'ConnectionError',
      maybeExecuted: true,
    });
  });

  test('a port where nobody listens is a ConnectionError that did nothing', async () => {
    const credentials = { accessKeyId: 'AK', secretAccessKey: 'SK' };
    const client = new SimpleDbClient({ endpoint: 'http://127.0.0.1:9', credentials, maxAttempts: 1 });
    await expect(client.putAttributes(put)).rejects.toMatchObject({
      name: 'ConnectionError',
      maybeExecuted: false,
    });
  });
});

describe('where requests go', () => {
  const nowhere = readEnvironment({});

  test.each(simpleDbRegions)('to the own endpoint of %s', async (region) => {
    const { host, protocol, path } = await resolveEndpoint({ region }, nowhere);
    const expected = region === 'us-east-1' ? 'sdb.amazonaws.com' : `sdb.${region}.amazonaws.com`;
    expect({ host, protocol, path }).toEqual({ host: expected, protocol: 'https:', path: '/' });
  });

  test('a region without SimpleDB is an error that names those with it', async () => {
    await expect(resolveEndpoint({ region: 'eu-central-1' }, nowhere)).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(/not in eu-central-1; it is in .*eu-west-1.*us-west-2/),
    });
  });

  test.each([
    [
      'the option',
      { endpoint: 'http://option:1' },
      { AWS_ENDPOINT_URL_SIMPLEDB: 'http://own:2' },
      'option:1',
    ],
    [
      "the service's variable",
      {},
      { AWS_ENDPOINT_URL_SIMPLEDB: 'http://own:2', AWS_ENDPOINT_URL: 'http://all:3' },
      'own:2',
    ],
    [
      'the common variable, in any region',
      { region: 'eu-central-1' },
      { AWS_ENDPOINT_URL: 'http://all:3' },
      'all:3',
    ],
    [
      'AWS where the variables are to be ignored',
      { region: 'us-east-1' },
      { AWS_ENDPOINT_URL: 'http://all:3', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      'sdb.amazonaws.com',
    ],
    [
      'the region of AWS_REGION',
      {},
      { AWS_REGION: 'sa-east-1', AWS_DEFAULT_REGION: 'us-east-1' },
      'sdb.sa-east-1.amazonaws.com',
    ],
    [
      'the region of AWS_DEFAULT_REGION',
      {},
      { AWS_DEFAULT_REGION: 'us-west-2' },
      'sdb.us-west-2.amazonaws.com',
    ],
  ])('to %s', async (_what, options, environment, host) => {
    expect((await resolveEndpoint(options, readEnvironment(environment))).host).toBe(host);
  });

  test("to the region of another client's provider", async () => {
    const { host } = await resolveEndpoint({ region: async () => 'us-west-1' }, nowhere);
    expect(host).toBe('sdb.us-west-1.amazonaws.com');
  });

  test.each([
    ['no region', {}],
    ['an endpoint that is no URL', { endpoint: 'localhost:4566' }],
  ])('nowhere with %s', async (_what, options) => {
    await expect(resolveEndpoint(options, nowhere)).rejects.toMatchObject({ name: 'ConfigurationError' });
  });
});
