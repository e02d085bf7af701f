/**
 * AWS Signature Version 2, HmacSHA256: the only one that SimpleDB takes.
 * Source: AWS General Reference, "Signature Version 2 signing process".
 */
import { createHmac } from 'node:crypto';

export type Parameters = Readonly<Record<string, string>>;

export interface RequestToSign {
  method: 'GET' | 'POST';
  /** As in the Host header: in lower case, with the port where it is not the protocol's own. */
  host: string;
  path: string;
  /** Everything but `Signature`. */
  parameters: Parameters;
}

export interface SigningCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** RFC 3986: only A-Z a-z 0-9 - _ . ~ stay as they are, a space is %20. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Encoded parameters in the order of their names' bytes: both what is signed and what is sent. */
export function canonicalQuery(parameters: Parameters): string {
  return Object.keys(parameters)
    .sort() // by UTF-16 unit, which for the ASCII names of the Query API is the order of the bytes
    .map((name) => `${encode(name)}=${encode(parameters[name] ?? '')}`)
    .join('&');
}

/** The signature of a request, in base64. */
export function signature(request: RequestToSign, secretAccessKey: string): string {
  const { method, host, path, parameters } = request;
  const stringToSign = [method, host.toLowerCase(), path || '/', canonicalQuery(parameters)].join('\n');
  return createHmac('sha256', secretAccessKey).update(stringToSign, 'utf8').digest('base64');
}

/**
 * A signed form body.
 *
 * @param request its `parameters` are the action's own; those of the signature are added
 * @param now the time of signing: AWS takes a request for 15 minutes
 */
export function signedForm(request: RequestToSign, credentials: SigningCredentials, now: Date): string {
  const parameters = {
    ...request.parameters,
    AWSAccessKeyId: credentials.accessKeyId,
    ...(credentials.sessionToken && { SecurityToken: credentials.sessionToken }),
    SignatureMethod: 'HmacSHA256',
    SignatureVersion: '2',
    Timestamp: `${now.toISOString().slice(0, 19)}Z`,
  };
  const signed = signature({ ...request, parameters }, credentials.secretAccessKey);
  return `${canonicalQuery(parameters)}&Signature=${encode(signed)}`;
}
