/** Deletes many objects in one call. */
import { createHash } from 'node:crypto';
import { slices } from '../ec2.ts';
import { persist } from '../persist.ts';
import { child, childrenOf, parseXml } from '../simpledb/xml.ts';
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
    for (const error of childrenOf(parseXml(answer.body.toString()), 'Error')) {
      refused.set(child(error, 'Key')?.text ?? '', {
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

/** Line ends are escaped too: a reader of XML would make one of several kinds. */
export const escapedXml = (text: string): string =>
  text.replace(/[&<>"'\r\n\t]/g, (c) => `&#${c.charCodeAt(0)};`);
