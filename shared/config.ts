/** What a function knows from its environment: the only place that reads `process.env`. */
import { ConfigError } from './errors.ts';

export interface Config {
  /** `<service>-<stage>`: the value of the owner tag and the name of the ledger's domain or table. */
  owner: string;
  ledger: 'simpledb' | 'dynamodb';
  /** Where the stack is; Lambda sets it. */
  region: string;
  /** The queue of the function itself, where it has one. */
  queueUrl?: string;
}

export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const owner = environment['GROUNDSKEEPER_OWNER'];
  if (!owner || !/^[A-Za-z0-9._-]{3,200}$/.test(owner)) {
    throw new ConfigError(
      `GROUNDSKEEPER_OWNER is ${JSON.stringify(owner ?? null)}: expected <service>-<stage>, 3 to 200 of A-Z a-z 0-9 . _ -`,
    );
  }
  const ledger = environment['GROUNDSKEEPER_LEDGER'];
  if (ledger !== 'simpledb' && ledger !== 'dynamodb') {
    throw new ConfigError(
      `GROUNDSKEEPER_LEDGER is ${JSON.stringify(ledger ?? null)}: expected "simpledb" or "dynamodb"`,
    );
  }
  const region = environment['AWS_REGION'];
  if (!region) throw new ConfigError('AWS_REGION is not set: expected a region such as eu-west-1');
  const queueUrl = environment['GROUNDSKEEPER_QUEUE_URL'];
  return { owner, ledger, region, ...(queueUrl && { queueUrl }) };
}

/** Where a person's command works: as for the AWS CLI, and by default as in serverless.yml. */
export const regionHere = (environment: NodeJS.ProcessEnv = process.env): string =>
  environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || 'us-east-1';
