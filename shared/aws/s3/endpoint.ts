/** Where a bucket is asked. */

export interface Address {
  protocol: 'http:' | 'https:';
  hostname: string;
  port: number | undefined;
  /** As in the Host header. */
  host: string;
  /** What stands before the key, with its last slash. */
  basePath: string;
}

/**
 * Path style with an endpoint that is given, and for a bucket with dots, which no certificate of S3 covers;
 * otherwise the bucket's own host. S3 user guide, "Virtual hosting of general purpose buckets".
 */
export function addressOf(bucket: string, region: string, endpoint: string | undefined): Address {
  if (endpoint !== undefined) return customAddress(bucket, endpoint);
  const service = `s3.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
  const inPath = bucket.includes('.');
  const hostname = inPath ? service : `${bucket}.${service}`;
  return {
    protocol: 'https:',
    hostname,
    port: undefined,
    host: hostname,
    basePath: inPath ? `/${bucket}/` : '/',
  };
}

function customAddress(bucket: string, endpoint: string): Address {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new TypeError(`The endpoint ${JSON.stringify(endpoint)} is not an http or https URL`);
  }
  return {
    protocol: url.protocol,
    hostname: url.hostname,
    port: url.port ? Number(url.port) : undefined,
    host: url.host,
    basePath: `${url.pathname.replace(/\/$/, '')}/${bucket}/`,
  };
}

/** Each piece between slashes as S3 signs it: RFC 3986, where `!'()*` are escaped too. */
export const encodedKey = (key: string): string => key.split('/').map(encodedText).join('/');

export const encodedText = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
