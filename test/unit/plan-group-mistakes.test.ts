/** What is wrong with a group is said where it stands, with what was expected. */
import { describe, expect, test } from 'vitest';
import { mistakesOf } from './plan-builder.ts';

const keys = ['name: web', 'autoScalingGroup: web', 'minimum: 2', 'maximum: 12'];

/** Groups, each as the lines of its keys: the first key of the first is on line 2. */
const plan = (...groups: readonly (readonly string[])[]): string =>
  mistakesOf(
    [
      'groups:',
      ...groups.flatMap((lines) => lines.map((line, index) => `  ${index === 0 ? '-' : ' '} ${line}`)),
      '',
    ].join('\n'),
  );

const other = ['name: shop', 'autoScalingGroup: shop', 'minimum: 1', 'maximum: 2'];
const alarm = (more: string, name = 'cpu-high') =>
  `alarm: { name: ${name}, metric: { namespace: AWS/EC2, name: CPUUtilization }, ${more} }`;
const step = (more: string) => `policies: [{ step: { alarm: cpu, ${more} } }]`;
const at = (place: string, message: string) => `groundskeeper.yml:${place} ${message}`;

test('groups alone are a plan', () => {
  expect(plan(keys, other)).toBe('no mistake');
});

describe('A group', () => {
  test('is of one thing', () => {
    expect(plan(['name: web', 'minimum: 1', 'maximum: 2'])).toBe(
      at('2:5', 'groups[0]: is of nothing; expected exactly one of "autoScalingGroup", "instances"'),
    );
    expect(plan([...keys, 'instances: { tags: { Role: web } }'])).toBe(
      at(
        '2:5',
        'groups[0]: has "autoScalingGroup" and "instances"; expected exactly one of "autoScalingGroup", "instances"',
      ),
    );
  });

  test('has a name of its own', () => {
    expect(plan(keys, ['name: web', 'autoScalingGroup: shop', 'minimum: 1', 'maximum: 2'])).toContain(
      'groups[1].name: "web" is the name of another group; expected each name once',
    );
    expect(plan(['name: a1', ...keys.slice(1)], ['name: a-1', ...other.slice(1)])).toContain(
      'groups[1].name: "a-1" gives the same resources as group "a1" (GroupA1TickSchedule)',
    );
  });

  test('is the only one that scales what it scales', () => {
    expect(plan(keys, ['name: again', ...keys.slice(1)])).toBe(
      at(
        '7:23',
        'groups[1].autoScalingGroup: "web" is scaled by group "web" already; expected each instance in one group',
      ),
    );
    const members = (name: string, tags: string) => [
      `name: ${name}`,
      `instances: { tags: ${tags} }`,
      'minimum: 1',
      'maximum: 2',
    ];
    const twice = 'is scaled by group "one" already';
    const both = (one: string, two: string) => plan(members('one', one), members('two', two));
    expect(both('{ Role: web, Stage: [live, trial] }', '{ Stage: [trial, live], Role: [web] }')).toContain(
      twice,
    );
    expect(both('{ Role: web }', '{ Role: web, Stage: live }')).toContain(twice);
    expect(both('{ Role: web, Stage: live }', '{ Role: [web, shop] }')).toContain(twice);
    expect(both('{ Role: web }', '{ Role: shop }')).toBe('no mistake');
    expect(both('{ Role: web, Stage: live }', '{ Role: web, Stage: trial }')).toBe('no mistake');
  });

  test('has bounds in their order', () => {
    expect(plan(['name: web', 'autoScalingGroup: web', 'minimum: 3', 'maximum: 2'])).toBe(
      at('4:14', 'groups[0].minimum: 3 is more than "maximum", which is 2; expected that at most'),
    );
    expect(plan(['name: web', 'autoScalingGroup: web', 'maximum: 2'])).toBe(
      at('2:5', 'groups[0].minimum: is missing; expected a number'),
    );
  });

  test('has no name that IAM would take for more', () => {
    expect(plan(['name: web', 'autoScalingGroup: "web*"', 'minimum: 1', 'maximum: 2'])).toContain(
      'groups[0].autoScalingGroup: "web*" has "*" or "?" in it; expected a name without, since IAM takes them for wildcards',
    );
  });

  test('ticks every minute or every five', () => {
    expect(plan([...keys, 'tick: 2 minutes'])).toBe(
      at('6:11', 'groups[0].tick: "2 minutes" is not a tick; expected "1 minute" or "5 minutes"'),
    );
  });

  test('knows its keys', () => {
    expect(plan([...keys, 'polices: []'])).toContain('did you mean "policies"?');
  });
});

describe('A policy', () => {
  test('is of one kind', () => {
    expect(plan([...keys, 'policies: [{}]'])).toBe(
      at(
        '6:16',
        'groups[0].policies[0]: follows nothing; expected exactly one of "step", "target", "backlog"',
      ),
    );
  });

  test.each([
    ['[]', 'groups[0].policies[0].step.steps: [] has no step; expected at least one'],
    [
      '[{ lowerBound: 10, upperBound: 5, change: 1 }]',
      'groups[0].policies[0].step.steps[0]: has nothing in it; expected "upperBound" above "lowerBound"',
    ],
    [
      '[{ upperBound: 10, change: 1 }, { lowerBound: 15, change: 2 }]',
      'groups[0].policies[0].step.steps[1]: leaves a gap after the step before it; expected it to begin where that ends',
    ],
    [
      '[{ lowerBound: 5, change: 2 }, { upperBound: 10, change: 1 }]',
      'groups[0].policies[0].step.steps[0]: overlaps the step before it; expected it to begin where that ends',
    ],
    [
      '[{ lowerBound: 0, upperBound: 10, change: 1 }]',
      'groups[0].policies[0].step.steps[0]: leaves out what is further above; expected one step without "upperBound"',
    ],
    [
      '[{ lowerBound: -10, upperBound: 0, change: -1 }]',
      'groups[0].policies[0].step.steps[0]: leaves out what is further below; expected one step without "lowerBound"',
    ],
  ])('has steps that AWS would take: not %s', (steps, message) => {
    expect(plan([...keys, step(`steps: ${steps}`)])).toContain(message);
  });

  test.each([
    '[{ change: 1 }]',
    '[{ lowerBound: 0, upperBound: 15, change: 1 }, { lowerBound: 15, change: 3 }]',
    '[{ lowerBound: -10, upperBound: 0, change: -1 }, { upperBound: -10, change: -2 }]',
  ])('may have the steps %s', (steps) => {
    expect(plan([...keys, step(`steps: ${steps}`)])).toBe('no mistake');
  });

  test('says a least number of percents alone, and no number below 0', () => {
    expect(plan([...keys, step('minimumMagnitude: 2, steps: [{ change: 1 }]')])).toContain(
      'groups[0].policies[0].step.minimumMagnitude: has no meaning without percents; expected "adjustment: PercentChangeInCapacity" beside it',
    );
    expect(plan([...keys, step('adjustment: ExactCapacity, steps: [{ change: -1 }]')])).toContain(
      'groups[0].policies[0].step.steps[0].change: -1 is no number of instances; expected 0 or more with "ExactCapacity"',
    );
  });

  const made = (...alarms: string[]) =>
    plan([
      ...keys,
      `policies: [${alarms.map((one) => `{ step: { ${one}, steps: [{ change: 1 }] } }`).join()}]`,
    ]);

  test('may have an alarm made: with one threshold, and a time of whole periods', () => {
    expect(made(alarm('above: 70, minutes: 3'))).toBe('no mistake');
    expect(made(alarm('minutes: 3'))).toContain(
      'groups[0].policies[0].step.alarm: has no threshold; expected exactly one of "above" and "below"',
    );
    expect(made(alarm('above: 70, below: 30, minutes: 3'))).toContain(
      'has "above" and "below"; expected exactly one',
    );
    expect(
      made('alarm: { name: a, metric: { namespace: N, name: M, periodSeconds: 300 }, above: 1, minutes: 3 }'),
    ).toContain(
      'alarm.minutes: 3 minutes are no whole number of periods of 300 seconds; expected a multiple of 5',
    );
    expect(made('alarm: 7')).toContain('step.alarm: 7 is not an alarm; expected the name of one');
  });

  test.each([
    [
      'below: 30',
      '{ lowerBound: 0, change: -1 }',
      'rings below its threshold; expected bounds that are differences of 0 and less',
    ],
    [
      'above: 70',
      '{ upperBound: 0, change: 1 }',
      'rings above its threshold; expected bounds that are differences of 0 and more',
    ],
  ])('has no step on the side on which its alarm is silent: %s', (threshold, steps, message) => {
    const text = [
      ...keys,
      `policies: [{ step: { ${alarm(`${threshold}, minutes: 3`)}, steps: [${steps}] } }]`,
    ];
    expect(plan(text)).toContain(
      `groups[0].policies[0].step.steps[0]: never holds, since the alarm ${message}`,
    );
  });

  test('has a target that is measured of the group', () => {
    const byTarget = (group: readonly string[], metric: string) =>
      plan([...group, `policies: [{ target: { metric: { name: CPUUtilization, ${metric} }, value: 50 } }]`]);
    const where = 'groups[0].policies[0].target.metric.namespace: "AWS/EC2" measures nothing of this group';
    expect(byTarget(keys, 'namespace: AWS/EC2')).toContain(
      `${where} by itself; expected "dimensions: { AutoScalingGroupName: web }" beside it`,
    );
    expect(byTarget(keys, 'namespace: AWS/EC2, dimensions: { ImageId: ami-1 }')).toContain(where);
    expect(byTarget(keys, 'namespace: AWS/EC2, dimensions: { AutoScalingGroupName: web }')).toBe(
      'no mistake',
    );
    expect(byTarget(keys, 'namespace: AWS/EC2, perInstance: true')).toBe('no mistake');
    expect(byTarget(keys, 'namespace: AWS/ApplicationELB')).toBe('no mistake');

    const byTag = ['name: web', 'instances: { tags: { Role: web } }', 'minimum: 1', 'maximum: 2'];
    expect(byTarget(byTag, 'namespace: AWS/EC2')).toContain(
      `${where} by itself; expected "perInstance: true" beside it, for the average of its instances`,
    );
    expect(byTarget(byTag, 'namespace: AWS/EC2, perInstance: true')).toBe('no mistake');
    expect(byTarget(byTag, 'namespace: AWS/EC2, dimensions: { ImageId: ami-1 }')).toBe('no mistake');
  });

  test("says of missing data what CloudWatch's words are", () => {
    expect(
      plan([
        ...keys,
        `policies: [{ step: { ${alarm('above: 70, minutes: 1, missing: ok')}, steps: [{ change: 1 }] } }]`,
      ]),
    ).toContain(
      'alarm.missing: "ok" is not a treatment of missing data; expected one of missing, notBreaching, breaching, ignore',
    );
  });

  test('has an alarm of its own, by its name', () => {
    expect(made(alarm('above: 70, minutes: 3'), alarm('below: 30, minutes: 3'))).toContain(
      'policies[1].step.alarm.name: "cpu-high" is the name of another alarm of this group; expected each name once',
    );
    const twin = (group: string, name: string, autoScalingGroup: string) => [
      `name: ${group}`,
      `autoScalingGroup: ${autoScalingGroup}`,
      'minimum: 1',
      'maximum: 2',
      `policies: [{ step: { ${alarm('above: 1, minutes: 1', name)}, steps: [{ change: 1 }] } }]`,
    ];
    expect(plan(twin('a', 'b-c', 'one'), twin('a-b', 'c', 'two'))).toContain(
      'alarm.name: "c" gives the same resource as alarm "b-c" of group "a" (GroupABCAlarm)',
    );
  });
});

describe('A schedule', () => {
  const schedule = (...entries: string[]) => plan([...keys, `schedule: [${entries.join()}]`]);

  test('demands one thing at a time', () => {
    expect(schedule('{ at: "08:00" }')).toContain(
      'groups[0].schedule[0]: demands nothing; expected "capacity" alone, or "minimum", "maximum" or both',
    );
    expect(schedule('{ at: "08:00", minimum: 3, capacity: 3 }')).toContain('has "capacity" beside "minimum"');
    expect(
      schedule('{ at: "08:00", minimum: 3 }', '{ days: [sunday, monday], at: "08:00", capacity: 2 }'),
    ).toContain(
      'groups[0].schedule[1].at: another entry begins on sunday at 08:00, too; expected one at a time',
    );
  });

  test('stays within the bounds of the group', () => {
    expect(schedule('{ at: "08:00", minimum: 13 }')).toContain(
      "groups[0].schedule[0].minimum: 13 is outside of the group's own bounds; expected 2 to 12",
    );
    expect(schedule('{ at: "22:00", capacity: 0 }')).toContain('0 is outside');
    expect(schedule('{ at: "22:00", minimum: 5, maximum: 4 }')).toContain(
      'groups[0].schedule[0].minimum: 5 is more than "maximum" beside it, which is 4; expected that at most',
    );
  });

  test('may begin at a time that a clock change skips: the tick finds what holds', () => {
    expect(
      mistakesOf(
        `timezone: Europe/Berlin\ngroups:\n  - { ${keys.join(', ')}, schedule: [{ at: "02:30", minimum: 3 }] }\n`,
      ),
    ).toBe('no mistake');
  });

  describe('of a group by targets alone', () => {
    const target = 'target: { metric: { namespace: Shop, name: Load }, value: 50 }';
    const byTarget = (...more: string[]) =>
      plan(['name: web', 'autoScalingGroup: web', 'minimum: 0', 'maximum: 4', ...more]);
    const stands =
      'a target alone never leaves 0 instances; expected a minimum of 1 or more, or another policy';

    test('leaves it at least one instance, or none until it says otherwise', () => {
      const policies = `policies: [{ ${target} }]`;
      expect(byTarget(policies)).toBe(at('4:14', `groups[0].minimum: ${stands}`));
      const night = '{ at: "20:00", capacity: 0 }';
      expect(byTarget(policies, `schedule: [{ at: "08:00", minimum: 1 }, ${night}]`)).toBe('no mistake');
      expect(byTarget(policies, `schedule: [{ at: "08:00", maximum: 3 }, ${night}]`)).toContain(
        `groups[0].schedule[0]: ${stands}`,
      );
    });

    test('may let it have none where another policy brings it back', () => {
      const backlog = 'backlog: { queue: jobs, secondsPerMessage: 1, acceptableSeconds: 60 }';
      expect(byTarget(`policies: [{ ${target} }, { ${backlog} }]`)).toBe('no mistake');
      expect(plan([...keys, `policies: [{ ${target} }]`])).toBe('no mistake');
    });
  });

  test('is what exceptions are of', () => {
    expect(plan([...keys, 'exceptDates: [2026-12-25]'])).toBe(
      at('6:5', 'groups[0].exceptDates: has no meaning by itself; expected "schedule" beside it'),
    );
    expect(plan([...keys, 'exceptDates: [Christmas]', 'schedule: [{ at: "08:00", minimum: 3 }]'])).toContain(
      'groups[0].exceptDates[0]: "Christmas" is not valid',
    );
  });
});
