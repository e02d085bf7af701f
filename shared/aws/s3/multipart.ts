/** Objects in parts: S3 user guide, "Uploading and copying objects using multipart upload". */
import { persist } from '../persist.ts';
import { child, childrenOf } from '../simpledb/xml.ts';
import { present } from './client.ts';
import { etagIn } from './copy-source.ts';
import { crcText } from './crc32.ts';
import { escapedXml } from './delete.ts';
import { documentIn } from './errors.ts';
import { decodedKey } from './listing.ts';
import { httpHeadersOf } from './object-headers.ts';
import { headObject } from './objects.ts';
import type { ObjectHeaders, ObjectName, S3 } from './s3.ts';

/** An upload that was begun. */
export interface Upload extends ObjectName {
  uploadId: string;
}

/** One that we began ourselves. */
export interface OwnUpload extends Upload {
  /** S3 says that the ETag of each part is the MD5 of its content; of what it says nothing, it is not. */
  hasMd5Etags: boolean;
}

export interface UploadOptions {
  headers?: ObjectHeaders | undefined;
  /** S3 is to check each part's CRC-32, and to refuse one that comes without. */
  isSummed?: boolean;
}

async function beginUpload(
  { s3, patience }: S3,
  { bucket, key }: ObjectName,
  { headers = {}, isSummed = false }: UploadOptions,
): Promise<OwnUpload> {
  const begin = () =>
    s3.send({
      method: 'POST',
      bucket,
      key,
      query: { uploads: '' },
      headers: { ...httpHeadersOf(headers), ...(isSummed && { 'X-Amz-Checksum-Algorithm': 'CRC32' }) },
    });
  // A lost answer leaves an upload without parts, which costs nothing; the bucket's lifecycle ends it.
  const answer = await persist(begin, patience);
  const what = `s3://${bucket}/${key}`;
  const uploadId = child(documentIn(answer.body, 'InitiateMultipartUploadResult', what), 'UploadId')?.text;
  return {
    bucket,
    key,
    uploadId: present(uploadId, 'UploadId', what),
    // API reference, "Common response headers", ETag: under SSE-S3 the MD5, under KMS or a customer's key not.
    hasMd5Etags: answer.headers['x-amz-server-side-encryption'] === 'AES256',
  };
}

/**
 * Begins an upload for what `work` puts into it, and frees its parts if that fails. That freeing them failed,
 * too, is not told: why the upload failed is, and the bucket's lifecycle frees them.
 */
export async function withUpload<Result>(
  place: S3,
  name: ObjectName,
  options: UploadOptions,
  work: (upload: OwnUpload) => Promise<Result>,
): Promise<Result> {
  const upload = await beginUpload(place, name, options);
  try {
    return await work(upload);
  } catch (error) {
    await abortUpload(place, upload).catch(() => {});
    throw error;
  }
}

/** As S3 answered it. */
export interface UploadedPart {
  etag: string;
  /** Where the upload is summed. */
  crc32?: number;
}

/**
 * @param parts the first one first
 * @param expectedEtag by which the object is known if the answer is lost
 */
export async function completeUpload(
  { s3, patience }: S3,
  { bucket, key, uploadId }: Upload,
  parts: readonly UploadedPart[],
  expectedEtag?: string,
): Promise<{ etag: string }> {
  const body = Buffer.from(
    `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.map(partElement).join('')}</CompleteMultipartUpload>`,
  );
  const headers = { 'Content-Type': 'application/xml' };
  const complete = async () => {
    const answer = await s3.send({ method: 'POST', bucket, key, query: { uploadId }, headers, body });
    return { etag: etagIn(answer.body, 'CompleteMultipartUploadResult', `s3://${bucket}/${key}`) };
  };
  // After an answer that was lost the upload may be gone, since it is complete.
  const find = async () => {
    const info = await headObject({ s3, patience }, { bucket, key });
    return info && info.etag === expectedEtag ? { etag: info.etag } : undefined;
  };
  return persist(complete, patience, expectedEtag === undefined ? {} : { find });
}

function partElement({ etag, crc32 }: UploadedPart, index: number): string {
  const sum = crc32 === undefined ? '' : `<ChecksumCRC32>${crcText(crc32)}</ChecksumCRC32>`;
  return `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapedXml(`"${etag}"`)}</ETag>${sum}</Part>`;
}

/** Frees the parts of an upload that will not be completed. One that is not there is fine. */
export async function abortUpload({ s3, patience }: S3, { bucket, key, uploadId }: Upload): Promise<void> {
  const abort = async () => {
    try {
      await s3.send({ method: 'DELETE', bucket, key, query: { uploadId } });
    } catch (error) {
      if ((error as Error).name !== 'NoSuchUpload') throw error;
    }
  };
  await persist(abort, patience);
}

/** The uploads below a prefix that were begun, and neither completed nor aborted. */
export async function* listUploads(
  { s3, patience }: S3,
  bucket: string,
  prefix: string,
): AsyncGenerator<readonly Upload[]> {
  let from: { 'key-marker'?: string; 'upload-id-marker'?: string } | undefined = {};
  while (from) {
    const query: Record<string, string | undefined> = {
      uploads: '',
      'encoding-type': 'url',
      prefix,
      ...from,
    };
    const { body } = await persist(() => s3.send({ method: 'GET', bucket, query }), patience);
    const root = documentIn(body, 'ListMultipartUploadsResult', bucket);
    const field = (name: string) => present(child(root, name)?.text, name, bucket);
    yield childrenOf(root, 'Upload').map((upload) => ({
      bucket,
      key: decodedKey(present(child(upload, 'Key')?.text, 'Key', bucket)),
      uploadId: present(child(upload, 'UploadId')?.text, 'UploadId', bucket),
    }));
    from =
      field('IsTruncated') === 'true'
        ? {
            'key-marker': decodedKey(field('NextKeyMarker')),
            'upload-id-marker': field('NextUploadIdMarker'),
          }
        : undefined;
  }
}
