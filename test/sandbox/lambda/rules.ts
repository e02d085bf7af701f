/** Which events start what, by the EventBridge rules of a deployed template. */
import * as z from 'zod';

/** An event as EventBridge delivers it. */
export interface AwsEvent {
  source: string;
  'detail-type': string;
  detail: unknown;
  [field: string]: unknown;
}

/** What stands in a template for what it refers to. */
export type Fill = (value: unknown) => unknown;

type Pattern = { readonly [key: string]: Pattern | readonly unknown[] };

export interface DeployedRule {
  logicalId: string;
  pattern: Pattern;
  /** The logical id of the function that it starts. */
  target: string;
  /** As in the template; `payloadOf` fills the event in. */
  inputTemplate: string;
}

const pattern: z.ZodType<Pattern> = z.lazy(() =>
  z.record(z.string(), z.union([z.array(z.unknown()), pattern])),
);

/** A rule as CloudFormation has it. What is not known here would change when it starts: it is refused. */
const ruleResource = z.object({
  Properties: z.strictObject({
    Name: z.unknown().optional(),
    Description: z.string().optional(),
    State: z.literal('ENABLED').optional(),
    EventPattern: z.unknown(),
    Targets: z
      .array(
        z.object({
          Arn: z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
          InputTransformer: z.strictObject({ InputTemplate: z.unknown() }),
        }),
      )
      .length(1),
  }),
});

export function rulesIn(
  resources: Readonly<Record<string, { Type: string }>>,
  fill: Fill = (value) => value,
): DeployedRule[] {
  return Object.entries(resources)
    .filter(([, { Type }]) => Type === 'AWS::Events::Rule')
    .flatMap(([logicalId, resource]) => {
      const { EventPattern, Targets } = ruleResource.parse(resource).Properties;
      return Targets.map(({ Arn, InputTransformer }) => ({
        logicalId,
        pattern: pattern.parse(fill(EventPattern)),
        target: Arn['Fn::GetAtt'][0],
        inputTemplate: z.string().parse(fill(InputTransformer.InputTemplate)),
      }));
    });
}

/** What the rule sends to its target. */
export const payloadOf = ({ inputTemplate }: Pick<DeployedRule, 'inputTemplate'>, event: AwsEvent): unknown =>
  JSON.parse(inputTemplate.replaceAll('<aws.events.event.json>', () => JSON.stringify(event)));

/**
 * EventBridge user guide, "Event patterns": every field of the pattern must be in the event, with one of
 * the values; of the comparisons `prefix` and `wildcard` alone are known here.
 */
export function matches(wanted: Pattern, event: unknown): boolean {
  const fields = (event ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).every(([name, expected]) => {
    const value = fields[name];
    if (!Array.isArray(expected)) return matches(expected as Pattern, value);
    return [value].flat().some((one) => expected.some((candidate) => isMatch(candidate, one)));
  });
}

function isMatch(candidate: unknown, value: unknown): boolean {
  if (typeof candidate !== 'object' || candidate === null) return candidate === value;
  const comparison = comparisons.parse(candidate);
  if (typeof value !== 'string') return false;
  if ('prefix' in comparison) return value.startsWith(comparison.prefix);
  return wildcard(comparison.wildcard).test(value);
}

const comparisons = z.union([
  z.strictObject({ prefix: z.string() }),
  z.strictObject({ wildcard: z.string() }),
]);

/** An asterisk is any text, of no length too; a backslash makes one, or another backslash, literal. */
function wildcard(text: string): RegExp {
  const parts = text.match(/\\[\\*]|./gsu) ?? [];
  const source = parts.map((part) => (part === '*' ? '.*' : literal(part.replace(/^\\(?=.)/, ''))));
  return new RegExp(`^${source.join('')}$`, 'su');
}

const literal = (character: string): string => character.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
