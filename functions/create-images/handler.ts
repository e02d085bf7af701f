import { ec2Client } from '../../shared/aws/ec2.ts';
import { entrypoint } from '../../shared/entrypoint.ts';
import { lambdaTools } from '../../shared/tools.ts';
import { createImages } from './run.ts';

export const handler = entrypoint(
  createImages,
  lambdaTools((config) => ({ ec2: ec2Client(config) })),
);
