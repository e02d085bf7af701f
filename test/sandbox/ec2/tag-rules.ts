/**
 * What EC2 refuses of tags, and moto takes.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
 */
import { Refusal } from './operation.ts';

const mostTags = 50;
const longestKey = 128;
const longestValue = 256;

/** Looks at `Tag.N.Key` of CreateTags and DeleteTags, and at every `TagSpecification.N.Tag.M.Key`. */
export function refuseTags(parameters: URLSearchParams): void {
  const lists = new Map<string, string[]>();
  for (const [key, value] of parameters) {
    const [, prefix = '', field] = /^(TagSpecification\.\d+\.)?Tag\.\d+\.(Key|Value)$/.exec(key) ?? [];
    if (field === 'Value') refuseValue(value);
    if (field !== 'Key') continue;
    refuseKey(value);
    lists.set(prefix, [...(lists.get(prefix) ?? []), value]);
  }
  for (const keys of lists.values()) refuseList(keys);
}

function refuseKey(key: string): void {
  if (key.toLowerCase().startsWith('aws:')) {
    throw new Refusal(
      'InvalidParameterValue',
      `Tag keys starting with 'aws:' are reserved for internal use: ${key}`,
    );
  }
  if (key.length === 0 || key.length > longestKey) {
    throw new Refusal(
      'InvalidParameterValue',
      `Tag key has to be 1 to ${longestKey} characters long: ${key}`,
    );
  }
}

function refuseValue(value: string): void {
  if (value.length <= longestValue) return;
  throw new Refusal(
    'InvalidParameterValue',
    `Tag value exceeds the maximum length of ${longestValue} characters`,
  );
}

export function refuseList(keys: readonly string[]): void {
  if (keys.length > mostTags) {
    throw new Refusal(
      'TagLimitExceeded',
      `The maximum number of Tags for a resource has been reached: ${mostTags}.`,
    );
  }
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) {
    throw new Refusal('InvalidParameterValue', `Duplicate tag key '${twice}' specified.`);
  }
}
