/** What would have reached EventBridge's default bus: of S3, of alarms, and by PutEvents. Who is told is the test's to say. */
import { accountId } from './ec2/account.ts';
import type { Identity } from './identify.ts';
import type { AwsEvent } from './lambda/rules.ts';
import type { Answer, Message } from './message.ts';
import type { MotoClient } from './moto/moto-client.ts';
import type { Created } from './s3/call.ts';
import { wireError } from './wire-error.ts';

interface NewEvent {
  source: string;
  detailType: string;
  detail: unknown;
  resources: readonly string[];
  region: string;
  time: Date;
}

/** API reference, PutEventsRequestEntry. */
interface Entry {
  Source: string;
  DetailType: string;
  Detail: string;
  Resources?: readonly string[];
  Time?: number;
}

export class EventLog {
  readonly #events: AwsEvent[] = [];

  get events(): readonly AwsEvent[] {
    return this.#events;
  }

  clear(): void {
    this.#events.length = 0;
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
  addCreated({ bucket, object, reason }: Created, region: string): void {
    const sequencer = (this.#events.length + 1).toString(16).toUpperCase().padStart(18, '0');
    const { key, size, etag, versionId } = object;
    const version = versionId === 'null' ? {} : { 'version-id': versionId };
    this.#add({
      source: 'aws.s3',
      detailType: 'Object Created',
      region,
      time: object.lastModified,
      resources: [`arn:aws:s3:::${bucket.name}`],
      detail: {
        version: '0',
        bucket: { name: bucket.name },
        object: { key, size, etag, ...version, sequencer },
        'request-id': sequencer.slice(-16),
        requester: accountId,
        'source-ip-address': '127.0.0.1',
        reason,
      },
    });
  }

  addAlarmChange(
    { arn, detail }: { arn: string; detail: unknown },
    { region, at }: { region: string; at: Date },
  ): void {
    const detailType = 'CloudWatch Alarm State Change';
    this.#add({ source: 'aws.cloudwatch', detailType, detail, resources: [arn], region, time: at });
  }

  /** Moto says which entries it takes; those are kept. */
  async putEvents(message: Message, identity: Identity, moto: MotoClient, now: Date): Promise<Answer> {
    const entries = (identity.parameters['Entries'] ?? []) as Entry[];
    if (bytesOf(entries) >= mostBytes) {
      const text = 'Total size of the entries in the request is over the limit.';
      return wireError(identity.protocol, { status: 400, code: 'ValidationException', message: text });
    }
    const answer = await moto.ask({ ...message, body: unheard(entries) }, identity);
    if (answer.status !== 200) return answer;
    const { Entries: results } = JSON.parse(answer.body.toString()) as { Entries: { EventId?: string }[] };
    for (const [index, entry] of entries.entries()) {
      if (results[index]?.EventId === undefined) continue;
      const { Source, DetailType, Detail, Resources = [], Time } = entry;
      this.#add({
        source: Source,
        detailType: DetailType,
        detail: JSON.parse(Detail),
        resources: Resources,
        region: identity.region,
        time: Time === undefined ? now : new Date(Time * 1000),
      });
    }
    return answer;
  }

  #add({ source, detailType, detail, resources, region, time }: NewEvent): void {
    this.#events.push({
      version: '0',
      id: `00000000-0000-4000-8000-${String(this.#events.length + 1).padStart(12, '0')}`,
      'detail-type': detailType,
      source,
      account: accountId,
      time: time.toISOString().replace(/\.\d+Z$/, 'Z'),
      region,
      resources,
      detail,
    });
  }
}

/** API reference, PutEvents; user guide, "Calculating PutEvents event entry size". */
const mostBytes = 256 * 1024;

const bytesOf = (entries: readonly Entry[]): number =>
  entries.reduce((sum, { Source, DetailType, Detail, Resources = [], Time }) => {
    const text = [Source, DetailType, Detail, ...Resources].join('');
    return sum + Buffer.byteLength(text) + (Time === undefined ? 0 : 14);
  }, 0);

/** Moto fails where one of its rules matches that starts a function: of this source there is none. */
const unheard = (entries: readonly Entry[]): Buffer =>
  Buffer.from(
    JSON.stringify({
      Entries: entries.map((entry) => ({ ...entry, ...(entry.Source && { Source: 'sandbox' }) })),
    }),
  );
