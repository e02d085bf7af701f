/** What the plan's sites become. */
import { describe, expect, test } from 'vitest';
import { invalidateCdnJob } from '../../functions/invalidate-cdn/job.ts';
import { syncAssetsJob } from '../../functions/sync-assets/job.ts';
import { compilePlan } from '../../shared/plan/compile.ts';
import { describePlan } from '../../shared/plan/describe.ts';
import { eventRulesOf, inputTemplateOf } from '../../shared/plan/event-rules.ts';
import { siteFunctions } from '../../shared/plan/functions.ts';
import { functionResourceId } from '../../shared/plan/logical-ids.ts';
import type { Resource, Resources } from '../../shared/plan/template.ts';
import { mistakesOf, now, planText, read, siteText, target } from './plan-builder.ts';

const compiled = (text: string) => compilePlan(read(text), target);
const resourcesOf = (...sites: string[][]): Resources => compiled(siteText(...sites)).resources;

// biome-ignore lint/suspicious/noExplicitAny: CloudFormation's properties are as free as JSON
const properties = (resource: Resource | undefined): any => resource?.Properties;
const typesOf = (resources: Resources) =>
  Object.entries(resources)
    .filter(([id]) => /^(Site|Releases)/.test(id))
    .map(([id, { Type }]) => `${id} ${Type}`);

const made = ['name: www'];
const own = ['name: www', 'bucket: www-site', 'releases: { bucket: www-releases, prefix: www/ }'];
const jobOf = (input: unknown): Record<string, unknown> => {
  const text = typeof input === 'string' ? input : (input as { 'Fn::Sub': string })['Fn::Sub'];
  return JSON.parse(text.replaceAll(/\$\{(\w+)\}/g, (_, id: string) => `the-${id.toLowerCase()}`)) as Record<
    string,
    unknown
  >;
};

describe('A site of which the plan says only the name', () => {
  const resources = resourcesOf(made);

  test('gets all that it needs', () => {
    expect(typesOf(resources)).toEqual([
      'SiteWwwVerifySchedule AWS::Scheduler::Schedule',
      'SiteWwwReleasesRule AWS::Events::Rule',
      'SiteWwwReleasesRulePermission AWS::Lambda::Permission',
      'SiteWwwSyncedRule AWS::Events::Rule',
      'SiteWwwSyncedRulePermission AWS::Lambda::Permission',
      'ReleasesBucket AWS::S3::Bucket',
      'ReleasesBucketPolicy AWS::S3::BucketPolicy',
      'SiteWwwBucket AWS::S3::Bucket',
      'SiteWwwBucketPolicy AWS::S3::BucketPolicy',
      'SitesAccessControl AWS::CloudFront::OriginAccessControl',
      'SiteWwwDistribution AWS::CloudFront::Distribution',
      'SiteWwwFolders AWS::CloudFront::Function',
    ]);
  });

  test.each(['ReleasesBucket', 'SiteWwwBucket'])(
    'has in %s a private bucket that outlives the stack',
    (id) => {
      expect(resources[id]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
      expect(properties(resources[id])).toMatchObject({
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: {
          Rules: expect.arrayContaining([
            expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }),
          ]),
        },
      });
      const [denial] = properties(resources[`${id}Policy`]).PolicyDocument.Statement.slice(-1);
      expect(denial).toMatchObject({
        Effect: 'Deny',
        Principal: '*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
    },
  );

  test('has its archives kept though others take their place, and EventBridge told of them', () => {
    expect(properties(resources['ReleasesBucket'])).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
    expect(properties(resources['SiteWwwBucket']).NotificationConfiguration).toBeUndefined();
  });

  test('forgets old lists of changes, and nothing else of the site', () => {
    const { Rules } = properties(resources['SiteWwwBucket']).LifecycleConfiguration;
    const expiring = Rules.filter((rule: object) => 'ExpirationInDays' in rule);
    expect(expiring).toEqual([
      { Id: 'old-changes', Status: 'Enabled', Prefix: '.groundskeeper/changes/', ExpirationInDays: 30 },
    ]);
  });

  test('is read by its distribution alone, and what is ours in it by nobody', () => {
    const [readers, ours] = properties(resources['SiteWwwBucketPolicy']).PolicyDocument.Statement;
    const cloudFront = { Service: 'cloudfront.amazonaws.com' };
    expect(readers).toEqual({
      Effect: 'Allow',
      Principal: cloudFront,
      Action: 's3:GetObject',
      Resource: { 'Fn::Sub': '${SiteWwwBucket.Arn}/*' },
      Condition: {
        StringEquals: {
          'AWS:SourceArn': [
            {
              'Fn::Sub':
                'arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${SiteWwwDistribution}',
            },
          ],
        },
      },
    });
    expect(ours).toEqual({
      Effect: 'Deny',
      Principal: cloudFront,
      Action: 's3:GetObject',
      Resource: { 'Fn::Sub': '${SiteWwwBucket.Arn}/.groundskeeper/*' },
    });
  });

  test('is served encrypted, compressed, by HTTP/2 and 3, from its bucket and no other', () => {
    const { DistributionConfig } = properties(resources['SiteWwwDistribution']);
    expect(DistributionConfig).toMatchObject({
      Enabled: true,
      HttpVersion: 'http2and3',
      DefaultRootObject: 'index.html',
      PriceClass: 'PriceClass_All',
      Origins: [
        {
          DomainName: { 'Fn::GetAtt': ['SiteWwwBucket', 'RegionalDomainName'] },
          OriginAccessControlId: { 'Fn::GetAtt': ['SitesAccessControl', 'Id'] },
          S3OriginConfig: { OriginAccessIdentity: '' },
        },
      ],
      DefaultCacheBehavior: {
        ViewerProtocolPolicy: 'redirect-to-https',
        Compress: true,
        FunctionAssociations: [
          { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': ['SiteWwwFolders', 'FunctionARN'] } },
        ],
      },
    });
    expect(DistributionConfig).not.toHaveProperty('Aliases');
    expect(DistributionConfig).not.toHaveProperty('CustomErrorResponses');
    expect(DistributionConfig.Origins[0]).not.toHaveProperty('OriginPath');
  });

  test('tells in outputs where it is, where archives go, and who serves it', () => {
    const { outputs } = compiled(siteText(made));
    const values = Object.entries(outputs).map(([id, { Value }]) => [id, Value]);
    expect(Object.fromEntries(values)).toMatchObject({
      SiteWwwBucket: { Ref: 'SiteWwwBucket' },
      SiteWwwReleases: { 'Fn::Sub': 's3://${ReleasesBucket}/www/' },
      SiteWwwDistribution: { Ref: 'SiteWwwDistribution' },
      SiteWwwDomain: { 'Fn::GetAtt': ['SiteWwwDistribution', 'DomainName'] },
    });
  });
});

describe('A site in buckets of your own', () => {
  const resources = resourcesOf(own);

  test('makes nothing of them, and no distribution', () => {
    expect(typesOf(resources)).toEqual([
      'SiteWwwVerifySchedule AWS::Scheduler::Schedule',
      'SiteWwwReleasesRule AWS::Events::Rule',
      'SiteWwwReleasesRulePermission AWS::Lambda::Permission',
      'SiteWwwSyncedRule AWS::Events::Rule',
      'SiteWwwSyncedRulePermission AWS::Lambda::Permission',
    ]);
    expect(resources['SitesAccessControl']).toBeUndefined();
  });

  test('gets a distribution if the plan asks for one, with the prefix as its root', () => {
    const served = resourcesOf([...own, 'prefix: some blog/', 'distribution: {}']);
    const [origin] = properties(served['SiteWwwDistribution']).DistributionConfig.Origins;
    expect(origin).toMatchObject({
      DomainName: { 'Fn::Sub': 'www-site.s3.${AWS::Region}.${AWS::URLSuffix}' },
      OriginPath: '/some%20blog',
    });
    expect(served['SiteWwwBucketPolicy']).toBeUndefined();
  });

  test('tells in outputs what CloudFormation need not know', () => {
    const { outputs } = compiled(siteText(own));
    expect(outputs['SiteWwwBucket']?.Value).toBe('www-site');
    expect(outputs['SiteWwwReleases']?.Value).toBe('s3://www-releases/www/');
    expect(outputs['SiteWwwDomain']).toBeUndefined();
  });
});

describe('A bucket of the stack with distributions of your own', () => {
  const resources = resourcesOf([
    'name: www',
    'prefix: blog/',
    'distributions: [E1EXAMPLE2345, E2EXAMPLE2345]',
  ]);

  test('lets these read below the prefix, and no distribution is made', () => {
    const [readers, ours] = properties(resources['SiteWwwBucketPolicy']).PolicyDocument.Statement;
    expect(readers.Resource).toEqual({ 'Fn::Sub': '${SiteWwwBucket.Arn}/blog/*' });
    expect(ours.Resource).toEqual({ 'Fn::Sub': '${SiteWwwBucket.Arn}/blog/.groundskeeper/*' });
    expect(readers.Condition.StringEquals['AWS:SourceArn']).toEqual([
      { 'Fn::Sub': expect.stringMatching(/:distribution\/E1EXAMPLE2345$/) },
      { 'Fn::Sub': expect.stringMatching(/:distribution\/E2EXAMPLE2345$/) },
    ]);
    expect(resources['SiteWwwDistribution']).toBeUndefined();
  });
});

describe('The distribution that the stack makes', () => {
  const configOf = (settings: string, ...more: string[]) =>
    properties(resourcesOf(['name: www', `distribution: { ${settings} }`, ...more])['SiteWwwDistribution'])
      .DistributionConfig;
  const certificate = 'arn:aws:acm:us-east-1:123456789012:certificate/1b2c3d4e-0000-4000-8000-123456789012';

  test('answers to the names of its certificate', () => {
    expect(configOf(`aliases: [www.example.com], certificate: "${certificate}"`)).toMatchObject({
      Aliases: ['www.example.com'],
      ViewerCertificate: {
        AcmCertificateArn: certificate,
        MinimumProtocolVersion: 'TLSv1.2_2021',
        SslSupportMethod: 'sni-only',
      },
    });
  });

  test.each([
    ['errorPage: errors/404.html', { ResponseCode: 404, ResponsePagePath: '/errors/404.html' }],
    ['spa: true', { ResponseCode: 200, ResponsePagePath: '/app.html' }],
  ])('with %s shows that for what S3 says 403 of', (settings, response) => {
    expect(configOf(settings, 'index: app.html').CustomErrorResponses).toEqual([
      { ErrorCode: 403, ErrorCachingMinTTL: 10, ...response },
      { ErrorCode: 404, ErrorCachingMinTTL: 10, ...response },
    ]);
  });

  test.each(['spa: true', 'folders: false'])('with %s has no function', (settings) => {
    expect(configOf(settings).DefaultCacheBehavior).not.toHaveProperty('FunctionAssociations');
    expect(resourcesOf(['name: www', `distribution: { ${settings} }`])['SiteWwwFolders']).toBeUndefined();
  });

  test('shares no name with that of another stage, region or site', () => {
    const plan = read(siteText(['name: a-long-name-of-a-site-with-many-letters'], ['name: www']));
    const names = [target, { ...target, stage: 'prod' }, { ...target, region: 'eu-west-1' }].flatMap((one) =>
      Object.values(
        compilePlan(plan, { ...one, service: 'a-service-with-as-many-letters' }).resources,
      ).flatMap((resource) => {
        const { Name, OriginAccessControlConfig } = properties(resource);
        const isCloudFront = resource.Type.startsWith('AWS::CloudFront::');
        return isCloudFront ? [Name ?? OriginAccessControlConfig?.Name].filter(Boolean) : [];
      }),
    );
    expect(names).toHaveLength(9);
    expect(new Set(names).size).toBe(9);
    for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  });
});

describe('What starts the functions of a site', () => {
  const resources = resourcesOf([
    ...made,
    'headers: [{ match: "*.txt", cacheControl: no-cache }]',
    'keepReleases: 5',
  ]);

  test('is the upload of an archive, below its prefix and with an ending of one', () => {
    const { EventPattern, Targets } = properties(resources['SiteWwwReleasesRule']);
    expect(EventPattern).toEqual({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: {
        bucket: { name: [{ Ref: 'ReleasesBucket' }] },
        object: {
          key: [{ wildcard: 'www/*.zip' }, { wildcard: 'www/*.tar.gz' }, { wildcard: 'www/*.tgz' }],
        },
      },
    });
    expect(Targets).toMatchObject([
      {
        Arn: { 'Fn::GetAtt': ['SyncDashassetsLambdaFunction', 'Arn'] },
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400 },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['SyncAssetsDeadLetters', 'Arn'] } },
      },
    ]);
  });

  test("is sync-assets' own event of this stage and this site", () => {
    const { EventPattern, Targets } = properties(resources['SiteWwwSyncedRule']);
    expect(EventPattern).toEqual({
      source: ['groundskeeper'],
      'detail-type': ['Assets Synced'],
      detail: { owner: ['groundskeeper-dev'], site: ['www'] },
    });
    expect(Targets[0].Arn).toEqual({ 'Fn::GetAtt': ['InvalidateDashcdnLambdaFunction', 'Arn'] });
  });

  test('may start them, and what cannot be delivered is kept', () => {
    for (const [name, rule] of [
      ['sync-assets', 'SiteWwwReleasesRule'],
      ['invalidate-cdn', 'SiteWwwSyncedRule'],
    ] as const) {
      expect(properties(resources[`${rule}Permission`])).toMatchObject({
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': [rule, 'Arn'] },
      });
      const [statement] = properties(resources[functionResourceId(name, 'DeadLettersPolicy')]).PolicyDocument
        .Statement;
      expect(statement.Condition.ArnEquals['aws:SourceArn']).toEqual([{ 'Fn::GetAtt': [rule, 'Arn'] }]);
    }
  });

  test('every night is a verification of the release that stands', () => {
    const schedule = properties(resources['SiteWwwVerifySchedule']);
    expect(schedule).toMatchObject({ Name: 'site.www.verify', ScheduleExpression: 'cron(10 3 * * ? *)' });
    const job = jobOf(schedule.Target.Input);
    expect(job).toMatchObject({
      site: 'www',
      bucket: 'the-sitewwwbucket',
      releases: { bucket: 'the-releasesbucket', prefix: 'www/' },
      headers: [{ match: '*.txt', cacheControl: 'no-cache' }],
      keepReleases: 5,
      verify: true,
    });
    expect(syncAssetsJob.safeParse(job).error).toBeUndefined();
  });

  test('is at the time that the plan says, in its zone, or never', () => {
    const at = properties(resourcesOf([...made, 'verify: { at: "22:30" }'])['SiteWwwVerifySchedule']);
    expect(at).toMatchObject({
      ScheduleExpression: 'cron(30 22 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
    });
    expect(resourcesOf([...made, 'verify: false'])['SiteWwwVerifySchedule']).toBeUndefined();
  });

  test('carries jobs that the functions take, beside the event', () => {
    const jobs = { 'sync-assets': syncAssetsJob, 'invalidate-cdn': invalidateCdnJob };
    for (const sites of [
      made,
      own,
      [...made, 'fingerprinted: ["assets/**"]', 'distributions: [E1EXAMPLE2345]'],
    ]) {
      for (const rule of eventRulesOf(read(siteText(sites)), target)) {
        const sent = inputTemplateOf(rule).replace('<aws.events.event.json>', '{}');
        const job = (jobOf(sent) as { job: { distributions?: string[] } }).job;
        // An id is made of capitals.
        const distributions = job.distributions?.map((id) => id.toUpperCase().replaceAll('-', ''));
        const schema = jobs[rule.startsFunction as keyof typeof jobs];
        expect(schema.safeParse({ ...job, ...(distributions && { distributions }) }).error).toBeUndefined();
      }
    }
  });

  test('names the distribution that is made, those of your own, or none, which means to look', () => {
    const named = (...site: string[]) =>
      eventRulesOf(read(siteText(site)), target).map(
        ({ job }) => (job as { distributions?: unknown }).distributions,
      )[1];
    expect(named(...made)).toEqual(['${SiteWwwDistribution}']);
    expect(named(...own, 'distributions: [E1EXAMPLE2345]')).toEqual(['E1EXAMPLE2345']);
    expect(named(...own)).toBeUndefined();
  });

  test('takes what would be a wildcard in a prefix as it stands', () => {
    // A star is refused by the rules; a backslash is EventBridge's way to say that one is none.
    const text = siteText(['name: www', 'bucket: b-1', "releases: { bucket: b-2, prefix: 'a\\b/' }"]);
    const [rule] = eventRulesOf(read(text), target);
    expect(rule?.pattern.detail['object']).toMatchObject({ key: [{ wildcard: 'a\\\\b/*.zip' }, {}, {}] });
  });
});

describe('The role of a function of sites', () => {
  const statements = (resources: Resources, name: (typeof siteFunctions)[number]) =>
    properties(resources[functionResourceId(name, 'Role')]).Policies[0].PolicyDocument.Statement as {
      Action: string[];
      Resource: unknown[];
    }[];
  const arns = (resources: Resources, action: string) =>
    siteFunctions.flatMap((name) =>
      statements(resources, name)
        .filter(({ Action }) => Action.includes(action))
        .flatMap(({ Resource }) => Resource.map((one) => (one as { 'Fn::Sub'?: string })['Fn::Sub'] ?? one)),
    );
  const two = resourcesOf(made, [
    'name: blog',
    'bucket: own-site',
    'prefix: blog/',
    'releases: { bucket: own-releases }',
    'distributions: [E1EXAMPLE2345]',
  ]);

  test('allows nothing but its log and its queues where there are no sites', () => {
    const resources = compiled(planText()).resources;
    const actions = siteFunctions.flatMap((name) =>
      statements(resources, name).flatMap(({ Action }) => Action),
    );
    expect(actions.filter((action) => !/^(logs|sqs):/.test(action))).toEqual([]);
  });

  test('allows to write below the prefixes of the sites, and nowhere else', () => {
    expect(arns(two, 's3:PutObject')).toEqual([
      'arn:${AWS::Partition}:s3:::${SiteWwwBucket}/*',
      'arn:${AWS::Partition}:s3:::own-site/blog/*',
    ]);
  });

  test('allows to read releases, and not to write them', () => {
    expect(arns(two, 's3:GetObjectVersion')).toEqual([
      'arn:${AWS::Partition}:s3:::${ReleasesBucket}/www/*',
      'arn:${AWS::Partition}:s3:::own-releases/*',
    ]);
  });

  test('allows to invalidate in the distributions of the sites; where they are found, in any', () => {
    const distribution = 'arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/';
    expect(arns(two, 'cloudfront:CreateInvalidation')).toEqual([
      `${distribution}\${SiteWwwDistribution}`,
      `${distribution}E1EXAMPLE2345`,
    ]);
    expect(arns(resourcesOf(own), 'cloudfront:CreateInvalidation')).toEqual([`${distribution}*`]);
  });
});

test('A plan may have sites alone, and then still expires what earlier ones backed up', () => {
  expect(mistakesOf(siteText(made))).toBe('no mistake');
  const resources = resourcesOf(made);
  expect(resources['ExpireBackupsSchedule']?.Type).toBe('AWS::Scheduler::Schedule');
  expect(resources['ReconcileLedgerSchedule']?.Type).toBe('AWS::Scheduler::Schedule');
});

test('A site that is added changes nothing of another but the roles and queues that know all', () => {
  const before = resourcesOf(made);
  const after = resourcesOf(['name: docs'], made);
  const changed = Object.keys(before).filter(
    (id) => JSON.stringify(before[id]) !== JSON.stringify(after[id]),
  );
  expect(changed.sort()).toEqual([
    'InvalidateCdnDeadLettersPolicy',
    'InvalidateCdnRole',
    'SyncAssetsDeadLettersPolicy',
    'SyncAssetsRole',
  ]);
});

test('`npm run plan` shows where sites lie, who serves them, and their jobs, without signs of a template', () => {
  const text = describePlan(
    read(siteText(made, ['name: blog', 'bucket: own-site', 'verify: false'])),
    target,
    now,
  );
  expect(text).toContain('in s3://<SiteWwwBucket>/ (made by the stack), index index.html');
  expect(text).toContain(
    'releases uploaded to s3://<ReleasesBucket>/www/ (made by the stack) are published at once',
  );
  expect(text).toContain('served by your distributions that have the bucket and prefix as their origin');
  expect(text).toContain('never verified by itself');
  expect(text).toContain('"distributions":["<SiteWwwDistribution>"]');
  expect(text).not.toContain('${');
});

test('`npm run plan` says of jobs with names that only the stack will know where these are found', () => {
  const shown = (...keys: string[]) => describePlan(read(siteText(keys)), target, now);
  const note = 'stand for what the stack makes: `npx serverless info --verbose` says its name';
  expect(shown('name: www')).toContain(`Jobs\n\n  <Site…> and <ReleasesBucket> ${note}`);
  expect(shown('name: www', 'bucket: own')).toContain(note);
  const own = shown('name: www', 'bucket: own', 'releases: { bucket: archives }');
  expect(own).not.toContain(note);
  expect(own).not.toMatch(/<(Site|Releases)/);
});

test('`npm run plan` shows each start in the zone of the plan and in UTC, if these are two', () => {
  const shown = (zone: string) =>
    describePlan(read(siteText(['name: www']).replace('Europe/Berlin', zone)), target, now);
  expect(shown('Europe/Berlin')).toMatch(/when +next \(Europe\/Berlin\) +next \(UTC\)\n/);
  expect(shown('Europe/Berlin')).toMatch(/ +Sat 2026-11-21 03:10 +Sat 2026-11-21 02:10\n/);
  expect(shown('UTC')).toMatch(/when +next \(UTC\)\n/);
  expect(shown('UTC')).toMatch(/at 03:10 UTC +Sat 2026-11-21 03:10\n/);
});
