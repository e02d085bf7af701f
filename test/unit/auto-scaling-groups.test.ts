import { describe, expect, it } from 'vitest';
import { autoScalingClient } from '../../shared/aws/auto-scaling.ts';
import { readAutoScalingGroup } from '../../shared/aws/auto-scaling-groups.ts';
import { ObservationError } from '../../shared/errors.ts';

const at = new Date('2026-11-23T12:00:00Z');

/** What is read of a group that EC2 Auto Scaling shows so. */
function seen(group: object) {
  const autoScaling = autoScalingClient({ region: 'eu-west-1' });
  const shown = { DesiredCapacity: 8, MinSize: 0, MaxSize: 64, ...group };
  autoScaling.middlewareStack.add(
    () => async () => ({ response: {}, output: { $metadata: {}, AutoScalingGroups: [shown] } }) as never,
    { step: 'initialize' },
  );
  const clock = { now: () => at, sleep: async () => {} };
  const patience = { clock, random: () => 0.5, timeLeft: () => 60_000 };
  return readAutoScalingGroup({ autoScaling: async () => autoScaling, patience }, 'web');
}

const instance = (overrides: object = {}) => ({
  InstanceId: 'i-1',
  LifecycleState: 'InService',
  HealthStatus: 'Healthy',
  ...overrides,
});

describe('an instance of an Auto Scaling group', () => {
  it('stands for as much of the capacity as its weight says, or for one', async () => {
    const Instances = [instance({ WeightedCapacity: '4' }), instance({ InstanceId: 'i-2' })];
    expect((await seen({ Instances }))?.inService.map(({ weight }) => weight)).toEqual([4, 1]);
    const units = { DesiredCapacityType: 'units', Instances: [instance()] };
    expect((await seen(units))?.inService).toMatchObject([{ weight: 1 }]);
  });

  it.each(['vcpu', 'memory-mib'])('does not stand for one where the capacity is of %s', async (type) => {
    const of = (overrides: object) => seen({ DesiredCapacityType: type, Instances: [instance(overrides)] });
    expect((await of({ WeightedCapacity: '8' }))?.inService).toMatchObject([{ weight: 8 }]);
    await expect(of({})).rejects.toThrow(ObservationError);
    await expect(of({})).rejects.toThrow(/lacks WeightedCapacity/);
  });

  it('is left out while it is launched, kept in reserve, or taken away', async () => {
    const Instances = ['Pending:Wait', 'Standby', 'Warmed:Stopped', 'Terminating'].map((LifecycleState) =>
      instance({ LifecycleState }),
    );
    expect((await seen({ Instances }))?.inService).toEqual([]);
  });
});
