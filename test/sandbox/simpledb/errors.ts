/**
 * Errors and their HTTP statuses, from "API Error Codes" in the SimpleDB Developer Guide
 * (https://docs.aws.amazon.com/AmazonSimpleDB/latest/DeveloperGuide/APIError.html), `DuplicateItemName`
 * from the service's API model. `InvalidClientTokenId` and `SignatureDoesNotMatch` are AWS's "Common
 * Errors": the guide has only `AuthFailure` for both, which would not say which of the two it was.
 */
const STATUS = {
  AttributeDoesNotExist: 404,
  AuthMissingFailure: 403,
  ConditionalCheckFailed: 409,
  DuplicateItemName: 400,
  ExistsAndExpectedValue: 400,
  FeatureDeprecated: 400,
  IncompleteExpectedExpression: 400,
  InvalidAction: 400,
  InvalidClientTokenId: 403,
  InvalidHttpRequest: 400,
  InvalidNextToken: 400,
  InvalidNumberValueTests: 400,
  InvalidParameterCombination: 400,
  InvalidParameterValue: 400,
  InvalidQueryExpression: 400,
  InvalidSortExpression: 400,
  MissingAction: 400,
  MissingParameter: 400,
  MultipleExistsConditions: 400,
  MultipleExpectedNames: 400,
  MultipleExpectedValues: 400,
  MultiValuedAttribute: 409,
  NoSuchDomain: 400,
  NoSuchVersion: 400,
  NumberDomainsExceeded: 409,
  NumberItemAttributesExceeded: 409,
  NumberSubmittedAttributesExceeded: 409,
  NumberSubmittedItemsExceeded: 409,
  RequestExpired: 400,
  SignatureDoesNotMatch: 403,
  TooManyRequestedAttributes: 400,
  UnsupportedHttpVerb: 400,
} as const;

export type ErrorCode = keyof typeof STATUS;

/** An error that the service answers with. */
export class SimpleDbError extends Error {
  readonly code: ErrorCode;
  readonly status: number;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = 'SimpleDbError';
    this.code = code;
    this.status = STATUS[code];
  }
}

/** `Value ("x") for parameter Name is invalid. Why.` */
export function invalidValue(value: string, parameter: string, why = ''): SimpleDbError {
  return new SimpleDbError(
    'InvalidParameterValue',
    `Value ("${value}") for parameter ${parameter} is invalid. ${why}`.trimEnd(),
  );
}

export function missing(parameter: string): SimpleDbError {
  return new SimpleDbError('MissingParameter', `The request must contain the parameter ${parameter}.`);
}
