/** CloudFormation, as far as the compiler writes it. */
export interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
  DependsOn?: string[];
  DeletionPolicy?: 'Retain';
  UpdateReplacePolicy?: 'Retain';
}

export type Resources = Record<string, Resource>;

/** Where a plan is compiled to. */
export interface Target {
  service: string;
  stage: string;
  region: string;
}

/** `<service>-<stage>`: whose everything is. */
export const ownerOf = ({ service, stage }: Pick<Target, 'service' | 'stage'>): string =>
  `${service}-${stage}`;

export const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
export const ref = (logicalId: string) => ({ Ref: logicalId });
/** Text in which CloudFormation fills in `${AWS::Partition}`, `${AWS::Region}` and `${AWS::AccountId}`. */
export const sub = (text: string) => ({ 'Fn::Sub': text });

/** In a text: what CloudFormation makes of `Ref`. The plan itself has no `${` anywhere: see yaml-source.ts. */
export const reference = (logicalId: string): string => `\${${logicalId}}`;

/** A text as it is; or, where it has something for CloudFormation to fill in, so that it does. */
export function filledIn(text: string) {
  const [, whole] = /^\$\{(\w+)\}$/.exec(text) ?? [];
  if (whole !== undefined) return ref(whole);
  return text.includes('${') ? sub(text) : text;
}

/** The same for each text in a value. */
export function allFilledIn(value: unknown): unknown {
  if (typeof value === 'string') return filledIn(value);
  if (Array.isArray(value)) return value.map(allFilledIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, allFilledIn(inner)]));
}

/** For a person's eyes: `<SiteBlogBucket>`. */
export const readable = (text: string): string => text.replaceAll(/\$\{([\w.]+)\}/g, '<$1>');
