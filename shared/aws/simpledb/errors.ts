/**
 * What can go wrong, by code.
 * Source: SimpleDB Developer Guide, "API Error Codes", and the service's model (2009-04-15).
 */

/** SimpleDB's own codes. */
export type SimpleDbServiceCode =
  | 'AccessFailure'
  | 'AttributeDoesNotExist'
  | 'AuthFailure'
  | 'AuthMissingFailure'
  | 'ConditionalCheckFailed'
  | 'DuplicateItemName'
  | 'ExistsAndExpectedValue'
  | 'FeatureDeprecated'
  | 'IncompleteExpectedExpression'
  | 'InternalError'
  | 'InvalidAction'
  | 'InvalidHTTPAuthHeader'
  | 'InvalidHttpRequest'
  | 'InvalidLiteral'
  | 'InvalidNextToken'
  | 'InvalidNumberPredicates'
  | 'InvalidNumberValueTests'
  | 'InvalidParameterCombination'
  | 'InvalidParameterValue'
  | 'InvalidQueryExpression'
  | 'InvalidResponseGroups'
  | 'InvalidService'
  | 'InvalidSOAPRequest'
  | 'InvalidSortExpression'
  | 'InvalidURI'
  | 'InvalidWSAddressingProperty'
  | 'InvalidWSDLVersion'
  | 'MalformedSOAPSignature'
  | 'MissingAction'
  | 'MissingParameter'
  | 'MissingWSAddressingProperty'
  | 'MultipleExistsConditions'
  | 'MultipleExpectedNames'
  | 'MultipleExpectedValues'
  | 'MultiValuedAttribute'
  | 'NoSuchDomain'
  | 'NoSuchVersion'
  | 'NotYetImplemented'
  | 'NumberDomainAttributesExceeded'
  | 'NumberDomainBytesExceeded'
  | 'NumberDomainsExceeded'
  | 'NumberItemAttributesExceeded'
  | 'NumberSubmittedAttributesExceeded'
  | 'NumberSubmittedItemsExceeded'
  | 'QueryTimeout'
  | 'RequestExpired'
  | 'RequestTimeout'
  | 'ServiceUnavailable'
  | 'TooManyRequestedAttributes'
  | 'UnsupportedHttpVerb'
  | 'UnsupportedNextToken'
  | 'URITooLong';

/** Codes that every AWS query service may answer, SimpleDB among them. */
export type AwsCommonCode =
  | 'AccessDenied'
  | 'ExpiredToken'
  | 'IncompleteSignature'
  | 'InternalFailure'
  | 'InvalidClientTokenId'
  | 'InvalidSecurity'
  | 'MissingAuthenticationToken'
  | 'OptInRequired'
  | 'RequestLimitExceeded'
  | 'RequestThrottled'
  | 'SignatureDoesNotMatch'
  | 'Throttling'
  | 'ThrottlingException'
  | 'ValidationError';

/** This client's own codes, where there was no answer that says one. */
export type SimpleDbClientCode =
  /** No region, no such region, no usable endpoint. */
  | 'ConfigurationError'
  /** The connection failed, before or after the request was sent. */
  | 'ConnectionError'
  /** No answer in time. */
  | 'TimeoutError'
  /** An answer that is not SimpleDB's XML, or was cut short. */
  | 'UnreadableAnswer';

export type SimpleDbErrorCode = SimpleDbServiceCode | AwsCommonCode | SimpleDbClientCode;

export interface SimpleDbErrorDetails {
  /** The HTTP status; undefined if no answer came, or nothing was sent. */
  status?: number | undefined;
  requestId?: string | undefined;
  boxUsage?: number | undefined;
  /** See {@link SimpleDbError.maybeExecuted}; default false. */
  maybeExecuted?: boolean;
  cause?: unknown;
}

/**
 * Every error of the client: `name` is the code. A limit that is checked before anything is sent has
 * the code that SimpleDB itself would answer, and no status.
 */
export class SimpleDbError extends Error {
  override readonly name: SimpleDbErrorCode | (string & {});
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** What the failed call cost, in machine hours. */
  readonly boxUsage: number | undefined;
  /**
   * Whether AWS may have done the work though the call failed: the answer was lost, or speaks of an
   * error within. After a conditional write, read back before trying it again.
   */
  readonly maybeExecuted: boolean;
  /** As the SDK's own errors have it, for what reads those. */
  readonly $metadata: { httpStatusCode: number | undefined; requestId: string | undefined };

  constructor(
    name: SimpleDbErrorCode | (string & {}),
    message: string,
    { status, requestId, boxUsage, maybeExecuted = false, cause }: SimpleDbErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = name;
    this.status = status;
    this.requestId = requestId;
    this.boxUsage = boxUsage;
    this.maybeExecuted = maybeExecuted;
    this.$metadata = { httpStatusCode: status, requestId };
  }
}

/** Whether an error is SimpleDB's, with one of these codes. */
export function isSimpleDbError(error: unknown, ...codes: SimpleDbErrorCode[]): error is SimpleDbError {
  return error instanceof SimpleDbError && (codes.length === 0 || (codes as string[]).includes(error.name));
}

/** Whether a conditional write was refused because its expectation does not hold. Nothing was written. */
export function isConditionRefused(error: unknown): error is SimpleDbError {
  return isSimpleDbError(error, 'ConditionalCheckFailed', 'AttributeDoesNotExist');
}
