import { describe, expect, it, test } from 'vitest';
import { awsErrorOf, type Nature, natureOf } from '../../shared/aws/errors.ts';

const answered = (name: string, httpStatusCode: number) =>
  Object.assign(new Error(), { name, $metadata: { httpStatusCode } });
const broken = (code: string) => Object.assign(new Error(), { code });

describe('the nature of an error', () => {
  test.each<[string, number, Nature]>([
    ['RequestLimitExceeded', 503, 'throttled'],
    ['Throttling', 400, 'throttled'],
    ['ThrottlingException', 400, 'throttled'],
    ['TooManyRequestsException', 429, 'throttled'],
    ['EC2ThrottledException', 400, 'throttled'],
    ['SnapshotCreationPerVolumeRateExceeded', 400, 'volume-rate'],
    ['ConcurrentSnapshotLimitExceeded', 400, 'busy'],
    ['InvalidSnapshot.NotFound', 400, 'absent'],
    ['InvalidVolume.NotFound', 400, 'absent'],
    ['InvalidSnapshot.InUse', 400, 'in-use'],
    ['TooManyInvalidationsInProgress', 400, 'busy'],
    ['InvalidationBatchAlreadyExists', 409, 'exists'],
    ['NoSuchDistribution', 404, 'absent'],
    ['InvalidArgument', 400, 'refused'],
    ['SnapshotLimitExceeded', 400, 'refused'],
    ['PendingSnapshotLimitExceeded', 400, 'refused'],
    ['UnauthorizedOperation', 403, 'refused'],
    ['AuthFailure', 401, 'refused'],
    ['InvalidParameterValue', 400, 'refused'],
    ['IncorrectState', 400, 'refused'],
    ['OperationNotPermitted', 400, 'refused'],
    ['InsufficientInstanceCapacity', 500, 'no-capacity'],
    ['VcpuLimitExceeded', 400, 'quota'],
    ['ScalingActivityInProgressFault', 400, 'busy'],
    ['InvalidTargetException', 400, 'refused'],
    ['InternalError', 500, 'unknown-outcome'],
    ['Unavailable', 503, 'unknown-outcome'],
    ['SomethingNew', 502, 'unknown-outcome'],
    ['SyntaxError', 500, 'unknown-outcome'],
    ['SomethingNew', 499, 'refused'],
    // Answered, but unreadable: the SDK's own parser failed.
    ['SyntaxError', 200, 'unclear'],
    // Names that every object knows are no codes of AWS.
    ['constructor', 400, 'refused'],
    ['toString', 500, 'unknown-outcome'],
    ['__proto__', 400, 'refused'],
  ])('%s with status %i is %s', (name, status, nature) => {
    expect(natureOf(answered(name, status))).toBe(nature);
  });

  test.each([
    'ECONNRESET',
    'ECONNREFUSED',
    'ECONNABORTED',
    'ETIMEDOUT',
    'EPIPE',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOTFOUND',
    'EAI_AGAIN',
  ])('of a connection that broke with %s is unknown-outcome', (code) => {
    expect(natureOf(broken(code))).toBe('unknown-outcome');
  });

  it('of no answer in time is unknown-outcome', () => {
    expect(natureOf(Object.assign(new Error(), { name: 'TimeoutError' }))).toBe('unknown-outcome');
  });

  test.each<[string, unknown]>([
    ['an error of our own', new TypeError('x is not a function')],
    ['missing credentials', Object.assign(new Error(), { name: 'CredentialsProviderError' })],
    ['another system error', broken('ENOENT')],
    ['text', 'RequestLimitExceeded'],
    ['undefined', undefined],
    ['null', null],
    ['an empty object', {}],
  ])('of %s is unclear', (_what, error) => {
    expect(natureOf(error)).toBe('unclear');
  });

  it("of a caller reference that was used is exists, whatever CloudFront's documentation calls it", () => {
    const error = answered('InvalidArgument', 400);
    error.message =
      'Your request contains a caller reference that was used for a previous invalidation batch for the same distribution.';
    expect(natureOf(error)).toBe('exists');
  });

  it('of a target that does not run yet is busy, and of what can be none is refused', () => {
    const error = answered('InvalidTargetException', 400);
    error.message = "The following targets are not in a running state and cannot be registered: 'i-1'";
    expect(natureOf(error)).toBe('busy');
  });

  it('never depends on the message', () => {
    const error = answered('InvalidParameterValue', 400);
    error.message = 'RequestLimitExceeded: InvalidSnapshot.NotFound';
    expect(natureOf(error)).toBe('refused');
  });
});

describe('reading an error', () => {
  it("gives name, message and AWS's request", () => {
    const error = Object.assign(new Error('No'), { name: 'AuthFailure', $metadata: { requestId: 'r-1' } });
    expect(awsErrorOf(error)).toEqual({ name: 'AuthFailure', message: 'No', requestId: 'r-1' });
  });

  test.each<[string, unknown, string]>([
    ['text', 'broken', 'broken'],
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 7, '7'],
  ])('says something of %s too', (_what, thrown, message) => {
    expect(awsErrorOf(thrown)).toEqual({ name: 'Error', message, requestId: undefined });
  });
});
