/** What instances stand behind: target groups by their ARNs, Classic Load Balancers by their names. */
import { z } from 'zod';

/** Elastic Load Balancing API references, CreateTargetGroup and (2012-06-01) CreateLoadBalancer: Name. */
const namePattern = '[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?';

/** Service Authorization Reference, AWS Elastic Load Balancing V2: "Resource types". */
export const targetGroupPattern = new RegExp(
  `^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:targetgroup/${namePattern}/[0-9a-f]{16}$`,
);

const arnExpected =
  'expected one such as arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef';

/** Whoever has a balancer's ARN at hand is told how to come to the other. */
function notATargetGroup(input: unknown): string {
  const text = String(input);
  if (/^arn:[^:]*:elasticloadbalancing:.*:loadbalancer\//.test(text))
    return 'is the ARN of a load balancer; expected that of its target group, which `aws elbv2 describe-target-groups` shows (a Classic Load Balancer has none: it goes under "loadBalancers", by its name)';
  return `is not the ARN of a target group; ${arnExpected}`;
}

export const targetGroups = z
  .array(
    z
      .string({ error: ({ input }) => notATargetGroup(input) })
      .regex(targetGroupPattern, { error: ({ input }) => notATargetGroup(input) }),
    { error: 'is not a list of target groups; expected "- " and an ARN, a line each' },
  )
  .default([])
  .meta({
    description:
      'Target groups that an instance is registered with once it runs, and drained from before it is stopped: their ARNs.',
    examples: [['arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef']],
  });

const nameExpected =
  'is not the name of a Classic Load Balancer; expected 1 to 32 letters, digits and hyphens, with no hyphen first or last';

export const loadBalancers = z
  .array(z.string({ error: nameExpected }).regex(new RegExp(`^${namePattern}$`), nameExpected), {
    error: 'is not a list of load balancers; expected "- " and a name, a line each',
  })
  .default([])
  .meta({ description: 'The same of Classic Load Balancers: their names.', examples: [['web']] });
