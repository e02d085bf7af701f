/** Which service and action a request is for, and in which of AWS's wire formats it speaks. */
import { cloudFrontOperation } from './cloudfront/operations.ts';
import type { Message } from './message.ts';
import { readRequest } from './s3/request.ts';

export type Protocol = 'ec2' | 'simpledb' | 'query' | 'json' | 'cbor' | 'rest-json' | 'rest-xml' | 's3';

export interface Identity {
  service: string;
  /** Of the signature's scope; what is not signed is for us-east-1. */
  region: string;
  action: string;
  protocol: Protocol;
  parameters: Readonly<Record<string, unknown>>;
}

export const homeRegion = 'us-east-1';

/** By the version of an API that no other service shares. */
const servicesByVersion: Readonly<Record<string, string>> = {
  '2009-04-15': 'simpledb',
  '2012-06-01': 'elb', // Classic Load Balancers: both kinds sign for elasticloadbalancing
};

/** Services whose name in a signature is not the one that people call them by. */
const namesBySigningName: Readonly<Record<string, string>> = {
  sdb: 'simpledb',
  monitoring: 'cloudwatch',
  elasticloadbalancing: 'elbv2',
};

const restXmlServices = new Set(['cloudfront', 'route53']);

export function identify(message: Message): Identity {
  const url = new URL(message.target, 'http://sandbox');
  const { service, region } = signedScope(message, url);
  const request =
    fromQuery(message, url, service) ??
    fromTarget(message, service) ??
    fromPath(message, url, service ?? 's3');
  return { ...request, region };
}

type Request = Omit<Identity, 'region'>;

/** The credential scope: `Credential=<key>/<date>/<region>/<service>/aws4_request`. */
function signedScope(message: Message, url: URL): { service: string | undefined; region: string } {
  const credential =
    /Credential=([^,\s]+)/.exec(message.headers.authorization ?? '')?.[1] ??
    url.searchParams.get('X-Amz-Credential');
  const [region = homeRegion, name] = credential?.split('/').slice(-3, -1) ?? [];
  return { service: name === undefined ? undefined : (namesBySigningName[name] ?? name), region };
}

/** The message as if it were sent to another region, as far as moto looks. */
export function inRegion(message: Message, service: string, region: string): Message {
  const authorization = `AWS4-HMAC-SHA256 Credential=test/20000101/${region}/${service}/aws4_request, Signature=none`;
  return { ...message, headers: { ...message.headers, authorization } };
}

/** EC2, SimpleDB and the query protocol: `Action=…` in a form body or in the query string. */
function fromQuery(message: Message, url: URL, signed: string | undefined): Request | undefined {
  const parameters = formParameters(message) ?? url.searchParams;
  const action = parameters.get('Action');
  if (action === null) return undefined;
  const service = servicesByVersion[parameters.get('Version') ?? ''] ?? signed ?? 'unknown';
  const protocol = service === 'simpledb' || service === 'ec2' ? service : 'query';
  return { service, action, protocol, parameters: Object.fromEntries(parameters) };
}

export const formType = 'application/x-www-form-urlencoded';

export function formParameters(message: Message): URLSearchParams | undefined {
  const isForm = message.headers['content-type']?.startsWith(formType);
  return isForm ? new URLSearchParams(message.body.toString()) : undefined;
}

/** The JSON protocols: `X-Amz-Target: <interface>.<action>`. */
function fromTarget(message: Message, signed: string | undefined): Request | undefined {
  const target = message.headers['x-amz-target'];
  if (typeof target !== 'string') return undefined;
  const [prefix = 'unknown', action = target] = target.split('.');
  return { service: signed ?? prefix, action, protocol: 'json', parameters: jsonParameters(message) };
}

function jsonParameters(message: Message): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(message.body.toString());
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {}; // not JSON, as an S3 object's bytes: there is nothing to record
  }
}

/** CBOR carries the action in its path; REST has none, so that method and path must do. */
function fromPath(message: Message, url: URL, service: string): Request {
  const operation = /^\/service\/[^/]+\/operation\/(\w+)$/.exec(url.pathname)?.[1];
  if (operation !== undefined) return { service, action: operation, protocol: 'cbor', parameters: {} };
  if (service === 's3') return { service, ...ofS3(message), protocol: 's3' };
  if (service === 'cloudfront') {
    const operation = cloudFrontOperation(message.method, url);
    if (operation) return { service, ...operation, protocol: 'rest-xml' };
  }
  const query = Object.fromEntries(url.searchParams);
  const action = `${message.method} ${url.pathname}`;
  if (restXmlServices.has(service)) return { service, action, protocol: 'rest-xml', parameters: query };
  return { service, action, protocol: 'rest-json', parameters: { ...query, ...jsonParameters(message) } };
}

/** By what a person would call them, as in the SDK: most of it is in the path and the headers. */
function ofS3(message: Message): Pick<Request, 'action' | 'parameters'> {
  const { action, bucket, key, query, headers } = readRequest(
    message.method,
    message.target,
    message.headers,
  );
  const named = {
    Bucket: bucket,
    Key: key,
    CopySource: headers['x-amz-copy-source'],
    TaggingDirective: headers['x-amz-tagging-directive'],
    IfMatch:
      headers['if-match'] ?? (action === 'DeleteObjects' ? etagIn(message.body.toString()) : undefined),
    IfNoneMatch: headers['if-none-match'],
    Keys: action === 'DeleteObjects' ? keysIn(message.body.toString()) : undefined,
  };
  const given = Object.entries(named).filter(([, value]) => value !== undefined && value !== '');
  return { action, parameters: { ...Object.fromEntries(query), ...Object.fromEntries(given) } };
}

/** The first, if any of its objects is to be deleted under a condition. */
const etagIn = (body: string): string | undefined => /<ETag>([^<]*)<\/ETag>/.exec(body)?.[1];

const keysIn = (body: string): string[] =>
  [...body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key);
