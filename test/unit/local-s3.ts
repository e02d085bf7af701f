/** Buckets in memory behind a real HTTP server, for the tests of what reads them. */
import { s3Client } from '../../shared/aws/s3/client.ts';
import type { S3 } from '../../shared/aws/s3/s3.ts';
import { systemClock } from '../../shared/clock.ts';
import { type S3Server, startS3Server } from '../sandbox/s3/server.ts';

export interface LocalS3 {
  server: S3Server;
  place: S3;
  put: (key: string, content: Uint8Array | string) => Promise<void>;
}

/** With the bucket `releases`. */
export async function startLocalS3(): Promise<LocalS3> {
  const server = await startS3Server({ buckets: ['releases'] });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return {
    server,
    place: {
      s3: s3Client({ endpoint: server.url, region: 'us-east-1', credentials }),
      patience: { clock: systemClock, random: Math.random, timeLeft: () => 10_000 },
    },
    async put(key, content) {
      const answer = await fetch(`${server.url}/releases/${encodeURIComponent(key)}`, {
        method: 'PUT',
        body: content,
      });
      if (!answer.ok) throw new Error(`PUT ${key}: ${await answer.text()}`);
    },
  };
}
