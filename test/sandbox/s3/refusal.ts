/** Errors of S3: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList */

const statuses = {
  AuthorizationHeaderMalformed: 400,
  BadDigest: 400,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  IncompleteBody: 400,
  InvalidArgument: 400,
  InvalidDigest: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  KeyTooLongError: 400,
  MalformedXML: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NoSuchVersion: 404,
  NotImplemented: 501,
  NotModified: 304,
  PreconditionFailed: 412,
  XAmzContentSHA256Mismatch: 400,
} as const;

/** Thrown to answer an error. */
export class S3Refusal extends Error {
  override name = 'S3Refusal';
  readonly code: keyof typeof statuses;
  readonly status: number;
  /** Beside code and message. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: keyof typeof statuses, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.status = statuses[code];
    this.headers = headers;
  }
}

export const noSuchKey = () => new S3Refusal('NoSuchKey', 'The specified key does not exist.');

export const preconditionFailed = () =>
  new S3Refusal('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
