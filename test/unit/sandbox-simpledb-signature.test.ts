import { describe, expect, it } from 'vitest';
import { checkSignature, stringToSign } from '../sandbox/simpledb/signature.ts';
import { createSimpleDb, type SimpleDbOptions } from '../sandbox/simpledb/simpledb.ts';
import { answerOf, signed } from './sandbox-simpledb-caller.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const BOTO_SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

/** AWS's own example: "Signature Version 2 signing process", AWS General Reference. */
const EMR = {
  method: 'GET',
  host: 'elasticmapreduce.amazonaws.com',
  path: '/',
  parameters: new URLSearchParams({
    Action: 'DescribeJobFlows',
    Version: '2009-03-31',
    AWSAccessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    SignatureVersion: '2',
    SignatureMethod: 'HmacSHA256',
    Timestamp: '2011-10-03T15:19:30',
  }),
};

const SELECT = {
  Action: 'Select',
  Version: '2009-04-15',
  SelectExpression: "select * from `gk-prod` where name = 'Zoë''s *(50%)* ~ 日本 𝄞!' and x > 'a+b/c'",
  ConsistentRead: 'true',
  AWSAccessKeyId: 'AKIDEXAMPLE',
  SignatureVersion: '2',
  SignatureMethod: 'HmacSHA256',
  Timestamp: '2026-03-29T01:02:03Z',
};

function rules(secret: string) {
  return { secretFor: () => secret, now: () => new Date(), maxSkewSeconds: undefined };
}

function withSignature(
  parameters: Record<string, string> | URLSearchParams,
  signature: string,
): URLSearchParams {
  const all = new URLSearchParams(parameters);
  all.set('Signature', signature);
  return all;
}

describe('signature version 2', () => {
  it("makes the string to sign of AWS's example", () => {
    expect(stringToSign(EMR)).toBe(
      'GET\nelasticmapreduce.amazonaws.com\n/\nAWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Action=DescribeJobFlows' +
        '&SignatureMethod=HmacSHA256&SignatureVersion=2&Timestamp=2011-10-03T15%3A19%3A30&Version=2009-03-31',
    );
  });

  it("accepts the signature of AWS's example", () => {
    const parameters = withSignature(EMR.parameters, 'i91nKc4PWAt0JJIdXwz9HxZCJDdiy6cf/Mj6vPxyYIs=');
    expect(() => checkSignature({ ...EMR, parameters }, rules(SECRET))).not.toThrow();
  });

  it('accepts HmacSHA1, as openssl computes it', () => {
    const parameters = withSignature(EMR.parameters, 'lfFHkzuzsvqoHr8bDOMDY/xAqP8=');
    parameters.set('SignatureMethod', 'HmacSHA1');
    expect(() => checkSignature({ ...EMR, parameters }, rules(SECRET))).not.toThrow();
  });

  // Signed by botocore 1.43.11, SigV2Auth.
  it.each([
    ['sdb.eu-west-1.amazonaws.com', SELECT, 'UGSoBuvhrNPeDT7KAX5nTA5hTX75FR1tdVTkAg9eQEo='],
    ['SDB.eu-west-1.amazonaws.com:443', SELECT, 'UGSoBuvhrNPeDT7KAX5nTA5hTX75FR1tdVTkAg9eQEo='],
    [
      '127.0.0.1:4566',
      { ...SELECT, SecurityToken: 'tok/en+==' },
      'rNIV9sNYGp5w5bvWBBzUwrJG10EANz44Ym2CX2OwzXk=',
    ],
  ])('accepts what botocore signed for %s', (host, parameters, signature) => {
    const request = { method: 'POST', host, path: '/', parameters: withSignature(parameters, signature) };
    expect(() => checkSignature(request, rules(BOTO_SECRET))).not.toThrow();
  });

  it('sorts by the whole name, where one number is the start of another', () => {
    const parameters = withSignature(
      {
        'AttributeName.10': 'y',
        'AttributeName.2': 'z',
        'AttributeName.1': 'x',
        Action: 'GetAttributes',
        Version: '2009-04-15',
        DomainName: 'gk-prod',
        ItemName: 'a b',
        AWSAccessKeyId: 'AKIDEXAMPLE',
        SignatureVersion: '2',
        SignatureMethod: 'HmacSHA256',
        Timestamp: '2026-03-29T01:02:03Z',
      },
      'qP0fbzMj9W2Mc3aNMieIaJPbnKO00aH6/Ai5TlyZ1x0=',
    );
    const request = { method: 'GET', host: '127.0.0.1:4566', path: '', parameters };
    expect(() => checkSignature(request, rules(BOTO_SECRET))).not.toThrow();
  });
});

describe('admission', () => {
  function answer(change: (parameters: URLSearchParams) => void, options: SimpleDbOptions = {}) {
    const parameters = signed({ Action: 'ListDomains' });
    change(parameters);
    const { status, code } = answerOf(createSimpleDb(options), parameters);
    return [status, code];
  }

  it.each<[string, (parameters: URLSearchParams) => void, number, string]>([
    ['a changed parameter', (p) => p.set('MaxNumberOfDomains', '5'), 403, 'SignatureDoesNotMatch'],
    ['an unknown key', (p) => p.set('AWSAccessKeyId', 'AKIDOTHER'), 403, 'InvalidClientTokenId'],
    ['no key', (p) => p.delete('AWSAccessKeyId'), 403, 'AuthMissingFailure'],
    ['no signature', (p) => p.delete('Signature'), 400, 'MissingParameter'],
    ['no time stamp', (p) => p.delete('Timestamp'), 400, 'MissingParameter'],
    [
      'a time stamp of another form',
      (p) => p.set('Timestamp', 'Sun, 29 Mar 2026 01:02:03 GMT'),
      400,
      'InvalidParameterValue',
    ],
    ['signature version 1', (p) => p.set('SignatureVersion', '1'), 400, 'InvalidParameterValue'],
    ['an unknown method', (p) => p.set('SignatureMethod', 'HmacMD5'), 400, 'InvalidParameterValue'],
    ['no action', (p) => p.delete('Action'), 400, 'MissingAction'],
  ])('refuses %s', (_, change, status, code) => {
    expect(answer(change)).toEqual([status, code]);
  });

  it('refuses an unknown action and another version', () => {
    const db = createSimpleDb();
    expect(answerOf(db, signed({ Action: 'toString' })).code).toBe('InvalidAction');
    expect(answerOf(db, signed({ Action: 'ListDomains', Version: '2007-11-07' })).code).toBe('NoSuchVersion');
  });

  it('takes keys that were registered or looked up', () => {
    const parameters = signed({ Action: 'ListDomains' });
    const none = createSimpleDb({ secrets: {} });
    expect(answerOf(none, parameters).code).toBe('InvalidClientTokenId');
    none.register('test', 'test');
    expect(answerOf(none, parameters).status).toBe(200);
    expect(answerOf(createSimpleDb({ secrets: {}, secretFor: () => 'test' }), parameters).status).toBe(200);
  });

  it('refuses a temporary key without its session token', () => {
    const db = createSimpleDb({ secrets: { ASIAEXAMPLE: 'test' } });
    const request = { Action: 'ListDomains', AWSAccessKeyId: 'ASIAEXAMPLE' };
    expect(answerOf(db, signed(request)).code).toBe('InvalidClientTokenId');
    expect(answerOf(db, signed({ ...request, SecurityToken: 't' })).status).toBe(200);
  });

  it('minds the skew of the time stamp only if told to', () => {
    const later = { now: () => new Date('2026-03-29T01:20:00Z') };
    expect(answer(() => {}, later)).toEqual([200, undefined]);
    expect(answer(() => {}, { ...later, maxSkewSeconds: 900 })).toEqual([400, 'RequestExpired']);
  });

  it('refuses a request of more than 1 MB', () => {
    const parameters = signed({ Action: 'ListDomains' });
    expect(answerOf(createSimpleDb(), parameters, 'x'.repeat(1024 * 1024 + 1)).code).toBe(
      'InvalidHttpRequest',
    );
  });
});
