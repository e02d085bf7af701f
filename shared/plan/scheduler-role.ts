import { functionNames } from './functions.ts';
import { functionResourceId, lambdaId } from './logical-ids.ts';
import { arnHere } from './permissions.ts';
import { arnOf, type Resource, ref, sub } from './template.ts';

/** Scheduler's own role: it starts these functions and puts what it cannot deliver into their queues. */
export function schedulerRole(owner: string): Resource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'scheduler.amazonaws.com' },
            Action: 'sts:AssumeRole',
            // Confused deputy: only our own group's schedules (EventBridge Scheduler user guide).
            Condition: {
              StringEquals: {
                'aws:SourceAccount': ref('AWS::AccountId'),
                'aws:SourceArn': sub(arnHere('scheduler', `schedule-group/${owner}`)),
              },
            },
          },
        ],
      },
      Policies: [
        {
          PolicyName: 'start-functions',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['lambda:InvokeFunction'],
                Resource: functionNames.map((name) => arnOf(lambdaId(name))),
              },
              {
                Effect: 'Allow',
                Action: ['sqs:SendMessage'],
                Resource: functionNames.map((name) => arnOf(functionResourceId(name, 'DeadLetters'))),
              },
            ],
          },
        },
      ],
    },
  };
}
