/** S3's refusals, in the shape of the SDK's errors, so that `aws/errors.ts` knows what they mean. */
import { child, parseXml, type XmlElement } from '../simpledb/xml.ts';

export class S3Error extends Error {
  /** S3's own code: `NoSuchKey`, `PreconditionFailed`, `SlowDown`, … */
  override name: string;
  readonly $metadata: { httpStatusCode: number; requestId: string | undefined };

  constructor(name: string, message: string, status: number, requestId?: string) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode: status, requestId };
  }
}

/** What stands for the code where S3's answer has no body: a HEAD's. */
const codes: Readonly<Record<number, string>> = {
  304: 'NotModified',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'ConditionalRequestConflict',
  412: 'PreconditionFailed',
  416: 'InvalidRange',
  503: 'SlowDown',
};

/** @param what is asked, for the message: `GET s3://bucket/key` */
export function errorIn(
  what: string,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): S3Error {
  const error = errorElement(body);
  const requestId = headers['x-amz-request-id'];
  // Of a proxy's page nothing can be concluded: least of all, from its 404, that there is no such object.
  const ofStatus = body.length === 0 && requestId !== undefined ? codes[status] : undefined;
  const name = child(error, 'Code')?.text || ofStatus || `Http${status}`;
  const message = child(error, 'Message')?.text || `HTTP ${status}`;
  return new S3Error(name, `${what}: ${message}`, status, requestId);
}

/** Undefined if the body is no error of S3's. */
export function errorElement(body: Uint8Array): XmlElement | undefined {
  const root = rootOf(body);
  return root?.name === 'Error' ? root : undefined;
}

/**
 * The document that S3 answered with status 200. It may be an error all the same, since S3 begins to answer
 * before it is done (API reference, CopyObject), and an error that is read as an empty list would be a lie.
 *
 * @param name of its root
 */
export function documentIn(body: Uint8Array, name: string, what: string): XmlElement {
  const root = rootOf(body);
  if (root?.name === name) return root;
  if (root?.name !== 'Error') throw new S3Error('UnreadableAnswer', `${what}: S3 answered no ${name}`, 0);
  const code = child(root, 'Code')?.text || 'InternalError';
  throw new S3Error(code, `${what}: ${child(root, 'Message')?.text ?? ''}`, 500);
}

function rootOf(body: Uint8Array): XmlElement | undefined {
  try {
    return parseXml(Buffer.from(body).toString());
  } catch {
    return undefined; // an empty body, or a proxy's page: the status has to do
  }
}
