/** A distribution: as CloudFormation has it in a template, and as the API writes it. */
import * as z from 'zod';
import { children, textOf, type Xml, type XmlElement } from '../s3/xml.ts';

const behavior = z.object({
  TargetOriginId: z.string(),
  ForwardedValues: z.object({ QueryString: z.boolean().optional() }).optional(),
});

/** What of `AWS::CloudFront::Distribution`'s DistributionConfig counts here; the rest is let by. */
export const distributionConfig = z.object({
  Enabled: z.boolean(),
  DefaultRootObject: z.string().default(''),
  Origins: z.array(z.object({ Id: z.string(), DomainName: z.string(), OriginPath: z.string().default('') })),
  OriginGroups: z
    .object({
      Items: z
        .array(
          z.object({
            Id: z.string(),
            Members: z.object({ Items: z.array(z.object({ OriginId: z.string() })) }),
          }),
        )
        .default([]),
    })
    .default({ Items: [] }),
  DefaultCacheBehavior: behavior,
  CacheBehaviors: z.array(behavior.extend({ PathPattern: z.string() })).default([]),
  CustomErrorResponses: z
    .array(
      z.object({
        ErrorCode: z.number(),
        ResponsePagePath: z.string().optional(),
        ResponseCode: z.number().optional(),
        ErrorCachingMinTTL: z.number().default(10),
      }),
    )
    .default([]),
});
export type DistributionConfig = z.output<typeof distributionConfig>;
export type NewDistribution = z.input<typeof distributionConfig>;

/** `<Quantity>` and `<Items>`: how the API writes every list. */
export const list = (name: string, items: readonly Xml[]): Xml => ({
  Quantity: items.length,
  ...(items.length > 0 && { Items: { [name]: items } }),
});

type Behavior = DistributionConfig['DefaultCacheBehavior'] & { PathPattern?: string };

const behaviorXml = ({ PathPattern, TargetOriginId, ForwardedValues }: Behavior): Xml => ({
  PathPattern,
  TargetOriginId,
  ViewerProtocolPolicy: 'redirect-to-https',
  ...(ForwardedValues && {
    ForwardedValues: { QueryString: ForwardedValues.QueryString ?? false, Cookies: { Forward: 'none' } },
  }),
});

/** What a listing and the configuration have in common. */
export const sharedXml = (config: DistributionConfig): Record<string, Xml> => ({
  Aliases: list('CNAME', []),
  Origins: list(
    'Origin',
    config.Origins.map((origin) => ({ ...origin, S3OriginConfig: { OriginAccessIdentity: '' } })),
  ),
  OriginGroups: list(
    'OriginGroup',
    config.OriginGroups.Items.map(({ Id, Members }) => ({
      Id,
      Members: list('OriginGroupMember', Members.Items),
    })),
  ),
  DefaultCacheBehavior: behaviorXml(config.DefaultCacheBehavior),
  CacheBehaviors: list('CacheBehavior', config.CacheBehaviors.map(behaviorXml)),
  CustomErrorResponses: list('CustomErrorResponse', config.CustomErrorResponses),
  Comment: '',
  PriceClass: 'PriceClass_All',
  Enabled: config.Enabled,
});

/** Of a request of CreateDistribution, whose lists have their items one level down. */
export function configIn(root: XmlElement): DistributionConfig {
  const behaviors = (name: string) =>
    children(root, name).map((one) => ({
      TargetOriginId: textOf(one, 'TargetOriginId') ?? '',
      PathPattern: textOf(one, 'PathPattern') ?? '*',
      ForwardedValues: { QueryString: textOf(one, 'QueryString') === 'true' },
    }));
  return distributionConfig.parse({
    Enabled: textOf(root, 'Enabled') !== 'false',
    DefaultRootObject: textOf(root, 'DefaultRootObject') ?? '',
    Origins: children(root, 'Origin').map((origin) => ({
      Id: textOf(origin, 'Id'),
      DomainName: textOf(origin, 'DomainName'),
      OriginPath: textOf(origin, 'OriginPath') ?? '',
    })),
    DefaultCacheBehavior: behaviors('DefaultCacheBehavior')[0],
    CacheBehaviors: behaviors('CacheBehavior'),
    CustomErrorResponses: children(root, 'CustomErrorResponse').map((response) => ({
      ErrorCode: Number(textOf(response, 'ErrorCode')),
      ResponsePagePath: textOf(response, 'ResponsePagePath'),
      ErrorCachingMinTTL: Number(textOf(response, 'ErrorCachingMinTTL') ?? 10),
    })),
  });
}
