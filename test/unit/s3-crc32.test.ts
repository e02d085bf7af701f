import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crcOfJoined, crcText } from '../../shared/aws/s3/crc32.ts';

const summed = (bytes: Uint8Array) => ({ crc32: crc32(bytes), size: bytes.length });

test('the CRC of contents one after another is that of the whole', () => {
  const contents = fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 6 });
  fc.assert(
    fc.property(contents, (all) => {
      expect(crcOfJoined(all.map(summed))).toBe(crc32(Buffer.concat(all)));
    }),
  );
});

test('also of contents as long as the parts of an upload', () => {
  const part = Buffer.alloc(16 * 1024 * 1024, 'part');
  expect(crcOfJoined([part, part, Buffer.from('end')].map(summed))).toBe(
    crc32(Buffer.concat([part, part, Buffer.from('end')])),
  );
});

test('it is written as S3 reads it', () => {
  // The check value of CRC-32, of "123456789", in catalogues: cbf43926.
  expect(crcText(crc32('123456789'))).toBe(Buffer.from('cbf43926', 'hex').toString('base64'));
  expect(crcText(1)).toBe('AAAAAQ==');
});
