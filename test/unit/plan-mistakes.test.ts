import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mistakesOf, planText, read } from './plan-builder.ts';

const daily = '- { name: daily, every: day, at: "03:35", keep: 7 days }';
const tiers = (...lines: string[]) => planText({ tiers: lines });
const oneDuration =
  'expected a whole number and a unit, such as "24 hours", "7 days", "2 weeks", "1 month" or "1 year"';

interface Case {
  title: string;
  text: string;
  region?: string;
  message: string;
}

const cases: Case[] = [
  {
    title: 'YAML that is none',
    text: 'backups: [',
    message:
      'groundskeeper.yml:1:11 is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  },
  {
    title: 'a key given twice',
    text: 'ledger: simpledb\nledger: dynamodb\n',
    message: 'groundskeeper.yml:2:1 is not YAML: Map keys must be unique',
  },
  {
    title: 'an empty file',
    text: '',
    message: 'groundskeeper.yml:1:1 has neither backups, sites nor groups; expected one of them at least',
  },
  {
    title: 'text in place of a plan',
    text: 'hello',
    message: 'groundskeeper.yml:1:1 "hello" is not valid; expected keys and values',
  },
  {
    title: 'an unknown key, with the one that was meant',
    text: tiers('- { name: daily, every: day, at: "03:35", keep: 7 days, kep: 8 days }'),
    message:
      'groundskeeper.yml:6:63 backups[0].tiers[0].kep: is not a key that is known here; did you mean "keep"? expected one of name, every, minute, on, at, keep, alarmAfter',
  },
  {
    title: 'an unknown key that resembles none',
    text: planText({ head: ['colour: green'] }),
    message:
      'groundskeeper.yml:1:1 colour: is not a key that is known here; expected one of timezone, ledger, notify, maxDeleteShare, keepOfGoneSources, logRetentionDays, backups, sites, groups',
  },
  {
    title: 'a bad duration',
    text: tiers('- { name: daily, every: day, at: "03:35", keep: 7 dais }'),
    message: `groundskeeper.yml:6:55 backups[0].tiers[0].keep: "7 dais" is not a duration; ${oneDuration}`,
  },
  {
    title: 'a duration of nothing',
    text: tiers('- { name: daily, every: day, at: "03:35", keep: 0 days }'),
    message: `groundskeeper.yml:6:55 backups[0].tiers[0].keep: "0 days" is not a duration; ${oneDuration}`,
  },
  {
    title: 'a duration that no calendar has',
    text: tiers('- { name: daily, every: day, at: "03:35", keep: 10000 days }'),
    message:
      'groundskeeper.yml:6:55 backups[0].tiers[0].keep: "10000 days" is too long; expected a count of 9999 at most, of years 999',
  },
  {
    title: 'a number in place of a duration',
    text: tiers('- { name: daily, every: day, at: "03:35", keep: 7 }'),
    message:
      'groundskeeper.yml:6:55 backups[0].tiers[0].keep: 7 is not a duration; expected text such as "24 hours"',
  },
  {
    title: 'a missing key, at the place where it should be',
    text: tiers('- { name: daily, every: day, at: "03:35" }'),
    message: 'groundskeeper.yml:6:9 backups[0].tiers[0].keep: is missing; expected text such as "24 hours"',
  },
  {
    title: 'a name that resources cannot have',
    text: tiers('- { name: Daily_1, every: day, at: "03:35", keep: 7 days }'),
    message:
      'groundskeeper.yml:6:17 backups[0].tiers[0].name: "Daily_1" is not valid; expected lower-case letters, digits and single hyphens',
  },
  {
    title: 'a wrong name, and a time too close to that tier',
    text: tiers(
      '- { name: Daily, every: day, at: "03:35", keep: 7 days }',
      '- { name: more, every: day, at: "03:36", keep: 7 days }',
    ),
    message: [
      'groundskeeper.yml:6:17 backups[0].tiers[0].name: "Daily" is not valid; expected lower-case letters, digits and single hyphens',
      'groundskeeper.yml:7:39 backups[0].tiers[1].at: tier "more" would start less than 5 minutes from backups[0].tiers[0] on 2026-11-21 (at 02:35 and 02:36 UTC); expected at least 5 minutes between any two starts of one backup',
    ].join('\n'),
  },
  {
    title: 'two backups of one name',
    text: `${planText({ tiers: [daily] })}  - name: data\n    volumes: { ids: [vol-0123abcd] }\n    tiers:\n      ${daily}\n`,
    message:
      'groundskeeper.yml:7:11 backups[1].name: "data" is the name of another backup; expected each name once',
  },
  {
    title: 'two tiers of one name',
    text: tiers(daily, '- { name: daily, every: day, at: "04:35", keep: 7 days }'),
    message:
      'groundskeeper.yml:7:17 backups[0].tiers[1].name: "daily" is the name of another tier; expected each name once',
  },
  {
    title: 'the reserved tier name',
    text: tiers('- { name: manual, every: day, at: "03:35", keep: 7 days }'),
    message:
      'groundskeeper.yml:6:17 backups[0].tiers[0].name: "manual" is the tier of backups that are started by hand; expected another name',
  },
  {
    title: 'names that become one resource',
    text: tiers(
      '- { name: a-1, every: day, at: "03:35", keep: 7 days }',
      '- { name: a1, every: day, at: "04:35", keep: 7 days }',
    ),
    message:
      'groundskeeper.yml:7:17 backups[0].tiers[1].name: "a1" gives the same resource as tier "a-1" of backup "data" (BackupDataA1Schedule); expected names that differ in more than their hyphens',
  },
  {
    title: 'names that are too long together',
    text: planText({
      tiers: [`- { name: ${'x'.repeat(40)}, every: day, at: "03:35", keep: 7 days }`],
    }).replace('name: data', `name: ${'y'.repeat(30)}`),
    message: `groundskeeper.yml:6:17 backups[0].tiers[0].name: "${'x'.repeat(40)}" is too long beside "${'y'.repeat(30)}"; expected 63 characters at most for backup and tier together`,
  },
  {
    title: 'hours that do not divide a day',
    text: tiers('- { name: often, every: 5 hours, keep: 24 hours }'),
    message:
      'groundskeeper.yml:6:31 backups[0].tiers[0].every: "5 hours" is not an interval; expected "day", "week", "month", or hours that divide a day: 1, 2, 3, 4, 6, 8, 12, 24, such as "3 hours"',
  },
  {
    title: 'a day of the month that not every month has',
    text: tiers('- { name: monthly, every: month, on: 29, at: "03:35", keep: 1 year }'),
    message:
      'groundskeeper.yml:6:44 backups[0].tiers[0].on: 29 is not a day; expected a weekday such as sunday for `every: week`, or 1 to 28 for `every: month`',
  },
  {
    title: 'a day of the month for a weekly tier',
    text: tiers('- { name: weekly, every: week, on: 1, at: "03:35", keep: 1 month }'),
    message:
      'groundskeeper.yml:6:42 backups[0].tiers[0].on: 1 is not a day of a week; expected a weekday, such as sunday',
  },
  {
    title: 'a weekday for a monthly tier',
    text: tiers('- { name: monthly, every: month, on: sunday, at: "03:35", keep: 1 year }'),
    message:
      'groundskeeper.yml:6:44 backups[0].tiers[0].on: "sunday" is not a day of a month; expected a day of the month, 1 to 28',
  },
  {
    title: 'a daily tier without a time',
    text: tiers('- { name: daily, every: day, keep: 7 days }'),
    message:
      'groundskeeper.yml:6:9 backups[0].tiers[0].at: is missing; expected a time of day in quotes, such as "03:35", since the tier runs every day',
  },
  {
    title: 'a time of day for a tier that counts hours',
    text: tiers('- { name: often, every: 3 hours, at: "03:35", keep: 24 hours }'),
    message:
      'groundskeeper.yml:6:40 backups[0].tiers[0].at: has no meaning for a tier that runs every 3 hours; expected "minute"',
  },
  {
    title: 'a time that is none',
    text: tiers('- { name: daily, every: day, at: "24:00", keep: 7 days }'),
    message:
      'groundskeeper.yml:6:40 backups[0].tiers[0].at: "24:00" is not a time of day; expected "00:00" to "23:59", such as "03:35"',
  },
  {
    title: 'a time that YAML takes for a number',
    text: tiers('- { name: daily, every: day, at: 310, keep: 7 days }'),
    message:
      'groundskeeper.yml:6:40 backups[0].tiers[0].at: 310 is not a time of day; expected text in quotes, such as "03:35"',
  },
  {
    title: 'a monthly tier kept 30 days',
    text: tiers('- { name: monthly, every: month, on: 1, at: "03:35", keep: 30 days }'),
    message:
      'groundskeeper.yml:6:66 backups[0].tiers[0].keep: "30 days" ends before the next one is taken; expected at least "1 month"',
  },
  {
    title: 'a tier of 12 hours kept 6',
    text: tiers('- { name: often, every: 12 hours, keep: 6 hours }'),
    message:
      'groundskeeper.yml:6:47 backups[0].tiers[0].keep: "6 hours" ends before the next one is taken; expected at least "12 hours"',
  },
  {
    title: 'an alarm that would always ring',
    text: tiers('- { name: daily, every: day, at: "03:35", keep: 7 days, alarmAfter: 24 hours }'),
    message:
      'groundskeeper.yml:6:75 backups[0].tiers[0].alarmAfter: "24 hours" would ring although all is well; expected more than 24 hours, the longest time from one to the next',
  },
  {
    title: 'two tiers at one time',
    text: tiers(daily, '- { name: weekly, every: week, on: sunday, at: "03:39", keep: 1 month }'),
    message:
      'groundskeeper.yml:7:54 backups[0].tiers[1].at: tier "weekly" would start less than 5 minutes from tier "daily" on 2026-11-22 (at 02:35 and 02:39 UTC); expected at least 5 minutes between any two starts of one backup',
  },
  {
    title: 'two tiers on both sides of midnight',
    text: tiers(
      '- { name: weekly, every: week, on: sunday, at: "23:58", keep: 1 month }',
      '- { name: other, every: week, on: monday, at: "00:02", keep: 1 month }',
    ),
    message:
      'groundskeeper.yml:7:53 backups[0].tiers[1].at: tier "other" would start less than 5 minutes from tier "weekly" on 2026-11-22 (at 22:58 and 23:02 UTC); expected at least 5 minutes between any two starts of one backup',
  },
  {
    title: 'a tier of hours that meets a local time only in summer',
    text: tiers(
      '- { name: 3-hourly, every: 3 hours, minute: 20, keep: 24 hours }',
      '- { name: daily, every: day, at: "05:22", keep: 7 days }',
    ),
    message:
      'groundskeeper.yml:7:40 backups[0].tiers[1].at: tier "daily" would start less than 5 minutes from tier "3-hourly" on 2027-03-28 (at 03:20 and 03:22 UTC); expected at least 5 minutes between any two starts of one backup',
  },
  {
    title: 'local times that only the skipped hour keeps apart',
    text: tiers(
      '- { name: daily, every: day, at: "01:58", keep: 7 days }',
      '- { name: weekly, every: week, on: sunday, at: "03:01", keep: 1 month }',
    ),
    message:
      'groundskeeper.yml:7:54 backups[0].tiers[1].at: tier "weekly" would start less than 5 minutes from tier "daily" on 2027-03-28 (at 00:58 and 01:01 UTC); expected at least 5 minutes between any two starts of one backup',
  },
  {
    title: 'two tiers of hours that meet',
    text: tiers(
      '- { name: 3-hourly, every: 3 hours, minute: 58, keep: 24 hours }',
      '- { name: 4-hourly, every: 4 hours, minute: 1, keep: 24 hours }',
    ),
    message:
      'groundskeeper.yml:7:51 backups[0].tiers[1].minute: tier "4-hourly" would start less than 5 minutes from tier "3-hourly" on 2026-11-21 (at 03:58 and 04:01 UTC); expected at least 5 minutes between any two starts of one backup',
  },
  {
    title: 'a daily time that the clocks skip',
    text: tiers('- { name: daily, every: day, at: "02:10", keep: 7 days }'),
    message:
      'groundskeeper.yml:6:40 backups[0].tiers[0].at: "02:10" does not exist on 2027-03-28 in Europe/Berlin, where the clocks go forward over it; expected another time, the next good one is "03:00"',
  },
  {
    title: 'a monthly time that the clocks skip years from now',
    text: tiers('- { name: monthly, every: month, on: 26, at: "02:59", keep: 1 year }'),
    message:
      'groundskeeper.yml:6:52 backups[0].tiers[0].at: "02:59" does not exist on 2028-03-26 in Europe/Berlin, where the clocks go forward over it; expected another time, the next good one is "03:00"',
  },
  {
    title: 'a time zone that is none',
    text: planText({ head: ['timezone: Europe/Berln'] }),
    message:
      'groundskeeper.yml:1:11 timezone: "Europe/Berln" is not a time zone; did you mean "Europe/Berlin"? expected an IANA name such as Europe/Berlin',
  },
  {
    title: 'an offset in place of a time zone',
    text: planText({ head: ['timezone: "+01:00"'] }),
    message:
      'groundskeeper.yml:1:11 timezone: "+01:00" is not a time zone; expected an IANA name such as Europe/Berlin',
  },
  {
    title: 'a selector without a way to select',
    text: planText({ volumes: '{}' }),
    message:
      'groundskeeper.yml:4:14 backups[0].volumes: selects nothing; expected exactly one of "ids", "tags"',
  },
  {
    title: 'a selector with two',
    text: planText({ volumes: '{ ids: [vol-0123abcd], tags: { Backup: data } }' }),
    message:
      'groundskeeper.yml:4:14 backups[0].volumes: has "ids" and "tags"; expected exactly one of "ids", "tags"',
  },
  {
    title: 'a selector of no ids',
    text: planText({ volumes: '{ ids: [] }' }),
    message: 'groundskeeper.yml:4:21 backups[0].volumes.ids: [] is not valid; expected at least one id',
  },
  {
    title: 'a selector of no tags',
    text: planText({ subject: 'instances: { tags: {} }' }),
    message:
      'groundskeeper.yml:4:24 backups[0].instances.tags: {} selects nothing; expected at least one tag',
  },
  {
    title: 'a tag without values',
    text: planText({ volumes: '{ tags: { Backup: [] } }' }),
    message:
      'groundskeeper.yml:4:32 backups[0].volumes.tags.Backup: [] selects nothing; expected at least one value',
  },
  {
    title: 'a tag value that is no text',
    text: planText({ volumes: '{ tags: { Backup: true } }' }),
    message:
      'groundskeeper.yml:4:32 backups[0].volumes.tags.Backup: true is not a tag value; expected text, in quotes if it looks like a number or a switch',
  },
  {
    title: 'a tag value in a list that is no text',
    text: planText({ volumes: '{ tags: { Backup: [data, 7] } }' }),
    message:
      'groundskeeper.yml:4:39 backups[0].volumes.tags.Backup[1]: 7 is not a tag value; expected text, in quotes if it looks like a number or a switch',
  },
  {
    title: 'an id that is none',
    text: planText({ volumes: '{ ids: [vol-1] }' }),
    message:
      'groundskeeper.yml:4:22 backups[0].volumes.ids[0]: "vol-1" is not valid; expected an id such as vol-0123456789abcdef0',
  },
  {
    title: 'SimpleDB where there is none',
    text: planText({ head: ['ledger: simpledb', 'timezone: Europe/Berlin'] }),
    region: 'eu-central-1',
    message:
      'groundskeeper.yml:1:9 ledger: SimpleDB is not in eu-central-1; expected `ledger: dynamodb`, or one of the regions ap-northeast-1, ap-southeast-1, ap-southeast-2, eu-west-1, sa-east-1, us-east-1, us-west-1, us-west-2',
  },
  {
    title: 'a topic in another region',
    text: planText({ head: ['notify: arn:aws:sns:eu-west-1:123456789012:on-call'] }),
    message:
      'groundskeeper.yml:1:9 notify: the topic is in eu-west-1; expected one in us-east-1, where the alarms are',
  },
  {
    title: 'nobody to notify',
    text: planText({ head: ['notify: ops'] }),
    message:
      'groundskeeper.yml:1:9 notify: "ops" is neither; expected an e-mail address or the ARN of an SNS topic',
  },
  {
    title: 'a share that is none',
    text: planText({ head: ['maxDeleteShare: 50'] }),
    message:
      'groundskeeper.yml:1:17 maxDeleteShare: 50 is not a share; expected a number above 0 and up to 1, such as 0.5',
  },
  {
    title: 'a retention that CloudWatch Logs does not take',
    text: planText({ head: ['logRetentionDays: 31'] }),
    message:
      'groundskeeper.yml:1:19 logRetentionDays: 31 is not a retention of CloudWatch Logs; expected one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653',
  },
  {
    title: 'several mistakes, in the order of the file',
    text: planText({
      head: ['zone: UTC'],
      volumes: '{ tags: {} }',
      tiers: ['- { name: manual, every: day, at: "03:35", keep: 7 dais }'],
    }),
    message: [
      'groundskeeper.yml:1:1 zone: is not a key that is known here; expected one of timezone, ledger, notify, maxDeleteShare, keepOfGoneSources, logRetentionDays, backups, sites, groups',
      'groundskeeper.yml:4:22 backups[0].volumes.tags: {} selects nothing; expected at least one tag',
      'groundskeeper.yml:6:17 backups[0].tiers[0].name: "manual" is the tier of backups that are started by hand; expected another name',
      `groundskeeper.yml:6:56 backups[0].tiers[0].keep: "7 dais" is not a duration; ${oneDuration}`,
    ].join('\n'),
  },
];

describe('A plan is refused for', () => {
  test.each(cases)('$title', ({ text, region, message }) => {
    expect(mistakesOf(text, region)).toBe(message);
  });
});

describe('A plan may have', () => {
  test.each([
    ['the tiers that it ships with', readFileSync('groundskeeper.yml', 'utf8')],
    [
      'a monthly tier kept 1 month',
      tiers('- { name: monthly, every: month, on: 1, at: "03:35", keep: 1 month }'),
    ],
    [
      'a monthly tier kept 31 days',
      tiers('- { name: monthly, every: month, on: 1, at: "03:35", keep: 31 days }'),
    ],
    ['a time without quotes', tiers('- { name: daily, every: day, at: 03:35, keep: 7 days }')],
    [
      'tiers exactly 5 minutes apart',
      tiers(daily, '- { name: other, every: day, at: "03:40", keep: 7 days }'),
    ],
    [
      'a time that is skipped on days when the tier does not run',
      tiers('- { name: weekly, every: week, on: monday, at: "02:10", keep: 1 month }'),
    ],
    [
      'equal times on days that never meet',
      tiers(
        '- { name: one, every: week, on: monday, at: "03:35", keep: 1 month }',
        '- { name: other, every: week, on: tuesday, at: "03:35", keep: 1 month }',
      ),
    ],
    ['a list of values of a tag', planText({ volumes: '{ tags: { Backup: [data, base], Stage: live } }' })],
    ['instances by id', planText({ subject: 'instances: { ids: [i-0123456789abcdef0] }' })],
    ['an alias for its zone', planText({ head: ['timezone: Asia/Kolkata'] })],
    ['no zone', planText({ head: [] })],
    ['an address to notify', planText({ head: ['notify: ops@example.com', 'timezone: Europe/Berlin'] })],
  ])('%s', (_title, text) => {
    expect(mistakesOf(text)).toBe('no mistake');
  });
});

test('a tag value is one text or a list, and jobs always get a list', () => {
  const { backups } = read(planText({ volumes: '{ tags: { Backup: data, Stage: [live, trial] } }' }));
  expect(backups[0]?.subject.chosen).toEqual({ tags: { Backup: ['data'], Stage: ['live', 'trial'] } });
});
