/** Every kind of backup, from the plan to the job of its function. */
import { describe, expect, test } from 'vitest';
import { createImagesJob } from '../../functions/create-images/job.ts';
import { reconcileLedgerJob } from '../../functions/reconcile-ledger/job.ts';
import { takeDbSnapshotsJob } from '../../functions/take-db-snapshots/job.ts';
import { takeSnapshotsJob } from '../../functions/take-snapshots/job.ts';
import { compilePlan } from '../../shared/plan/compile.ts';
import { describePlan } from '../../shared/plan/describe.ts';
import { schedulesOf } from '../../shared/plan/schedules.ts';
import { mistakesOf, now, planText, read, target } from './plan-builder.ts';

const daily = '- { name: daily, every: day, at: "03:35", keep: 7 days }';
const planOf = (subject: string) => planText({ subject, tiers: [daily] });

interface Kind {
  subject: string;
  starts: string;
  /** What the job says of it. */
  job: object;
  /** What reconcile-ledger's job does. */
  selected: object;
  /** What `npm run plan` calls it. */
  words: string;
  takes: { safeParse: (job: object) => { success: boolean } };
}

const kinds: Kind[] = [
  {
    subject: 'volumes: { ids: [vol-0123456789abcdef0] }',
    starts: 'take-snapshots',
    job: { volumes: { ids: ['vol-0123456789abcdef0'] } },
    selected: { volumes: { ids: ['vol-0123456789abcdef0'] } },
    words: 'Backup data: the volumes vol-0123456789abcdef0\n',
    takes: takeSnapshotsJob,
  },
  {
    subject: 'instances: { tags: { Role: shop } }',
    starts: 'take-snapshots',
    job: { instances: { tags: { Role: ['shop'] }, bootVolume: true } },
    selected: { instances: { tags: { Role: ['shop'] } } },
    words: 'Backup data: sets of instances with Role = shop\n',
    takes: takeSnapshotsJob,
  },
  {
    subject:
      'instances: { ids: [i-0123456789abcdef0], bootVolume: false, excludeVolumes: [vol-0123456789abcdef0], freeze: [/var/www, /srv/a b], freezeSeconds: 30, unfrozen: take, before: ["sync"], after: ["systemctl start shop"], commandSeconds: 120 }',
    starts: 'take-snapshots',
    job: {
      instances: {
        ids: ['i-0123456789abcdef0'],
        bootVolume: false,
        excludeVolumes: ['vol-0123456789abcdef0'],
        freeze: ['/var/www', '/srv/a b'],
        freezeSeconds: 30,
        unfrozen: 'take',
        before: ['sync'],
        after: ['systemctl start shop'],
        commandSeconds: 120,
      },
    },
    selected: { instances: { ids: ['i-0123456789abcdef0'] } },
    words:
      'Backup data: sets of the instances i-0123456789abcdef0 (without the boot volume; without vol-0123456789abcdef0; /var/www, /srv/a b frozen for 30 seconds at most; commands before; commands after; a set without it is taken all the same)\n',
    takes: takeSnapshotsJob,
  },
  {
    subject: 'instances: { ids: [i-0123456789abcdef0], before: ["sync"] }',
    starts: 'take-snapshots',
    job: {
      instances: {
        ids: ['i-0123456789abcdef0'],
        bootVolume: true,
        before: ['sync'],
        unfrozen: 'refuse',
        commandSeconds: 60,
      },
    },
    selected: { instances: { ids: ['i-0123456789abcdef0'] } },
    words: 'Backup data: sets of the instances i-0123456789abcdef0 (commands before; no set without it)\n',
    takes: takeSnapshotsJob,
  },
  {
    subject: 'databases: { instances: [orders, shop], clusters: [ledger] }',
    starts: 'take-db-snapshots',
    job: { databases: { instances: ['orders', 'shop'], clusters: ['ledger'] } },
    selected: { databases: { instances: ['orders', 'shop'], clusters: ['ledger'] } },
    words: 'Backup data: the databases orders, shop and the clusters ledger\n',
    takes: takeDbSnapshotsJob,
  },
  {
    subject: 'databases: { tags: { Backup: data } }',
    starts: 'take-db-snapshots',
    job: { databases: { tags: { Backup: ['data'] } } },
    selected: { databases: { tags: { Backup: ['data'] } } },
    words: 'Backup data: databases and clusters with Backup = data\n',
    takes: takeDbSnapshotsJob,
  },
  {
    subject: 'images: { tags: { Role: [shop, web] }, dataVolumes: false }',
    starts: 'create-images',
    job: { instances: { tags: { Role: ['shop', 'web'] } }, reboot: false, dataVolumes: false },
    selected: { images: { tags: { Role: ['shop', 'web'] } } },
    words:
      'Backup data: images of instances with Role = shop or web (without a reboot; the boot volume alone)\n',
    takes: createImagesJob,
  },
  {
    subject: 'images: { ids: [i-0123456789abcdef0], reboot: true }',
    starts: 'create-images',
    job: { instances: { ids: ['i-0123456789abcdef0'] }, reboot: true, dataVolumes: true },
    selected: { images: { ids: ['i-0123456789abcdef0'] } },
    words: 'Backup data: images of the instances i-0123456789abcdef0 (with a reboot)\n',
    takes: createImagesJob,
  },
];

const carried = (job: object): object => JSON.parse(JSON.stringify(job)) as object;

describe.each(kinds)('A backup of $subject', ({ subject, starts, job, selected, words, takes }) => {
  const plan = read(planOf(subject));
  const [schedule] = schedulesOf(plan);

  test(`starts ${starts} with a job that it takes`, () => {
    expect(schedule).toMatchObject({ name: 'data.daily', startsFunction: starts });
    const filled = {
      backup: 'data',
      tier: 'daily',
      keep: '7 days',
      every: '1 day',
      scheduledTime: '2026-11-21T02:35:00Z',
      ...job,
    };
    const sent = carried({ ...schedule?.job, scheduledTime: filled.scheduledTime });
    expect(sent).toEqual(filled);
    expect(takes.safeParse(sent)).toMatchObject({ success: true });
  });

  test('is known to reconcile-ledger, without what is for the taking alone', () => {
    const reconcile = schedulesOf(plan).find(({ startsFunction }) => startsFunction === 'reconcile-ledger');
    expect(carried(reconcile?.job ?? {})).toEqual({
      backups: [{ backup: 'data', ...selected, tiers: { daily: { keep: '7 days' } } }],
      timezone: 'Europe/Berlin',
      keepOfGoneSources: 1,
    });
    expect(reconcileLedgerJob.safeParse(reconcile?.job)).toMatchObject({ success: true });
  });

  test('has its age watched', () => {
    expect(compilePlan(plan, target).resources['BackupDataDailyAgeAlarm']).toMatchObject({
      Properties: {
        AlarmName: 'groundskeeper-dev-data-daily-age',
        AlarmDescription: expect.stringMatching(
          /^The newest completed daily backup of an? (volume|instance|database) of data is older than 49 hours, /,
        ),
      },
    });
  });

  test('is said in plain words', () => {
    expect(describePlan(plan, target, now)).toContain(words);
  });
});

const refused: [string, string, string][] = [
  [
    'no kind at all',
    'copies: [{ region: eu-west-1, keep: { daily: 7 days } }]',
    '3:5 backups[0]: is of nothing; expected exactly one of "volumes", "instances", "databases", "images"',
  ],
  [
    'a misspelt kind',
    'volume: { tags: { Backup: data } }',
    '4:5 backups[0].volume: is not a key that is known here; did you mean "volumes"? expected one of name, volumes, instances, databases, images, tiers, copies',
  ],
  [
    'two kinds',
    'volumes: { tags: { A: b } }\n    images: { tags: { A: b } }',
    '3:5 backups[0]: has "volumes" and "images"; expected exactly one of "volumes", "instances", "databases", "images"',
  ],
  [
    'instances by id and tag',
    'instances: { ids: [i-0123abcd], tags: { A: b } }',
    '4:16 backups[0].instances: has "ids" and "tags"; expected exactly one of "ids", "tags"',
  ],
  [
    'images of nothing',
    'images: { reboot: true }',
    '4:13 backups[0].images: selects nothing; expected exactly one of "ids", "tags"',
  ],
  [
    'databases of nothing',
    'databases: {}',
    '4:16 backups[0].databases: selects nothing; expected "tags", or identifiers in "instances", "clusters" or both',
  ],
  [
    'databases by identifier and tag',
    'databases: { clusters: [ledger], tags: { A: b } }',
    '4:16 backups[0].databases: has "clusters" and "tags"; expected "tags", or identifiers in "instances", "clusters" or both',
  ],
  [
    'an identifier that RDS has not',
    'databases: { instances: [Orders] }',
    '4:30 backups[0].databases.instances[0]: "Orders" is not valid; expected the identifier of a database: lower-case letters, digits and single hyphens, a letter first',
  ],
  [
    'a volume in place of an instance',
    'instances: { ids: [vol-0123abcd] }',
    '4:24 backups[0].instances.ids[0]: "vol-0123abcd" is not valid; expected an id such as i-0123456789abcdef0',
  ],
  [
    'a frozen root',
    'instances: { ids: [i-0123abcd], freeze: [/] }',
    '4:46 backups[0].instances.freeze[0]: "/" is not valid; expected the absolute path of a mount point other than "/", such as "/var/www"',
  ],
  [
    'a freeze of what the thaw needs',
    'instances: { ids: [i-0123abcd], freeze: [/srv, /var/lib/amazon] }',
    '4:52 backups[0].instances.freeze[1]: "/var/lib/amazon" is not valid; expected none of /, /usr, /run, /tmp, /var/tmp, /var/lib/amazon, /var/log/amazon, /var/snap/amazon-ssm-agent, which the thaw needs',
  ],
  [
    'a path that is frozen twice',
    'instances: { ids: [i-0123abcd], freeze: [/var/www, /srv, /var/www] }',
    '4:62 backups[0].instances.freeze[2]: "/var/www" is there already; expected each path once',
  ],
  [
    'a freeze of no path',
    'instances: { ids: [i-0123abcd], freeze: [] }',
    '4:45 backups[0].instances.freeze: [] is not valid; expected at least one path',
  ],
  [
    'a freeze that is too long',
    'instances: { ids: [i-0123abcd], freeze: [/srv], freezeSeconds: 601 }',
    '4:68 backups[0].instances.freezeSeconds: 601 is not valid; expected 600 or less',
  ],
  [
    'a limit of a freeze that is none',
    'instances: { ids: [i-0123abcd], freezeSeconds: 30 }',
    '4:37 backups[0].instances.freezeSeconds: has no meaning by itself; expected "freeze" beside it',
  ],
  [
    'what to do without a freeze that is none',
    'instances: { ids: [i-0123abcd], unfrozen: take }',
    '4:37 backups[0].instances.unfrozen: has no meaning by itself; expected "freeze" or "before" or "after" beside it',
  ],
  [
    'a limit of commands that are none',
    'instances: { ids: [i-0123abcd], freeze: [/srv], commandSeconds: 30 }',
    '4:53 backups[0].instances.commandSeconds: has no meaning by itself; expected "before" or "after" beside it',
  ],
  [
    'a way out of a failed freeze that is none',
    'instances: { ids: [i-0123abcd], freeze: [/srv], unfrozen: maybe }',
    '4:63 backups[0].instances.unfrozen: "maybe" is not valid; expected one of "refuse", "take"',
  ],
  [
    'commands and a freeze that do not fit into a run',
    'instances: { tags: { A: b }, freeze: [/srv], before: [a], after: [b], commandSeconds: 331 }',
    '4:91 backups[0].instances.commandSeconds: lets freeze and commands last 722 seconds in all; expected 720 at most, which a run has for them',
  ],
  [
    'a switch that is none',
    'images: { ids: [i-0123abcd], reboot: maybe }',
    '4:42 backups[0].images.reboot: "maybe" is not valid; expected true or false',
  ],
  [
    'the boot volume of an image left out as that of a set is',
    'images: { ids: [i-0123abcd], bootVolume: false }',
    '4:34 backups[0].images.bootVolume: is not a key that is known here; expected one of ids, tags, reboot, dataVolumes',
  ],
];

describe('A plan is refused for', () => {
  test.each(refused)('%s', (_, subject, message) => {
    expect(mistakesOf(planOf(subject)).split('\n')).toContain(`groundskeeper.yml:${message}`);
  });
});

const weekly = (at: string) => `- { name: weekly, every: week, on: sunday, at: "${at}", keep: 1 month }`;

test('Tiers of databases are 15 minutes apart, since a database takes no snapshot while it makes another', () => {
  const databases = 'databases: { instances: [orders] }';
  const near = planText({ subject: databases, tiers: [daily, weekly('03:49')] });
  expect(mistakesOf(near)).toMatch(
    /would start less than 15 minutes from tier "daily" .*; expected at least 15 minutes/,
  );
  expect(mistakesOf(near.replace('03:49', '03:50'))).toBe('no mistake');
  expect(mistakesOf(planText({ tiers: [daily, weekly('03:49')] }))).toBe('no mistake');
});

test('What a function may do is said with the resource and where it is', () => {
  const text = describePlan(read(planText()), target, now);
  expect(text).toMatch(/ec2:CreateSnapshot\b.* on volume\/\*\n/);
  expect(text).toMatch(/ec2:CopySnapshot on snapshot\/\* in any region only if \{"aws:RequestTag/);
});

test('A mistake in one kind hides none in another, nor in a tier', () => {
  const text = [
    'backups:',
    '  - { name: a, instances: { ids: [i-1], freezeSeconds: 30 }, tiers: [] }',
    '  - { name: b, databases: {}, tiers: [{ name: daily, every: day, at: "03:35", keep: 1 hour }] }',
    '  - 7',
    '  - { name: b, images: 7 }',
  ].join('\n');
  const places = mistakesOf(text)
    .split('\n')
    .map((line) => /\S+ (\S+): /.exec(line)?.[1]);
  expect(places).toEqual([
    'backups[0].instances.ids[0]',
    'backups[0].instances.freezeSeconds',
    'backups[0].tiers',
    'backups[1].databases',
    'backups[1].tiers[0].keep',
    'backups[2]',
    'backups[3].tiers',
    'backups[3].name',
    'backups[3].images',
  ]);
});
