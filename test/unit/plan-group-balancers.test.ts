/** What a group by tag stands behind is named as AWS names it, and each once. */
import { describe, expect, test } from 'vitest';
import { mistakesOf } from './plan-builder.ts';

const behind = (key: 'targetGroups' | 'loadBalancers', ...values: string[]): string =>
  mistakesOf(
    `groups:\n  - { name: web, minimum: 1, maximum: 2, instances: { tags: { Role: web }, ${key}: ${JSON.stringify(values)} } }\n`,
  );

const arn = (resource: string, region = 'us-east-1', account = '123456789012') =>
  `arn:aws:elasticloadbalancing:${region}:${account}:${resource}`;
const targetGroup = arn('targetgroup/web/0123456789abcdef');
const balancer = arn('loadbalancer/app/web/50dc6c495c0c9188');

describe('A target group', () => {
  test('is an ARN', () => {
    expect(behind('targetGroups', targetGroup, arn('targetgroup/w-2/0123456789abcdef'))).toBe('no mistake');
  });

  test.each([
    'web',
    '',
    arn('targetgroup/web/0123456789abcdef', 'us-east-1', '123'),
    arn('targetgroup/web'),
    arn('targetgroup/*/0123456789abcdef'),
    arn('targetgroup/-web/0123456789abcdef'),
    'arn:aws:s3:::bucket',
  ])('is not %j', (value) => {
    expect(behind('targetGroups', value)).toMatch(
      /^groundskeeper\.yml:2:\d+ groups\[0\]\.instances\.targetGroups\[0\]: ".* is not the ARN of a target group; expected one such as arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup\/web\/0123456789abcdef$/,
    );
  });

  test('is none of the balancers before it, and the message says where it is found', () => {
    for (const value of [balancer, arn('loadbalancer/classic')]) {
      const message = behind('targetGroups', value);
      expect(message).toContain('is the ARN of a load balancer; expected that of its target group');
      expect(message).toContain('`aws elbv2 describe-target-groups`');
      expect(message).not.toContain('\n');
    }
  });

  test("is in the group's own region", () => {
    expect(behind('targetGroups', arn('targetgroup/web/0123456789abcdef', 'eu-west-1'))).toContain(
      'groups[0].instances.targetGroups[0]: the target group is in eu-west-1; expected one in us-east-1',
    );
  });

  test('is named once', () => {
    expect(behind('targetGroups', targetGroup, targetGroup)).toMatch(
      /groups\[0\]\.instances\.targetGroups\[1\]: "arn:.* is there already; expected each once$/,
    );
  });
});

describe('A Classic Load Balancer', () => {
  test.each(['web', 'w', 'Web-2', 'w'.repeat(32)])('may be called %s', (name) => {
    expect(behind('loadBalancers', name)).toBe('no mistake');
  });

  test.each(['bad name!', '', '?', '-web', 'web-', 'w'.repeat(33), balancer])('is not called %j', (name) => {
    const message = behind('loadBalancers', name);
    expect(message).toContain(
      'is not the name of a Classic Load Balancer; expected 1 to 32 letters, digits and hyphens, with no hyphen first or last',
    );
    expect(message).not.toContain('\n');
  });

  test('is named once', () => {
    expect(behind('loadBalancers', 'web', 'shop', 'web')).toMatch(
      /loadBalancers\[2\]: "web" is there already; expected each once$/,
    );
  });
});
