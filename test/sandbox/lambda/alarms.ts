/** The alarms that functions follow: moto's CloudFormation makes none. */
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  type PutMetricAlarmInput,
} from '@aws-sdk/client-cloudwatch';
import type { Template } from './deployed-stack.ts';

/** By logical id, what `Ref` makes of each: its name. Alarms about the stack's own resources ring for people, and are left out. */
export function alarmsIn(resources: Template): Map<string, PutMetricAlarmInput & { AlarmName: string }> {
  return new Map(
    Object.entries(resources).flatMap(([logicalId, { Type, Properties }]) => {
      if (Type !== 'AWS::CloudWatch::Alarm' || /"(Ref|Fn::\w+)":/.test(JSON.stringify(Properties))) return [];
      return [[logicalId, Properties as PutMetricAlarmInput & { AlarmName: string }] as const];
    }),
  );
}

export async function putAlarms(
  resources: Template,
  { endpoint, region }: { endpoint: string; region: string },
): Promise<void> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const cloudWatch = new CloudWatchClient({ endpoint, region, credentials });
  for (const alarm of alarmsIn(resources).values()) await cloudWatch.send(new PutMetricAlarmCommand(alarm));
}
