/** Instances in pages, and what restarts them. */
import { describe, type Listing } from './describe.ts';
import { list, type Operation } from './operation.ts';

/**
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
 * A page counts reservations here, where EC2 counts their instances.
 */
const instances: Listing = { set: 'reservationSet', id: 'reservationId', ids: 'InstanceId' };

/** Nothing that ran or was frozen stays so. */
const restart: Operation = async (call) => {
  const answer = await call.forward();
  if (answer.status !== 200) return answer;
  for (const id of list(call.parameters, 'InstanceId')) await call.instances.restart(id);
  return answer;
};

export const instanceOperations: Readonly<Record<string, Operation>> = {
  DescribeInstances: (call) => describe(call, instances),
  RebootInstances: restart,
  StopInstances: restart,
  TerminateInstances: restart,
};
