/** A site of the plan, as `npm run sync` finds it. Loaded only where one is named: reading a plan takes its time. */
import { readFileSync } from 'node:fs';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { parse } from 'yaml';
import { siteOutputId } from '../../shared/plan/logical-ids.ts';
import { suggestion } from '../../shared/plan/nearest.ts';
import { readPlanFile } from '../../shared/plan/serverless.ts';
import type { Site } from '../../shared/plan/site.ts';
import { ownerOf } from '../../shared/plan/template.ts';
import { UsageError } from './cli-arguments.ts';

/** Of the job, and whose event it is. */
export interface PlannedSite {
  fields: object;
  owner: string;
}

/** @throws UsageError if the plan has no such site, or its stack is not deployed */
export async function plannedSite(name: string, stage: string, region: string): Promise<PlannedSite> {
  const { service } = parse(readFileSync('serverless.yml', 'utf8'), { logLevel: 'silent' }) as {
    service: string;
  };
  const { sites } = readPlanFile({ service, stage, region });
  const site = sites.find((one) => one.name === name);
  if (!site) throw new UsageError(unknownSite(name, sites));
  const owner = ownerOf({ service, stage });
  const bucket = site.bucket ?? (await bucketOfStack(site, owner, region));
  return { fields: { site: name, bucket, prefix: site.prefix, ...site.publishing }, owner };
}

function unknownSite(name: string, sites: readonly Site[]): string {
  const names = sites.map((site) => site.name);
  const hint = suggestion(name, names);
  const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
  return `The plan has no site "${name}"${hint || `: ${known}`}; a place without a plan is s3://bucket/prefix`;
}

/** The stack made it, and so its name. */
async function bucketOfStack({ name }: Site, stack: string, region: string): Promise<string> {
  const requestHandler = { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true };
  const client = new CloudFormationClient({ region, requestHandler });
  const answer = await client.send(new DescribeStacksCommand({ StackName: stack })).catch((error: Error) => {
    // CloudFormation has no name of its own for it: "Stack with id … does not exist".
    if (!error.message.includes('does not exist')) throw error;
    throw new UsageError(`The stack ${stack} is not deployed in ${region}: see --stage and --region`);
  });
  const wanted = siteOutputId(name, 'Bucket');
  const output = answer.Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === wanted);
  if (output?.OutputValue) return output.OutputValue;
  throw new UsageError(`The stack ${stack} has no output ${wanted}: deploy it with this plan first`);
}
