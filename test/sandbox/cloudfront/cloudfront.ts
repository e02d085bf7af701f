/**
 * CloudFront as far as it tells of distributions and takes invalidations: moto's has no limits, forgets caller
 * references, and completes at once. Nothing is cached, and nothing served.
 */
import type { Identity } from '../identify.ts';
import { type Answer, answerText, type Message } from '../message.ts';
import type { MotoClient } from '../moto/moto-client.ts';
import { children, elements, parse, textOf, type Xml } from '../s3/xml.ts';
import { wireError } from '../wire-error.ts';
import {
  configIn,
  type DistributionConfig,
  distributionConfig,
  list,
  type NewDistribution,
  sharedXml,
} from './distribution.ts';
import { Invalidations, type SeenInvalidation } from './invalidations.ts';
import { CloudFrontRefusal } from './refusal.ts';

interface Distribution {
  id: string;
  config: DistributionConfig;
  invalidations: Invalidations;
}

export interface SandboxCloudFrontParts {
  moto: MotoClient;
  now: () => Date;
}

/** How many distributions a page has: the API's own 100 would need as many for a second. */
const mostListed = 100;

export class SandboxCloudFront {
  /** How long invalidations take, on the account's clock. */
  invalidationSeconds = 0;
  readonly #parts: SandboxCloudFrontParts;
  readonly #distributions = new Map<string, Distribution>();

  constructor(parts: SandboxCloudFrontParts) {
    this.#parts = parts;
  }

  reset(): void {
    this.#distributions.clear();
    this.invalidationSeconds = 0;
  }

  /** Makes it, or changes the one of this id. */
  put(config: NewDistribution, id = `E${String(this.#distributions.size + 1).padStart(12, '0')}`): string {
    const { invalidations = new Invalidations(id.slice(1)) } = this.#distributions.get(id) ?? {};
    this.#distributions.set(id, { id, config: distributionConfig.parse(config), invalidations });
    return id;
  }

  remove(id: string): void {
    this.#distributions.delete(id);
  }

  /** The first first. */
  invalidationsOf(id: string): SeenInvalidation[] {
    return this.#distributions.get(id)?.invalidations.list(this.#parts.now()) ?? [];
  }

  async answer(message: Message, identity: Identity): Promise<Answer> {
    const operation = this.#operations[identity.action];
    if (!operation) return this.#parts.moto.ask(message, identity);
    try {
      return operation(identity.parameters as Record<string, string>, message);
    } catch (error) {
      if (error instanceof CloudFrontRefusal) return wireError(identity.protocol, error);
      throw error;
    }
  }

  readonly #operations: Readonly<
    Record<string, (parameters: Record<string, string>, message: Message) => Answer>
  > = {
    ListDistributions: ({ Marker = '', MaxItems }) => {
      const size = Math.min(Number(MaxItems ?? mostListed), mostListed);
      const after = [...this.#distributions.values()].filter(({ id }) => id > Marker);
      const sorted = after.sort((a, b) => (a.id < b.id ? -1 : 1));
      const page = sorted.slice(0, size);
      const isTruncated = sorted.length > size;
      return answer(200, 'DistributionList', {
        Marker,
        ...(isTruncated && { NextMarker: page.at(-1)?.id }),
        MaxItems: size,
        IsTruncated: isTruncated,
        ...(list('DistributionSummary', page.map(summaryXml)) as Record<string, Xml>),
      });
    },
    CreateDistribution: (_, { body }) => {
      const id = this.put(configIn(parse([body])));
      const xml = { Id: id, Status: 'InProgress', DistributionConfig: configXml(this.#find(id)) };
      return answer(201, 'Distribution', xml);
    },
    GetDistributionConfig: ({ Id = '' }) => answer(200, 'DistributionConfig', configXml(this.#find(Id))),
    CreateInvalidation: ({ Id = '' }, { body }) => {
      const { invalidations } = this.#find(Id);
      const created = invalidations.create(batchIn(body), {
        now: this.#parts.now(),
        seconds: this.invalidationSeconds,
      });
      return answer(201, 'Invalidation', invalidationXml(created));
    },
    GetInvalidation: ({ DistributionId = '', Id }) => {
      const all = this.#find(DistributionId).invalidations.list(this.#parts.now());
      const found = all.find(({ id }) => id === Id);
      if (!found) throw new CloudFrontRefusal('NoSuchInvalidation', 'The invalidation does not exist.', 404);
      return answer(200, 'Invalidation', invalidationXml(found));
    },
    ListInvalidations: ({ Id = '' }) => {
      const all = this.#find(Id).invalidations.list(this.#parts.now()).reverse();
      const items = all.map(({ id, createdAt, status }) => ({
        Id: id,
        CreateTime: createdAt.toISOString(),
        Status: status,
      }));
      return answer(200, 'InvalidationList', {
        Marker: '',
        MaxItems: 100,
        IsTruncated: false,
        ...(list('InvalidationSummary', items) as Record<string, Xml>),
      });
    },
  };

  #find(id: string): Distribution {
    const found = this.#distributions.get(id);
    if (!found)
      throw new CloudFrontRefusal('NoSuchDistribution', 'The specified distribution does not exist.', 404);
    return found;
  }
}

function batchIn(body: Buffer): Pick<SeenInvalidation, 'reference' | 'paths'> {
  const root = parse([body]);
  const paths = children(root, 'Path').map(({ textContent }) => textContent ?? '');
  if (Number(textOf(root, 'Quantity')) !== paths.length) {
    throw new CloudFrontRefusal('InconsistentQuantities', 'The quantity and the number of items differ.');
  }
  return { reference: textOf(root, 'CallerReference') ?? '', paths };
}

const summaryXml = ({ id, config }: Distribution): Xml => ({
  Id: id,
  ARN: `arn:aws:cloudfront::123456789012:distribution/${id}`,
  Status: 'Deployed',
  DomainName: `${id.toLowerCase()}.cloudfront.net`,
  ...sharedXml(config),
});

const configXml = ({ id, config }: Distribution): Record<string, Xml> => ({
  CallerReference: id,
  DefaultRootObject: config.DefaultRootObject,
  ...sharedXml(config),
});

const invalidationXml = ({
  id,
  reference,
  paths,
  createdAt,
  status,
}: SeenInvalidation): Record<string, Xml> => ({
  Id: id,
  Status: status,
  CreateTime: createdAt.toISOString(),
  InvalidationBatch: { CallerReference: reference, Paths: list('Path', paths) },
});

function answer(status: number, name: string, values: Readonly<Record<string, Xml>>): Answer {
  const content = `<${name} xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">${elements(values)}</${name}>`;
  const text = answerText(status, 'text/xml', `<?xml version="1.0"?>\n${content}`);
  return { ...text, headers: { ...text.headers, etag: 'E2QWRUHEXAMPLE' } };
}
