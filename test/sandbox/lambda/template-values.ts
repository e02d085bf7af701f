/** What a deployed template's references stand for: CloudFormation does this before anybody sees a rule or a schedule. */

/** What the account calls a resource, and what else it says of it. */
export interface Named {
  type: string;
  physicalId: string;
}

export interface Place {
  region: string;
  resources: ReadonlyMap<string, Named>;
}

const accountId = '123456789012';

/** Intrinsic functions, as far as our templates have them; another one is refused. */
export function filled(value: unknown, place: Place): unknown {
  if (Array.isArray(value)) return value.map((one) => filled(one, place));
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0 && (name === 'Ref' || name.startsWith('Fn::')))
    return called(name, argument, place);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, place)]));
}

function called(name: string, argument: unknown, place: Place): string {
  switch (name) {
    case 'Ref':
      return referenceOf(String(argument), place);
    case 'Fn::GetAtt':
      return attributeOf(argument as [string, string], place);
    case 'Fn::Sub':
      return String(argument).replaceAll(/\$\{([^!}][^}]*)\}/g, (_, path: string) => {
        const [logicalId = '', ...attribute] = path.split('.');
        if (attribute.length === 0) return referenceOf(logicalId, place);
        return attributeOf([logicalId, attribute.join('.')], place);
      });
    default:
      throw new Error(`The local CloudFormation does not know ${name}`);
  }
}

function referenceOf(logicalId: string, { region, resources }: Place): string {
  const parameters: Readonly<Record<string, string>> = {
    'AWS::Partition': 'aws',
    'AWS::Region': region,
    'AWS::AccountId': accountId,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  const found = parameters[logicalId] ?? resources.get(logicalId)?.physicalId;
  if (found === undefined) throw new Error(`The template refers to ${logicalId}, which nobody knows`);
  return found;
}

function attributeOf([logicalId, attribute]: readonly [string, string], place: Place): string {
  const id = referenceOf(logicalId, place);
  switch (`${place.resources.get(logicalId)?.type} ${attribute}`) {
    case 'AWS::S3::Bucket Arn':
      return `arn:aws:s3:::${id}`;
    case 'AWS::S3::Bucket RegionalDomainName':
      return `${id}.s3.${place.region}.amazonaws.com`;
    case 'AWS::CloudFront::OriginAccessControl Id':
      return id;
    case 'AWS::CloudFront::Function FunctionARN':
      return `arn:aws:cloudfront::${accountId}:function/${id}`;
    case 'AWS::CloudFront::Distribution DomainName':
      return `d${id.slice(1).toLowerCase()}.cloudfront.net`;
    default:
      throw new Error(`The local CloudFormation does not know ${logicalId}.${attribute}`);
  }
}
