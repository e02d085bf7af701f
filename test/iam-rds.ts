/** Which permissions RDS's calls about snapshots need. Service Authorization Reference, Amazon RDS. */
import type { Need } from './iam.ts';
import type { Call } from './sandbox/types.ts';

type Tags = Readonly<Record<string, string>>;

interface Asking {
  call: Call;
  of: (name: string) => string;
  /** Of what stands, by identifier. */
  tagsOf: (id: string) => Tags;
}

const arn = (where: string, resource: string) => `arn:aws:rds:${where}:123456789012:${resource}`;

const prefixed = (prefix: string, tags: Tags): Record<string, string> =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [prefix + key, value]));

/** `Tags.Tag.1.Key` and `.Value`. */
function tagsIn(parameters: Call['parameters']): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const [name, key] of Object.entries(parameters)) {
    const tag = /^(Tags\.Tag\.\d+)\.Key$/.exec(name)?.[1];
    if (tag !== undefined) tags[String(key)] = String(parameters[`${tag}.Value`] ?? '');
  }
  return tags;
}

export function rdsNeeds(
  call: Call,
  tagsOf: Asking['tagsOf'],
  keyNeeds: (service: string, where: string) => Need[],
): Need[] {
  const { action, parameters } = call;
  if (action.startsWith('Describe')) return [{ action: `rds:${action}`, resource: '*', context: {} }];
  const asking = { call, tagsOf, of: (name: string) => String(parameters[name] ?? '') };
  switch (action) {
    case 'CreateDBSnapshot':
      return creationNeeds(asking, 'db', 'DBInstanceIdentifier', 'snapshot', 'DBSnapshotIdentifier');
    case 'CreateDBClusterSnapshot':
      return creationNeeds(
        asking,
        'cluster',
        'DBClusterIdentifier',
        'cluster-snapshot',
        'DBClusterSnapshotIdentifier',
      );
    case 'CopyDBSnapshot':
      return copyNeeds(asking, 'snapshot', 'DBSnapshotIdentifier', keyNeeds);
    case 'CopyDBClusterSnapshot':
      return copyNeeds(asking, 'cluster-snapshot', 'DBClusterSnapshotIdentifier', keyNeeds);
    case 'DeleteDBSnapshot':
      return deletionNeeds(asking, 'snapshot', 'DBSnapshotIdentifier');
    case 'DeleteDBClusterSnapshot':
      return deletionNeeds(asking, 'cluster-snapshot', 'DBClusterSnapshotIdentifier');
    case 'AddTagsToResource':
      return taggingNeeds(asking);
    default:
      throw new Error(`iam-rds.ts does not know which permissions RDS's ${action} needs`);
  }
}

const home = 'us-east-1';

function creationNeeds(
  { call: { action, parameters, region = home }, of }: Asking,
  database: string,
  databaseName: string,
  snapshot: string,
  snapshotName: string,
): Need[] {
  const context = prefixed('aws:RequestTag/', tagsIn(parameters));
  const made = arn(region, `${snapshot}:${of(snapshotName)}`);
  return [
    { action: `rds:${action}`, resource: arn(region, `${database}:${of(databaseName)}`), context },
    { action: `rds:${action}`, resource: made, context },
    // Tags in the creation call need the permission to tag.
    { action: 'rds:AddTagsToResource', resource: made, context },
  ];
}

/** The original is read in its own region, by a signature that says nothing of tags. */
function copyNeeds(
  { call: { action, parameters, region = home }, of, tagsOf }: Asking,
  snapshot: string,
  name: string,
  keyNeeds: (service: string, where: string) => Need[],
): Need[] {
  const source = of(`Source${name}`);
  const [, , , from = '', , , id = ''] = source.split(':');
  const context = prefixed('aws:RequestTag/', tagsIn(parameters));
  const copy = arn(region, `${snapshot}:${of(`Target${name}`)}`);
  return [
    { action: `rds:${action}`, resource: source, context: prefixed('aws:ResourceTag/', tagsOf(id)) },
    { action: `rds:${action}`, resource: copy, context },
    { action: 'rds:AddTagsToResource', resource: copy, context },
    ...[from, region].flatMap((where) => keyNeeds('rds', where)),
  ];
}

function deletionNeeds(
  { call: { action, region = home }, of, tagsOf }: Asking,
  snapshot: string,
  name: string,
): Need[] {
  const context = prefixed('aws:ResourceTag/', tagsOf(of(name)));
  return [{ action: `rds:${action}`, resource: arn(region, `${snapshot}:${of(name)}`), context }];
}

function taggingNeeds({ call: { parameters }, of, tagsOf }: Asking): Need[] {
  const resource = of('ResourceName');
  const tags = tagsIn(parameters);
  const context = {
    ...prefixed('aws:ResourceTag/', tagsOf(resource.slice(resource.lastIndexOf(':') + 1))),
    ...prefixed('aws:RequestTag/', tags),
    'aws:TagKeys': Object.keys(tags),
  };
  return [{ action: 'rds:AddTagsToResource', resource, context }];
}
