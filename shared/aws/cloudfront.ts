/** Distributions, and what they are told to forget. */
import {
  CloudFrontClient,
  type CloudFrontClientConfig,
  CreateInvalidationCommand,
  type DistributionConfig,
  type DistributionSummary,
  GetDistributionConfigCommand,
  GetInvalidationCommand,
  ListDistributionsCommand,
} from '@aws-sdk/client-cloudfront';
import { observing, required } from './ec2.ts';
import { natureOf } from './errors.ts';
import { type Patience, persist } from './persist.ts';

export interface CloudFront {
  cloudFront: CloudFrontClient;
  patience: Patience;
}

/** A client that leaves retries to `persist`. CloudFront is one service for all regions, but China's. */
export function cloudFrontClient({
  region,
  ...config
}: CloudFrontClientConfig & { region: string }): CloudFrontClient {
  return new CloudFrontClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
    ...config,
    region: region.startsWith('cn-') ? region : 'us-east-1',
  });
}

export interface Distribution {
  id: string;
  isEnabled: boolean;
  origins: Origin[];
  /** In the order in which CloudFront tries them; the default one is last. */
  behaviors: Behavior[];
  errorResponses: ErrorResponse[];
}

export interface Origin {
  id: string;
  domain: string;
  /** `''`, or `/www`. */
  path: string;
}

export interface Behavior {
  /** `*` of the default one. */
  pattern: string;
  /** The ids of the origins that may answer: one, or those of a group. */
  origins: string[];
  /** Whether the query is part of what is kept, as far as the distribution itself says so: a cache policy may, too. */
  keepsQueries: boolean;
}

/** What CloudFront does with an error of the origin. */
export interface ErrorResponse {
  code: number;
  /** The path of the page that is answered instead; `''`: the origin's answer. */
  page: string;
  /** How long it keeps it. */
  seconds: number;
}

type Fields =
  | 'Enabled'
  | 'Origins'
  | 'OriginGroups'
  | 'DefaultCacheBehavior'
  | 'CacheBehaviors'
  | 'CustomErrorResponses';
type Described = Pick<DistributionSummary, Fields> | Pick<DistributionConfig, Fields>;

/** All of the account, page by page to the last. */
export async function* listDistributions({ cloudFront, patience }: CloudFront): AsyncGenerator<Distribution> {
  let marker: string | undefined;
  do {
    const command = new ListDistributionsCommand({ ...(marker !== undefined && { Marker: marker }) });
    const answer = await observing('The distributions', () =>
      persist(() => cloudFront.send(command), patience),
    );
    const list = required(answer.DistributionList, 'DistributionList', 'CloudFront');
    for (const summary of list.Items ?? []) {
      yield distributionOf(required(summary.Id, 'Id', 'CloudFront'), summary);
    }
    marker = list.IsTruncated ? required(list.NextMarker, 'NextMarker', 'CloudFront') : undefined;
  } while (marker !== undefined);
}

/** One, with what a listing leaves out; undefined if there is none of this id. */
export async function readDistribution(
  { cloudFront, patience }: CloudFront,
  id: string,
): Promise<(Distribution & { rootObject: string }) | undefined> {
  const command = new GetDistributionConfigCommand({ Id: id });
  const answer = await observing(`The distribution ${id}`, () =>
    unlessAbsent(persist(() => cloudFront.send(command), patience)),
  );
  if (!answer) return undefined;
  const config = required(answer.DistributionConfig, 'DistributionConfig', 'CloudFront');
  return { ...distributionOf(id, config), rootObject: (config.DefaultRootObject ?? '').replace(/^\//, '') };
}

async function unlessAbsent<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (natureOf(error) === 'absent') return undefined;
    throw error;
  }
}

function distributionOf(id: string, described: Described): Distribution {
  return {
    id,
    isEnabled: required(described.Enabled, 'Enabled', 'CloudFront'),
    origins: (required(described.Origins, 'Origins', 'CloudFront').Items ?? []).map((origin) => ({
      id: required(origin.Id, 'Id', 'CloudFront'),
      domain: required(origin.DomainName, 'DomainName', 'CloudFront'),
      path: origin.OriginPath ?? '',
    })),
    behaviors: behaviorsOf(described),
    errorResponses: (described.CustomErrorResponses?.Items ?? []).map((response) => ({
      code: required(response.ErrorCode, 'ErrorCode', 'CloudFront'),
      page: response.ResponsePagePath ?? '',
      seconds: response.ErrorCachingMinTTL ?? defaultErrorSeconds,
    })),
  };
}

/** CloudFront developer guide, "How CloudFront caches HTTP 4xx and 5xx status codes". */
const defaultErrorSeconds = 10;

function behaviorsOf({ OriginGroups, DefaultCacheBehavior, CacheBehaviors }: Described): Behavior[] {
  const groups = new Map(
    (OriginGroups?.Items ?? []).map(({ Id, Members }) => [
      Id,
      (Members?.Items ?? []).map(({ OriginId }) => required(OriginId, 'OriginId', 'CloudFront')),
    ]),
  );
  const byDefault = required(DefaultCacheBehavior, 'DefaultCacheBehavior', 'CloudFront');
  return [...(CacheBehaviors?.Items ?? []), { ...byDefault, PathPattern: '*' }].map((behavior) => {
    const target = required(behavior.TargetOriginId, 'TargetOriginId', 'CloudFront');
    return {
      pattern: required(behavior.PathPattern, 'PathPattern', 'CloudFront'),
      origins: groups.get(target) ?? [target],
      keepsQueries: behavior.ForwardedValues?.QueryString ?? false,
    };
  });
}

export interface NewInvalidation {
  distribution: string;
  /** CloudFront answers the earlier one where it has had this reference with these paths. */
  reference: string;
  paths: readonly string[];
}

/** Answers its id. */
export async function createInvalidation(
  { cloudFront, patience }: CloudFront,
  { distribution, reference, paths }: NewInvalidation,
): Promise<string> {
  const command = new CreateInvalidationCommand({
    DistributionId: distribution,
    InvalidationBatch: { CallerReference: reference, Paths: { Quantity: paths.length, Items: [...paths] } },
  });
  const { Invalidation } = await persist(() => cloudFront.send(command), patience);
  return required(Invalidation?.Id, 'Id', 'CloudFront');
}

export async function isInvalidationCompleted(
  { cloudFront, patience }: CloudFront,
  distribution: string,
  id: string,
): Promise<boolean> {
  const command = new GetInvalidationCommand({ DistributionId: distribution, Id: id });
  const { Invalidation } = await persist(() => cloudFront.send(command), patience);
  return required(Invalidation?.Status, 'Status', 'CloudFront') === 'Completed';
}
