/** What RDS refuses of tags, and moto takes: API_Tag.html of the RDS API reference; 50 a resource, USER_Tagging.html. */
import { Refusal } from '../ec2/operation.ts';

const mostTags = 50;
const longestKey = 128;
const longestValue = 256;
const takenCharacters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Looks at `Tags.Tag.N.Key` and `.Value` of every call that has them. */
export function refuseTags(parameters: URLSearchParams): void {
  const keys: string[] = [];
  for (const [name, value] of parameters) {
    const field = /^Tags\.Tag\.\d+\.(Key|Value)$/.exec(name)?.[1];
    if (field === undefined) continue;
    if (!takenCharacters.test(value))
      refuse(`The tag ${field.toLowerCase()} ${value} has invalid characters`);
    if (field === 'Key') keys.push(value);
    else if (value.length > longestValue) refuse(`A tag value is longer than ${longestValue} characters`);
  }
  refuseKeys(keys);
}

function refuseKeys(keys: readonly string[]): void {
  const reserved = keys.find((key) => /^(aws|rds):/i.test(key));
  if (reserved !== undefined) refuse(`The tag key ${reserved} has a reserved prefix`);
  if (keys.some((key) => key.length === 0 || key.length > longestKey)) {
    refuse(`A tag key has to be 1 to ${longestKey} characters long`);
  }
  if (keys.length > mostTags) refuse(`More than ${mostTags} tags`);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) refuse(`The tag key ${twice} comes twice`);
}

function refuse(message: string): never {
  throw new Refusal('InvalidParameterValue', message);
}
