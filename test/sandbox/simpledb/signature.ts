import { createHmac } from 'node:crypto';
import { compareUtf8 } from './collation.ts';
import { invalidValue, missing, SimpleDbError } from './errors.ts';

export interface SignedRequest {
  method: string;
  host: string;
  path: string;
  parameters: URLSearchParams;
}

export interface SignatureRules {
  secretFor: (accessKeyId: string) => string | undefined;
  now: () => Date;
  /**
   * Undefined: time stamps may be of any time. A simulation moves the account's clock while the client
   * signs by its own, so the skew, which AWS limits to 15 minutes, says nothing there.
   */
  maxSkewSeconds: number | undefined;
}

const UNRESERVED = /^[A-Za-z0-9_.~-]*$/;
const HASHES: Record<string, string> = {
  HmacSHA256: 'sha256',
  HmacSHA1: 'sha1',
};
// dateTime of XML Schema; AWS's own example of a signature has no zone and means UTC.
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/;
const ZONE = /(Z|[+-]\d\d:\d\d)$/;
/** Keys of roles and sessions start so, and are nothing without their token. */
const TEMPORARY_KEY = /^ASIA/;

/**
 * Checks Signature Version 2 ("HMAC-SHA Signature", HMACAuth.html in the SimpleDB Developer Guide).
 *
 * @throws SimpleDbError if the request would not be let in
 */
export function checkSignature(request: SignedRequest, rules: SignatureRules): void {
  const { parameters } = request;
  const key = parameters.get('AWSAccessKeyId');
  if (!key) {
    throw new SimpleDbError(
      'AuthMissingFailure',
      'AWS was not able to authenticate the request: access keys are missing.',
    );
  }
  const hash = signingHash(parameters);
  checkTime(parameters, rules);
  const given = required(parameters, 'Signature');
  const secret = rules.secretFor(key);
  if (secret === undefined) {
    throw new SimpleDbError(
      'InvalidClientTokenId',
      'The AWS Access Key Id you provided does not exist in our records.',
    );
  }
  if (TEMPORARY_KEY.test(key) && !parameters.get('SecurityToken')) {
    throw new SimpleDbError('InvalidClientTokenId', 'The security token included in the request is invalid.');
  }
  if (createHmac(hash, secret).update(stringToSign(request)).digest('base64') !== given) {
    throw new SimpleDbError(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. ' +
        'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
}

/** Method, host, path and the sorted parameters without the signature, a line each. */
export function stringToSign({ method, host, path, parameters }: SignedRequest): string {
  const query = [...parameters]
    .filter(([name]) => name !== 'Signature')
    .sort(([a], [b]) => compareUtf8(a, b))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');
  const [bare] = path.split('?');
  // "The port is omitted if it is the standard one", and sandboxes are not at one.
  const signedHost = host.toLowerCase().replace(/:(80|443)$/, '');
  return [method.toUpperCase(), signedHost, bare || '/', query].join('\n');
}

function signingHash(parameters: URLSearchParams): string {
  const version = required(parameters, 'SignatureVersion');
  if (version !== '2') throw invalidValue(version, 'SignatureVersion', 'It should be 2.');
  const method = required(parameters, 'SignatureMethod');
  const hash = HASHES[method];
  if (hash === undefined)
    throw invalidValue(method, 'SignatureMethod', 'It should be HmacSHA256 or HmacSHA1.');
  return hash;
}

function checkTime(parameters: URLSearchParams, { now, maxSkewSeconds }: SignatureRules): void {
  const name = parameters.has('Expires') ? 'Expires' : 'Timestamp';
  const text = required(parameters, name);
  if (name === 'Expires' && parameters.has('Timestamp')) {
    throw new SimpleDbError(
      'InvalidParameterCombination',
      'The parameter Timestamp cannot be used with the parameter Expires.',
    );
  }
  const time = TIMESTAMP.test(text) ? Date.parse(ZONE.test(text) ? text : `${text}Z`) : Number.NaN;
  if (Number.isNaN(time))
    throw invalidValue(text, name, 'It should be a dateTime such as 2009-04-15T12:00:00Z.');
  if (maxSkewSeconds === undefined) return;
  const late = (now().getTime() - time) / 1000;
  const expired = name === 'Expires' ? late > 0 : Math.abs(late) > maxSkewSeconds;
  if (expired) throw new SimpleDbError('RequestExpired', `Request has expired. ${name} date is ${text}`);
}

function required(parameters: URLSearchParams, name: string): string {
  const value = parameters.get(name);
  if (!value) throw missing(name);
  return value;
}

/** RFC 3986: all but letters, digits, `-`, `_`, `.` and `~`. */
function encode(text: string): string {
  if (UNRESERVED.test(text)) return text;
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
