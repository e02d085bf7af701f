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

/** What stands for the code where the answer has no body: a HEAD's. */
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
  const name = child(error, 'Code')?.text || codes[status] || `Http${status}`;
  const message = child(error, 'Message')?.text || `HTTP ${status}`;
  return new S3Error(name, `${what}: ${message}`, status, headers['x-amz-request-id']);
}

/** Undefined if the body is no error of S3's: a CompleteMultipartUpload may answer 200 with one. */
export function errorElement(body: Uint8Array): XmlElement | undefined {
  try {
    const root = parseXml(Buffer.from(body).toString());
    return root.name === 'Error' ? root : undefined;
  } catch {
    return undefined; // an empty body, or a proxy's page: the status has to do
  }
}
