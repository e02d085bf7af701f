/** Deletes many objects in one call. */
import { createHash } from 'node:crypto';
import { slices } from '../ec2.ts';
import { persist } from '../persist.ts';
import { child, childrenOf } from '../simpledb/xml.ts';
import { present } from './client.ts';
import { documentIn } from './errors.ts';
import type { S3 } from './s3.ts';

/** API reference, DeleteObjects. */
const keysPerCall = 1_000;

/** Answers by key why those still stand that do. A key that is not there counts as deleted, as it does for S3. */
export async function deleteObjects(
  { s3, patience }: S3,
  bucket: string,
  keys: readonly string[],
): Promise<Map<string, { name: string; message: string }>> {
  const refused = new Map<string, { name: string; message: string }>();
  for (const slice of slices(keys, keysPerCall)) {
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
      refused.set(present(child(error, 'Key')?.text, 'Key', bucket), {
        name: child(error, 'Code')?.text ?? 'Error',
        message: child(error, 'Message')?.text ?? '',
      });
    }
  }
  return refused;
}

const bodyOf = (keys: readonly string[]): string =>
  `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>${keys
    .map((key) => `<Object><Key>${escapedXml(key)}</Key></Object>`)
    .join('')}</Delete>`;

/** Line ends and other control characters are escaped too: a reader of XML would change or refuse them. */
export const escapedXml = (text: string): string =>
  text.replace(/[&<>"'\p{Cc}]/gu, (c) => `&#${c.charCodeAt(0)};`);
