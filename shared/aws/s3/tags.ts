/** The tags that people give objects. */
import { persist } from '../persist.ts';
import { child, childrenOf, find } from '../simpledb/xml.ts';
import { encodedText } from './endpoint.ts';
import { documentIn } from './errors.ts';
import type { ObjectName, S3 } from './s3.ts';

/** As `ObjectHeaders` have them; undefined where there are none. */
export async function readTagging(
  { s3, patience }: S3,
  { bucket, key }: ObjectName,
): Promise<string | undefined> {
  const { body } = await persist(
    () => s3.send({ method: 'GET', bucket, key, query: { tagging: '' } }),
    patience,
  );
  const tags = find(documentIn(body, 'Tagging', `s3://${bucket}/${key}`), 'TagSet');
  const text = (tags ? childrenOf(tags, 'Tag') : [])
    .map((tag) => [child(tag, 'Key')?.text ?? '', child(tag, 'Value')?.text ?? ''].map(encodedText).join('='))
    .join('&');
  return text === '' ? undefined : text;
}
