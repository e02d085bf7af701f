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
