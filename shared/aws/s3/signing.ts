/**
 * Signature Version 4 as S3 wants it: S3 API reference, "Authenticating Requests: Using the Authorization
 * Header". A site has thousands of small files: a general signer takes as long for one as its whole exchange.
 */
import { createHmac, hash } from 'node:crypto';
import type { AwsCredentialIdentity } from '@smithy/types';

export interface Unsigned {
  method: string;
  /** Encoded as it is sent; S3 neither normalises nor encodes it again. */
  path: string;
  /** Encoded, in the order of names, each name with its `=`; `''` where there is none. */
  query: string;
  /** With `Host`. All of them are signed. */
  headers: Readonly<Record<string, string>>;
}

export interface Signing {
  region: string;
  credentials: AwsCredentialIdentity;
  now: Date;
}

/** Contents carry checksums of their own, and TLS the rest: hashing them once more would only cost time. */
export const unsignedPayload = 'UNSIGNED-PAYLOAD';

export class Signer {
  #key: { of: string; key: Buffer } | undefined;
  #stamp: { second: number; text: string } | undefined;

  /** The headers with those that prove who asks. */
  sign(request: Unsigned, { region, credentials, now }: Signing): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const stamp = this.#stampOf(now);
    const headers: Record<string, string> = {
      'X-Amz-Content-Sha256': unsignedPayload,
      ...request.headers,
      'X-Amz-Date': stamp,
    };
    if (sessionToken !== undefined) headers['X-Amz-Security-Token'] = sessionToken;
    const { lines, names } = canonicalHeaders(headers);
    const canonical = `${request.method}\n${request.path}\n${request.query}\n${lines}\n${names}\n${headers['X-Amz-Content-Sha256']}`;
    const scope = `${stamp.slice(0, 8)}/${region}/s3/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${hash('sha256', canonical)}`;
    const signature = createHmac('sha256', this.#keyOf(secretAccessKey, scope)).update(text).digest('hex');
    headers['Authorization'] =
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope},SignedHeaders=${names},Signature=${signature}`;
    return headers;
  }

  /** `20261121T101500Z`, the same for all requests of a second. */
  #stampOf(now: Date): string {
    const second = Math.floor(now.getTime() / 1000);
    if (this.#stamp?.second !== second) {
      const text = `${now.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
      this.#stamp = { second, text };
    }
    return this.#stamp.text;
  }

  /** Of a day, a region and a secret: the same for nearly all requests. */
  #keyOf(secret: string, scope: string): Buffer {
    const of = `${secret}/${scope}`;
    if (this.#key?.of !== of) {
      const start: Buffer = Buffer.from(`AWS4${secret}`);
      const key = scope
        .split('/')
        .reduce((outer, part) => createHmac('sha256', outer).update(part).digest(), start);
      this.#key = { of, key };
    }
    return this.#key.key;
  }
}

function canonicalHeaders(headers: Readonly<Record<string, string>>): { lines: string; names: string } {
  const pairs: [string, string][] = [];
  for (const name in headers) pairs.push([name.toLowerCase(), headers[name] ?? '']);
  pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  let lines = '';
  let names = '';
  for (const [name, value] of pairs) {
    lines += `${name}:${/^\s|\s\s|\s$/.test(value) ? value.trim().replace(/\s+/g, ' ') : value}\n`;
    names += names === '' ? name : `;${name}`;
  }
  return { lines, names };
}
