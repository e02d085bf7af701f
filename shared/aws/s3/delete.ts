/** Deletes many objects in one call. */
import { createHash } from 'node:crypto';
import { slices } from '../ec2.ts';
import { natureOf } from '../errors.ts';
import { persist } from '../persist.ts';
import { child, childrenOf } from '../simpledb/xml.ts';
import { present } from './client.ts';
import { documentIn } from './errors.ts';
import type { S3 } from './s3.ts';

/** API reference, DeleteObjects. */
const keysPerCall = 1_000;

interface Deletion {
  key: string;
  etag?: string | undefined;
}

/**
 * Answers by key why those still stand that do. A key that is not there counts as deleted.
 *
 * @param objects with their ETags where none but these may be deleted: user guide, "How to perform conditional
 * deletes". Another one is refused as `PreconditionFailed`.
 */
export async function deleteObjects(
  { s3, patience }: S3,
  bucket: string,
  objects: readonly Deletion[],
): Promise<Map<string, { name: string; message: string }>> {
  const refused = new Map<string, { name: string; message: string }>();
  for (const slice of slices(objects, keysPerCall)) {
    const body = Buffer.from(bodyOf(slice));
    const headers = {
      'Content-Type': 'application/xml',
      'Content-MD5': createHash('md5').update(body).digest('base64'),
    };
    const answer = await persist(
      () => s3.send({ method: 'POST', bucket, query: { delete: '' }, headers, body }),
      patience,
    );
    for (const error of childrenOf(documentIn(answer.body, 'DeleteResult', bucket), 'Error')) {
      const name = child(error, 'Code')?.text ?? 'Error';
      // As S3 says where there is a condition; so do attempts whose answer was lost.
      if (natureOf({ name }) === 'absent') continue;
      const message = child(error, 'Message')?.text ?? '';
      refused.set(present(child(error, 'Key')?.text, 'Key', bucket), { name, message });
    }
  }
  return refused;
}

const bodyOf = (objects: readonly Deletion[]): string =>
  `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>${objects
    .map(({ key, etag }) => `<Object><Key>${escapedXml(key)}</Key>${etagElement(etag)}</Object>`)
    .join('')}</Delete>`;

const etagElement = (etag: string | undefined): string =>
  etag === undefined ? '' : `<ETag>${escapedXml(`"${etag}"`)}</ETag>`;

/** Line ends and other control characters are escaped too: a reader of XML would change or refuse them. */
export const escapedXml = (text: string): string =>
  text.replace(/[&<>"'\p{Cc}]/gu, (c) => `&#${c.charCodeAt(0)};`);
