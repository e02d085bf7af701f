/** Multipart uploads: user guide, "Uploading and copying objects using multipart upload". */
import { contentOf, slice } from './body.ts';
import {
  answer,
  answerXml,
  checksumHeaders,
  encryptionHeader,
  etagOf,
  header,
  type Operation,
  type S3Call,
  store,
  versionHeader,
  wholeSeconds,
} from './call.ts';
import { type ChecksumName, checksumNames, hashOf, newDigest } from './checksums.ts';
import { checkWrite } from './conditions.ts';
import { sourceOf } from './copies.ts';
import { storedHeaders } from './object-headers.ts';
import { checkKey } from './objects.ts';
import { S3Refusal } from './refusal.ts';
import type { Part, Upload } from './store.ts';
import { children, malformed, parse, textOf } from './xml.ts';

/** User guide, "Amazon S3 multipart upload limits". */
const smallestPart = 5 * 1024 ** 2;
const mostParts = 10_000;

const createUpload: Operation = (call) => {
  checkKey(call.key);
  const upload: Upload = {
    id: call.s3.newId(),
    key: call.key,
    initiated: wholeSeconds(call.now),
    headers: storedHeaders(call.headers),
    tagging: header(call.headers, 'x-amz-tagging') ?? '',
    checksum: checksumAsked(call),
    parts: new Map(),
  };
  call.in.uploads.set(upload.id, upload);
  const result = answerXml('InitiateMultipartUploadResult', {
    Bucket: call.bucket,
    Key: call.key,
    UploadId: upload.id,
  });
  const { checksum } = upload;
  return {
    ...result,
    headers: {
      ...result.headers,
      ...encryptionHeader(call),
      ...(checksum && {
        'x-amz-checksum-algorithm': checksum.name.toUpperCase(),
        'x-amz-checksum-type': checksum.type,
      }),
    },
  };
};

function checksumAsked({ headers }: S3Call): Upload['checksum'] {
  const name = header(headers, 'x-amz-checksum-algorithm')?.toLowerCase();
  const known = checksumNames.find((candidate) => candidate === name);
  if (known === undefined) return undefined;
  const type = header(headers, 'x-amz-checksum-type');
  // "CRC-64/NVME supports full object only."
  return { name: known, type: known === 'crc64nvme' || type === 'FULL_OBJECT' ? 'FULL_OBJECT' : 'COMPOSITE' };
}

const uploadPart: Operation = (call) => {
  const { pieces, size, md5, checksums } = call.body;
  const { checksum } = uploadIn(call);
  if (checksum?.type === 'COMPOSITE' && checksums[checksum.name] === undefined) {
    throw new S3Refusal(
      'InvalidRequest',
      `Checksum Type mismatch occurred, expected checksum Type: ${checksum.name}, actual checksum Type: null`,
    );
  }
  const part = putPart(call, { pieces, size, md5, checksums });
  return answer(200, {
    etag: `"${part.etag}"`,
    ...encryptionHeader(call),
    ...checksumHeaders(checksums),
  });
};

const uploadPartCopy: Operation = (call) => {
  const { object } = sourceOf(call);
  const range = header(call.headers, 'x-amz-copy-source-range');
  const [, first = '0', last = String(object.size - 1)] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (Number(last) >= object.size || Number(first) > Number(last)) {
    throw new S3Refusal('InvalidRange', 'The requested range is not satisfiable');
  }
  const content = contentOf(slice(object.pieces, Number(first), Number(last) + 1));
  const part = putPart(call, { ...content, checksums: {} });
  return answerXml('CopyPartResult', {
    LastModified: part.lastModified.toISOString(),
    ETag: `"${part.etag}"`,
  });
};

function putPart(call: S3Call, content: Omit<Part, 'etag' | 'lastModified'>): Part {
  const number = Number(call.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > mostParts) {
    throw new S3Refusal('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
  }
  const part = { ...content, etag: etagOf(call, content.md5), lastModified: wholeSeconds(call.now) };
  uploadIn(call).parts.set(number, part);
  return part;
}

export function uploadIn({ in: bucket, key, query }: S3Call): Upload {
  const upload = bucket.uploads.get(query.get('uploadId') ?? '');
  if (upload?.key === key) return upload;
  throw new S3Refusal('NoSuchUpload', 'The specified multipart upload does not exist.');
}

const completeUpload: Operation = (call) => {
  const upload = uploadIn(call);
  const parts = chosenParts(call, upload);
  checkWrite(call.headers, call.in.current(call.key));
  const md5 = hashOf('md5');
  for (const part of parts) md5.update(part.md5);
  const etag = `${etagOf(call, md5.digest())}-${parts.length}`;
  const object = {
    pieces: parts.flatMap(({ pieces }) => pieces),
    size: parts.reduce((sum, { size }) => sum + size, 0),
    md5: Buffer.alloc(0), // of the whole: no one has read it
    etag,
    headers: upload.headers,
    tagging: upload.tagging,
    checksums: wholeChecksum(call, upload, parts),
  };
  call.in.uploads.delete(upload.id);
  const stored = store(call, object, 'CompleteMultipartUpload');
  const result = answerXml('CompleteMultipartUploadResult', {
    Location: `/${call.bucket}/${call.key}`,
    Bucket: call.bucket,
    Key: call.key,
    ETag: `"${etag}"`,
    ...Object.fromEntries(Object.entries(object.checksums).map(([name, sum]) => [elementOf(name), sum])),
  });
  return { ...result, headers: { ...result.headers, ...versionHeader(call, stored) } };
};

const elementOf = (name: string) => `Checksum${name.toUpperCase()}`;

/** In the order in which the request names them, which must be theirs. */
function chosenParts({ body }: S3Call, { parts, checksum }: Upload): Part[] {
  const named = children(parse(body.pieces), 'Part');
  if (named.length === 0) throw malformed();
  let before = 0;
  const chosen = named.map((element) => {
    const number = Number(textOf(element, 'PartNumber'));
    if (!(number > before)) {
      throw new S3Refusal('InvalidPartOrder', 'The list of parts was not in ascending order.');
    }
    before = number;
    const part = parts.get(number);
    const etag = (textOf(element, 'ETag') ?? '').replaceAll('"', '');
    const said = (name: ChecksumName) => textOf(element, elementOf(name));
    if (checksum?.type === 'COMPOSITE' && said(checksum.name) === undefined) {
      throw new S3Refusal(
        'InvalidRequest',
        `The upload was created using a ${checksum.name} checksum. The complete request must include the ` +
          `checksum for each part. It was missing for part ${number} in the request.`,
      );
    }
    const isOther = (name: ChecksumName) => ![undefined, part?.checksums[name]].includes(said(name));
    if (part?.etag !== etag || checksumNames.some(isOther)) throw invalidPart();
    return part;
  });
  if (chosen.slice(0, -1).some(({ size }) => size < smallestPart)) {
    throw new S3Refusal('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  }
  return chosen;
}

const invalidPart = () =>
  new S3Refusal(
    'InvalidPart',
    "One or more of the specified parts could not be found. The part might not have been uploaded, or the specified entity tag might not have matched the part's entity tag.",
  );

/** User guide, "Checking object integrity": of the whole, or of the parts' checksums and their number. */
function wholeChecksum(
  { headers }: S3Call,
  { checksum }: Upload,
  parts: readonly Part[],
): Partial<Record<ChecksumName, string>> {
  if (checksum === undefined) return {};
  const { name, type } = checksum;
  const digest = newDigest[name]();
  const isWhole = type === 'FULL_OBJECT';
  const sums = () => parts.map(({ checksums }) => Buffer.from(checksums[name] ?? '', 'base64'));
  for (const piece of isWhole ? parts.flatMap(({ pieces }) => pieces) : sums()) digest.update(piece);
  const sum = digest.digest().toString('base64');
  const said = header(headers, `x-amz-checksum-${name}`);
  if (isWhole && said !== undefined && said !== sum) {
    throw new S3Refusal('BadDigest', `The ${name} you specified did not match the calculated checksum.`);
  }
  return { [name]: isWhole ? sum : `${sum}-${parts.length}` };
}

const abortUpload: Operation = (call) => {
  call.in.uploads.delete(uploadIn(call).id);
  return answer(204);
};

export const multipartOperations: Readonly<Record<string, Operation>> = {
  CreateMultipartUpload: createUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload: abortUpload,
};
