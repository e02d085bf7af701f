/**
 * S3 in the sandbox: objects are kept in memory, buckets and their configuration by moto. A deployment's
 * own bucket is moto's whole, which reads templates and code from there.
 */
import type { EventLog } from '../event-log.ts';
import type { Identity } from '../identify.ts';
import type { Answer, Message } from '../message.ts';
import type { MotoClient } from '../moto/moto-client.ts';
import type { SeenObject } from '../types.ts';
import { BodyReader } from './body.ts';
import type { S3Answer } from './call.ts';
import { type FoundBucket, findBucket } from './moto-buckets.ts';
import { S3Refusal } from './refusal.ts';
import { readRequest, type S3Request } from './request.ts';
import { complete, isOfObjects, MemoryS3, refusalAnswer } from './s3.ts';

export interface SandboxS3Parts {
  moto: MotoClient;
  eventLog: EventLog;
  now: () => Date;
}

type Listener = (bucket: string) => void;

const isRead = /^(Get|Head|List)/;

export class SandboxS3 {
  readonly #parts: SandboxS3Parts;
  readonly #found = new Map<string, Promise<FoundBucket | undefined>>();
  /** Of those that were told by a call; moto does not tell it again. */
  readonly #tellsEventBridge = new Map<string, boolean>();
  readonly #listeners = new Set<Listener>();
  #s3: MemoryS3;

  constructor(parts: SandboxS3Parts) {
    this.#parts = parts;
    this.#s3 = this.#newS3();
  }

  #newS3(): MemoryS3 {
    const { now, eventLog } = this.#parts;
    return new MemoryS3({
      now,
      onCreated: (created) => {
        const { name, settings } = created.bucket;
        if (this.#tellsEventBridge.get(name)) eventLog.addCreated(created, settings.region ?? '');
      },
    });
  }

  reset(): void {
    this.#s3 = this.#newS3();
    this.#tellsEventBridge.clear();
    this.#listeners.clear();
    this.forgetSettings();
  }

  /** Something may have changed a bucket: a call, a stack. */
  forgetSettings(): void {
    this.#found.clear();
  }

  /** Told of every write to objects, right after it. */
  onWrite(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The objects that stand, in the order of their keys. */
  objectsIn(bucket: string): SeenObject[] {
    const found = this.#s3.buckets.get(bucket);
    return [...(found?.from('') ?? [])].map(({ key, etag, size, lastModified, headers, pieces }) => ({
      key,
      etag,
      size,
      lastModified,
      headers,
      content: () => Buffer.concat(pieces),
    }));
  }

  async answer(message: Message, identity: Identity): Promise<Answer> {
    const request = readRequest(message.method, message.target, message.headers);
    if (request.bucket.includes('serverlessdeploymentbucket')) return this.#parts.moto.ask(message, identity);
    try {
      const answered = isOfObjects(request)
        ? await this.#answerOfObjects(request, message, identity)
        : await this.#answerOfBuckets(request, message, identity);
      return answered;
    } catch (error) {
      if (!(error instanceof S3Refusal)) throw error;
      return this.#finish(request, refusalAnswer(request, error, 'local'));
    }
  }

  async #answerOfObjects(request: S3Request, message: Message, { region }: Identity): Promise<Answer> {
    await this.#prepare(request.bucket);
    const source = request.headers['x-amz-copy-source'];
    if (source !== undefined) await this.#prepare(bucketIn(String(source)));
    const reader = new BodyReader(message.headers);
    reader.push(message.body);
    const answered = this.#s3.answer(request, reader.end(), region);
    if (!isRead.test(request.action)) for (const listener of this.#listeners) listener(request.bucket);
    return this.#finish(request, answered);
  }

  /** Brings the bucket here, as moto has it. */
  async #prepare(name: string): Promise<void> {
    const known = this.#found.get(name) ?? findBucket(this.#parts.moto, name);
    this.#found.set(name, known);
    const found = await known;
    if (found === undefined) {
      this.#found.delete(name);
      this.#s3.buckets.delete(name);
      throw new S3Refusal('NoSuchBucket', 'The specified bucket does not exist');
    }
    const { tellsEventBridge, ...settings } = found;
    const bucket = this.#s3.buckets.get(name) ?? this.#s3.makeBucket(name, settings);
    bucket.settings = settings;
    if (!this.#tellsEventBridge.has(name)) this.#tellsEventBridge.set(name, tellsEventBridge);
  }

  async #answerOfBuckets(request: S3Request, message: Message, identity: Identity): Promise<Answer> {
    const { action, bucket } = request;
    if (action === 'DeleteBucket' && this.#s3.buckets.get(bucket)?.isEmpty === false) {
      throw new S3Refusal('BucketNotEmpty', 'The bucket you tried to delete is not empty');
    }
    const answer = await this.#parts.moto.ask(message, identity);
    if (!isRead.test(action)) this.forgetSettings();
    if (answer.status >= 300) return answer;
    if (action === 'DeleteBucket') this.#s3.buckets.delete(bucket);
    if (action === 'PutBucketNotificationConfiguration') {
      this.#tellsEventBridge.set(bucket, message.body.includes('EventBridgeConfiguration'));
    }
    if (action === 'GetBucketNotificationConfiguration' && this.#tellsEventBridge.get(bucket)) {
      return { ...answer, body: withEventBridge(answer.body) };
    }
    return answer;
  }

  #finish(request: S3Request, answered: S3Answer): Answer {
    const requestId = this.#s3.newId().slice(0, 16).toUpperCase();
    const { status, headers, pieces } = complete(request, answered, this.#parts.now(), requestId);
    return { status, headers, body: Buffer.concat(pieces) };
  }
}

const bucketIn = (copySource: string): string =>
  decodeURIComponent(copySource).replace(/^\//, '').split('/')[0] ?? '';

/** Moto keeps it, and leaves it out when it is asked: of nothing else it answers one empty element. */
const withEventBridge = (body: Buffer): Buffer => {
  const told = '<EventBridgeConfiguration/></NotificationConfiguration>';
  return Buffer.from(
    body
      .toString()
      .replace(/<\/NotificationConfiguration>\s*$|\s*\/>\s*$/, (end) =>
        end.startsWith('</') ? told : `>${told}`,
      ),
  );
};
