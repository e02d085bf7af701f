/** The distributions that the stack makes: private buckets behind origin access control. */
import { createHash } from 'node:crypto';
import { foldersCode } from './folders.ts';
import { accessControlId, siteResourceId } from './logical-ids.ts';
import type { Plan } from './plan.ts';
import type { DistributionSettings, Site } from './site.ts';
import { filledIn, ownerOf, type Resource, type Resources, ref, type Target } from './template.ts';

/**
 * Amazon CloudFront developer guide, "Managed cache policies": CachingOptimized goes by the objects' own
 * Cache-Control, a day where there is none, and keeps brotli and gzip apart. "Managed response headers policies":
 * SecurityHeadersPolicy.
 */
const cachingOptimized = '658327ea-f89d-4fab-a63d-7e88639e58f6';
const securityHeaders = '67f7725c-6f97-4210-82d7-5512b31e9d03';

/** How long CloudFront believes that something is not there: a new file is seen after so many seconds. */
const absenceSeconds = 10;

type Made = Site & { cdn: { kind: 'made' } };

export function distributionResources({ sites }: Pick<Plan, 'sites'>, target: Target): Resources {
  const made = sites.filter((site): site is Made => site.cdn.kind === 'made');
  if (made.length === 0) return {};
  return {
    [accessControlId]: accessControl(target),
    ...Object.fromEntries(made.flatMap((site) => resourcesOf(site, target))),
  };
}

function resourcesOf(site: Made, target: Target): [string, Resource][] {
  const distributionId = siteResourceId(site.name, 'Distribution');
  return [
    [distributionId, distribution(site, target)],
    ...(site.cdn.settings.folders
      ? [[siteResourceId(site.name, 'Folders'), foldersFunction(site, target)] satisfies [string, Resource]]
      : []),
  ];
}

/** Names of CloudFront's are the account's, whatever the region of the stack; 64 characters each. */
function accountWideName({ region, ...target }: Target, what: string): string {
  const owner = ownerOf(target);
  const unique = createHash('sha256').update(`${owner} ${region} ${what}`).digest('hex').slice(0, 8);
  return `${`${owner}-${what}`.slice(0, 55)}-${unique}`;
}

const accessControl = (target: Target): Resource => ({
  Type: 'AWS::CloudFront::OriginAccessControl',
  Properties: {
    OriginAccessControlConfig: {
      Name: accountWideName(target, 'sites'),
      OriginAccessControlOriginType: 's3',
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
    },
  },
});

const foldersFunction = ({ name, index }: Site, target: Target): Resource => ({
  Type: 'AWS::CloudFront::Function',
  Properties: {
    Name: accountWideName(target, name),
    AutoPublish: true,
    FunctionCode: foldersCode(index),
    FunctionConfig: { Comment: `Folders of the site ${name}`, Runtime: 'cloudfront-js-2.0' },
  },
});

const originId = 'site';

function distribution({ cdn, ...site }: Made, target: Target): Resource {
  const { settings } = cdn;
  return {
    Type: 'AWS::CloudFront::Distribution',
    Properties: {
      DistributionConfig: {
        Enabled: true,
        Comment: `${ownerOf(target)} ${site.name}`,
        HttpVersion: 'http2and3',
        IPV6Enabled: true,
        PriceClass: settings.priceClass,
        DefaultRootObject: site.index,
        ...domains(settings),
        Origins: [origin(site)],
        DefaultCacheBehavior: {
          TargetOriginId: originId,
          ViewerProtocolPolicy: 'redirect-to-https',
          AllowedMethods: ['GET', 'HEAD'],
          CachedMethods: ['GET', 'HEAD'],
          Compress: true,
          CachePolicyId: cachingOptimized,
          ResponseHeadersPolicyId: securityHeaders,
          ...(settings.folders && { FunctionAssociations: [folders(site.name)] }),
        },
        ...errorPages(settings, site.index),
      },
    },
  };
}

function domains({ aliases, certificate }: DistributionSettings) {
  if (certificate === undefined) return {};
  return {
    Aliases: aliases,
    ViewerCertificate: {
      AcmCertificateArn: certificate,
      MinimumProtocolVersion: 'TLSv1.2_2021',
      SslSupportMethod: 'sni-only',
    },
  };
}

/** The bucket's name in its region: the global one would redirect for hours after the bucket is made. */
function origin({ name, bucket, prefix }: Pick<Site, 'name' | 'bucket' | 'prefix'>) {
  return {
    Id: originId,
    DomainName:
      bucket === undefined
        ? { 'Fn::GetAtt': [siteResourceId(name, 'Bucket'), 'RegionalDomainName'] }
        : filledIn(`${bucket}.s3.\${AWS::Region}.\${AWS::URLSuffix}`),
    ...(prefix !== '' && { OriginPath: encodeURI(`/${prefix.slice(0, -1)}`) }),
    OriginAccessControlId: { 'Fn::GetAtt': [accessControlId, 'Id'] },
    // What is left of origin access identities, which came before.
    S3OriginConfig: { OriginAccessIdentity: '' },
  };
}

const folders = (site: string) => ({
  EventType: 'viewer-request',
  FunctionARN: { 'Fn::GetAtt': [siteResourceId(site, 'Folders'), 'FunctionARN'] },
});

/** S3 says 403 of what is not there to those who may not list it. */
function errorPages({ spa, errorPage }: DistributionSettings, index: string) {
  const page = spa ? index : errorPage;
  if (page === undefined) return {};
  return {
    CustomErrorResponses: [403, 404].map((ErrorCode) => ({
      ErrorCode,
      ResponseCode: spa ? 200 : 404,
      ResponsePagePath: `/${page}`,
      ErrorCachingMinTTL: absenceSeconds,
    })),
  };
}

/** Where the stack's distribution answers. */
export const domainOf = (site: string) => ({
  'Fn::GetAtt': [siteResourceId(site, 'Distribution'), 'DomainName'],
});
export const idOf = (site: string) => ref(siteResourceId(site, 'Distribution'));
