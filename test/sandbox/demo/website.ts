/** The company's web site: a CI uploads its releases, the deployed functions do the rest. */
import {
  CloudFrontClient,
  GetInvalidationCommand,
  ListInvalidationsCommand,
} from '@aws-sdk/client-cloudfront';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { strToU8, zipSync } from 'fflate';
import type { Outcome } from '../../../shared/report.ts';
import type { Delivery, Deployment } from '../lambda-host.ts';
import type { Sandbox } from '../types.ts';
import { counted } from './page.ts';
import { type Files, visit } from './pages.ts';

const access = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

/** As in the demo's plan. */
const site = 'www';

/** What became of a release. */
export interface Publication {
  /** Paths of the files that were uploaded. */
  uploaded: string[];
  /** As CloudFront has them. */
  invalidated: string[];
}

export class Website {
  readonly #sandbox: Sandbox;
  readonly #deployment: Deployment;
  readonly #s3: S3Client;
  readonly #cloudFront: CloudFrontClient;

  constructor(sandbox: Sandbox, deployment: Deployment) {
    const local = { ...access, endpoint: sandbox.url };
    this.#sandbox = sandbox;
    this.#deployment = deployment;
    this.#s3 = new S3Client({ ...local, forcePathStyle: true });
    this.#cloudFront = new CloudFrontClient(local);
  }

  /** As a CI does it: `aws s3 cp site.zip s3://…`; the rest is by the deployed rules. */
  async upload(name: string, files: Files, at: Date): Promise<Publication> {
    const Body = zipSync(
      Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)])),
    );
    const [, Bucket, prefix] = /^s3:\/\/([^/]+)\/(.*)$/.exec(this.#output('Releases')) ?? [];
    this.#sandbox.setTime(at);
    await this.#s3.send(new PutObjectCommand({ Bucket, Key: `${prefix}${name}.zip`, Body }));
    return this.#publication(at, []);
  }

  /** As `serverless invoke` does it with the site's job and a release. */
  async rollBack(release: string, at: Date): Promise<Publication> {
    const schedule = this.#deployment.schedules.find(({ name }) => name === `site.${site}.verify`);
    const { verify: _, ...job } = JSON.parse(schedule?.input ?? '{}') as Record<string, unknown>;
    const { report, error } = await this.#deployment.invoke('sync-assets', { ...job, release }, { now: at });
    if (!report) throw new Error(`The rollback failed: ${error?.message}`);
    return this.#publication(at, report.outcomes);
  }

  /** Someone writes into the bucket itself. */
  async tamper(path: string, content: string, at: Date): Promise<void> {
    this.#sandbox.setTime(at);
    await this.#s3.send(
      new PutObjectCommand({
        Bucket: this.#output('Bucket'),
        Key: path,
        Body: content,
        ContentType: 'text/html',
      }),
    );
  }

  /** Follows every link. */
  visitText(): string {
    const { heading, found, missing } = visit(this.#files());
    const none = missing.length === 0 ? 'all that pages refer to is there' : `MISSING: ${missing.join(' ')}`;
    return `A visitor sees "${heading}", and finds ${counted(found.length, 'file')}: ${none}.`;
  }

  #files(): Files {
    const objects = this.#sandbox.objectsIn(this.#output('Bucket'));
    return Object.fromEntries(objects.map(({ key, content }) => [key, content().toString()]));
  }

  async #publication(at: Date, before: readonly Outcome[]): Promise<Publication> {
    const known = new Set(await this.#invalidations());
    const deliveries = await this.#delivered(at);
    const outcomes = [
      ...before,
      ...deliveries.flatMap(({ attempts }) => attempts.at(-1)?.report?.outcomes ?? []),
    ];
    const made = (await this.#invalidations()).filter((id) => !known.has(id));
    const bucket = `s3://${this.#output('Bucket')}/`;
    return {
      uploaded: outcomes
        .filter(({ decision, outcome }) => decision === 'upload' && outcome === 'done')
        .map(({ resource }) => resource.slice(bucket.length)),
      invalidated: (await Promise.all(made.map((id) => this.#pathsOf(id)))).flat().sort(),
    };
  }

  async #delivered(at: Date): Promise<Delivery[]> {
    const deliveries = await this.#deployment.deliverPending({ now: at });
    const lost = deliveries.find(({ deadLettered }) => deadLettered);
    if (lost) throw new Error(`A release failed: ${lost.attempts.at(-1)?.error?.message}`);
    return deliveries;
  }

  async #invalidations(): Promise<string[]> {
    const DistributionId = this.#output('Distribution');
    const { InvalidationList } = await this.#cloudFront.send(
      new ListInvalidationsCommand({ DistributionId }),
    );
    return (InvalidationList?.Items ?? []).map(({ Id = '' }) => Id);
  }

  async #pathsOf(Id: string): Promise<string[]> {
    const DistributionId = this.#output('Distribution');
    const { Invalidation } = await this.#cloudFront.send(new GetInvalidationCommand({ DistributionId, Id }));
    return Invalidation?.InvalidationBatch?.Paths?.Items ?? [];
  }

  #output(what: 'Bucket' | 'Releases' | 'Distribution'): string {
    const name = `SiteWww${what}`;
    const value = this.#deployment.stack.outputs[name];
    if (value === undefined) throw new Error(`The stack has no output ${name}`);
    return value;
  }
}
