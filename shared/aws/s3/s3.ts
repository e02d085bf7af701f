/**
 * What the functions need of S3. The SDK's own client spends some 1.2 ms of CPU on a request: this one
 * speaks to S3 directly, since a site has thousands of files.
 */
import type { Patience } from '../persist.ts';
import type { S3Client } from './client.ts';

/** Where objects are read and written. */
export interface S3 {
  s3: S3Client;
  patience: Patience;
}

/** An object, or the version of one. */
export interface ObjectName {
  bucket: string;
  key: string;
  versionId?: string | undefined;
}

/** What S3 says of an object when it answers it, or its head. */
export interface ObjectInfo {
  /** Without its quotes. The MD5 in hex where the object came in one part and is not under KMS. */
  etag: string;
  /** Bytes of the whole object. */
  size: number;
  lastModified: Date;
  /** S3's own time when it answered: an object's age is the difference, whatever our clock says. */
  answeredAt: Date;
  versionId?: string | undefined;
}

/** An object in a listing. */
export interface ListedObject {
  key: string;
  etag: string;
  size: number;
  lastModified: Date;
}

/** What a browser is told of an object, and how S3 stores it. Names as in the AWS SDK. */
export interface ObjectHeaders {
  contentType?: string | undefined;
  cacheControl?: string | undefined;
  contentEncoding?: string | undefined;
  contentDisposition?: string | undefined;
  contentLanguage?: string | undefined;
  /** Another path of the site, or a URL. Only S3's own website endpoint follows it. */
  websiteRedirect?: string | undefined;
  storageClass?: string | undefined;
  metadata?: Readonly<Record<string, string>> | undefined;
  /** The object's tags, as in a URL's query. */
  tagging?: string | undefined;
}

/** On what a write depends. S3 checks it: user guide, "Conditional requests". */
export type Condition =
  /** Only if there is no such object. */
  | { absent: true }
  /** Only if it is still this one. */
  | { etag: string };
