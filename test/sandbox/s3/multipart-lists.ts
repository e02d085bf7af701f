/** What is known of uploads that are not complete: ListParts, ListMultipartUploads. */
import { answerXml, type Operation, type S3Answer, type S3Call } from './call.ts';
import { encoded } from './listing.ts';
import { uploadIn } from './multipart.ts';
import type { Upload } from './store.ts';

const listParts: Operation = (call) => {
  const { id, parts } = uploadIn(call);
  return answerXml('ListPartsResult', {
    Bucket: call.bucket,
    Key: call.key,
    UploadId: id,
    IsTruncated: false,
    Part: [...parts]
      .sort(([one], [other]) => one - other)
      .map(([PartNumber, { etag, size, lastModified }]) => ({
        PartNumber,
        LastModified: lastModified.toISOString(),
        ETag: `"${etag}"`,
        Size: size,
      })),
  });
};

const listUploads: Operation = (call) => {
  const { query } = call;
  const prefix = query.get('prefix') ?? '';
  const most = Math.min(Number(query.get('max-uploads') ?? 1000), 1000);
  const afterKey = query.get('key-marker') ?? '';
  const afterId = query.get('upload-id-marker') ?? '';
  const rest = [...call.in.uploads.values()]
    .filter(({ key }) => key.startsWith(prefix))
    .sort((one, other) => (one.key === other.key ? compare(one.id, other.id) : compare(one.key, other.key)))
    .filter(({ key, id }) => key > afterKey || (key === afterKey && afterId !== '' && id > afterId));
  return uploadsPage(call, rest.slice(0, most), rest.length > most);
};

const compare = (one: string, other: string): number => (one < other ? -1 : 1);

function uploadsPage(call: S3Call, page: readonly Upload[], isTruncated: boolean): S3Answer {
  const last = isTruncated ? page.at(-1) : undefined;
  return answerXml('ListMultipartUploadsResult', {
    Bucket: call.bucket,
    NextKeyMarker: last && encoded(call, last.key),
    NextUploadIdMarker: last?.id,
    IsTruncated: isTruncated,
    Upload: page.map(({ key, id, initiated }) => ({
      Key: encoded(call, key),
      UploadId: id,
      Initiated: initiated.toISOString(),
    })),
  });
}

export const multipartListOperations: Readonly<Record<string, Operation>> = {
  ListParts: listParts,
  ListMultipartUploads: listUploads,
};
