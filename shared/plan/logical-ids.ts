/**
 * The names of the stack's resources. They are made of the plan's names, never of positions, so that
 * a tier that is added or moved renames nothing else.
 */

/** `3-hourly` becomes `3Hourly`: CloudFormation takes letters and digits only. */
const pascal = (name: string): string =>
  name
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');

export const tierScheduleId = (backup: string, tier: string): string =>
  `Backup${pascal(backup)}${pascal(tier)}Schedule`;
export const ageAlarmId = (backup: string, tier: string): string =>
  `Backup${pascal(backup)}${pascal(tier)}AgeAlarm`;

type SiteResource =
  | 'Bucket'
  | 'BucketPolicy'
  | 'Distribution'
  | 'Folders'
  | 'ReleasesRule'
  | 'SyncedRule'
  | 'VerifySchedule';

/** `blog` and `Bucket` make `SiteBlogBucket`. */
export const siteResourceId = (site: string, resource: SiteResource): string =>
  `Site${pascal(site)}${resource}`;
/** The outputs of the stack that people and `npm run sync` read. */
export const siteOutputId = (
  site: string,
  output: 'Bucket' | 'Releases' | 'Distribution' | 'Domain',
): string => `Site${pascal(site)}${output}`;

/** What all sites share: the bucket for releases of those that name none, and how CloudFront signs. */
export const releasesId = (resource: 'Bucket' | 'BucketPolicy'): string => `Releases${resource}`;
export const accessControlId = 'SitesAccessControl';

/** `web` and `TickSchedule` make `GroupWebTickSchedule`. */
export const groupResourceId = (group: string, resource: 'AlarmRule' | 'TickSchedule'): string =>
  `Group${pascal(group)}${resource}`;
/** An alarm that is written in the plan. */
export const groupAlarmId = (group: string, alarm: string): string =>
  `Group${pascal(group)}${pascal(alarm)}Alarm`;
/** By the time of day, `08:00`. */
export const momentScheduleId = (group: string, at: string): string =>
  `Group${pascal(group)}At${at.replace(':', '')}Schedule`;

type FunctionResource =
  | 'Role'
  | 'Schedule'
  | 'DeadLetters'
  | 'DeadLettersAlarm'
  | 'DeadLettersPolicy'
  | 'GaveUpAlarm'
  | 'Queue'
  | 'QueueSource';

/** `take-snapshots` and `Role` make `TakeSnapshotsRole`. */
export const functionResourceId = (functionName: string, resource: FunctionResource) =>
  `${pascal(functionName)}${resource}`;

/** What osls calls the function `take-snapshots`: `TakeDashsnapshotsLambdaFunction`. */
export function lambdaId(functionName: string): string {
  const normal = functionName.replaceAll('-', 'Dash');
  return `${normal.slice(0, 1).toUpperCase()}${normal.slice(1)}LambdaFunction`;
}

/** A schedule's name within its group: a dot, which no name of the plan has, keeps backup and tier apart. */
export const scheduleName = (backup: string, tier: string): string => `${backup}.${tier}`;
/** With one dot more than any tier's. */
export const verifyScheduleName = (site: string): string => `site.${site}.verify`;
export const tickScheduleName = (group: string): string => `group.${group}.tick`;
/** `group.web.at-0800` */
export const momentScheduleName = (group: string, at: string): string =>
  `group.${group}.at-${at.replace(':', '')}`;
/** A dot, which no name of the plan has, keeps it apart from the alarms of backups. */
export const groupAlarmName = (owner: string, group: string, alarm: string): string =>
  `${owner}-${group}.${alarm}`;
