/** What happens in the account while the deployed schedules run: people at work, a web site's releases, and mishaps. */
import { tagKeys } from '../../../shared/tags.ts';
import type { Delivery, Deployment, Start } from '../lambda-host.ts';
import type { Sandbox } from '../types.ts';
import type { Company } from './company.ts';
import type { Fleet } from './fleet.ts';
import { counted, listed } from './page.ts';
import { firstRelease, secondRelease } from './pages.ts';
import type { Publication, Website } from './website.ts';

/** Eight days, in Berlin with a change to summer time, a Sunday and the first of a month. */
export const span = { from: new Date('2027-03-25T17:00:00Z'), to: new Date('2027-04-02T12:00:00Z') };

export interface Place {
  sandbox: Sandbox;
  deployment: Deployment;
  company: Company;
  website: Website;
  fleet: Fleet;
}

/** When the groups are looked at: they tick every minute, and most of the time there is nothing to tell. */
const scalingTimes = [
  { from: new Date('2027-03-26T09:00:00Z'), to: new Date('2027-03-26T09:03:00Z') },
  { from: new Date('2027-03-26T19:00:00Z'), to: new Date('2027-03-26T19:03:00Z') },
];

export const isScalingTime = (at: Date): boolean =>
  scalingTimes.some(({ from, to }) => from <= at && at <= to);

/** What a person does in the account. */
export interface Act {
  at: Date;
  does(place: Place): Promise<string>;
}

/** One start that goes wrong in its own way. */
export interface Mishap {
  schedule: string;
  at: Date;
  deliver(start: Start, place: Place): Promise<Delivery[]>;
  /** What to say of it. */
  tell(deliveries: Delivery[]): string;
}

const image = { name: 'shop-golden', id: '' };

/** `index.html and prices.json are uploaded` and what CloudFront was told. */
function tellOf({ uploaded, invalidated }: Publication): string {
  const few = uploaded.length <= 5;
  const went = few ? listed([...uploaded].sort()) : counted(uploaded.length, 'file');
  const forgotten =
    invalidated.length > 0
      ? `CloudFront forgets ${counted(invalidated.length, 'path')}: ${invalidated.join(' ')}`
      : 'CloudFront has nothing to forget: nobody has seen these before.';
  return `Uploaded: ${went}.\n${forgotten}`;
}

export const acts: readonly Act[] = [
  {
    at: new Date('2027-03-25T18:30:00Z'),
    async does({ website }) {
      const publication = await website.upload('spring', firstRelease, this.at);
      return `The CI uploads spring.zip, the site's first release.\n${tellOf(publication)}\n${website.visitText()}`;
    },
  },
  {
    at: new Date('2027-03-26T09:00:30Z'),
    async does({ fleet, deployment }) {
      return `The shop is busy: 86 % of its CPU, and its alarm rings.\n${await fleet.ring(86, this.at, deployment)}`;
    },
  },
  {
    at: new Date('2027-03-26T09:02:30Z'),
    async does({ fleet }) {
      await fleet.calmDown(this.at);
      return 'The alarm is silent again.';
    },
  },
  {
    at: new Date('2027-03-26T13:00:00Z'),
    async does({ company }) {
      const daily = (await company.snapshots()).find(
        ({ VolumeId, Tags }) =>
          VolumeId === company.idOf('warehouse') &&
          Tags?.some(({ Key, Value }) => Key === tagKeys.tier && Value === 'daily'),
      );
      image.id = await company.registerImage(image.name, daily?.SnapshotId ?? '');
      return `A person makes the image ${image.name} of today's daily snapshot of warehouse.`;
    },
  },
  {
    at: new Date('2027-03-27T10:00:00Z'),
    async does({ website }) {
      const publication = await website.upload('sale', secondRelease, this.at);
      return `The CI uploads sale.zip, in which three files are others.\n${tellOf(publication)}\n${website.visitText()}`;
    },
  },
  {
    at: new Date('2027-03-28T01:00:00Z'),
    does: async () => 'The clocks go from 02:00 to 03:00; 03:35 and 03:45 come all the same.',
  },
  {
    at: new Date('2027-03-30T09:00:00Z'),
    async does({ website }) {
      const publication = await website.rollBack('previous', this.at);
      return `A person rolls back, {"release": "previous"}.\n${tellOf(publication)}\n${website.visitText()}`;
    },
  },
  {
    at: new Date('2027-03-31T18:00:00Z'),
    async does({ website }) {
      await website.tamper('about/index.html', '<h1>Oops</h1>', this.at);
      return 'Someone overwrites about/index.html in the bucket by hand.';
    },
  },
  {
    at: new Date('2027-04-02T08:05:00Z'),
    async does({ company }) {
      await company.deregisterImage(image.id);
      return `The person deregisters the image ${image.name}: the next expiry deletes that snapshot.`;
    },
  },
];

export const mishaps: readonly Mishap[] = [
  {
    schedule: 'data.3-hourly',
    at: new Date('2027-03-27T12:20:00Z'),
    async deliver({ functionName, payload, at }, { sandbox, deployment, company }) {
      const throttle = sandbox.inject({
        action: 'CreateSnapshot',
        when: ({ parameters }) => parameters['VolumeId'] === company.idOf('shop-files'),
        times: 2,
        effect: { kind: 'error', code: 'RequestLimitExceeded', status: 503 },
      });
      const delivery = await deployment.deliver(functionName, payload, { now: at });
      throttle.lift();
      return [delivery];
    },
    tell: () => 'AWS throttled shop-files twice. The run waited, asked again, and took it.',
  },
  {
    schedule: 'data.daily',
    at: new Date('2027-03-29T01:35:00Z'),
    async deliver({ functionName, payload, at }, { deployment }) {
      const first = await deployment.deliver(functionName, payload, { now: at });
      const now = new Date(at.getTime() + 20_000);
      return [first, await deployment.deliver(functionName, payload, { now })];
    },
    tell: ([, second]) => {
      const reasons = second?.attempts[0]?.report?.outcomes.map(({ reason }) => reason) ?? [];
      return `The same event came twice. The second found the slot done (${reasons.join()}): nothing taken.`;
    },
  },
  {
    schedule: 'data.monthly',
    at: new Date('2027-04-01T01:55:00Z'),
    async deliver({ functionName, payload, at }, { sandbox, deployment }) {
      sandbox.slowSnapshots({ pendingSeconds: 600, endState: 'error' });
      const delivery = await deployment.deliver(functionName, payload, { now: at });
      sandbox.slowSnapshots({ pendingSeconds: 0 });
      return [delivery];
    },
    tell: () => 'AWS takes the monthly snapshots, and ten minutes later they have failed.',
  },
  {
    schedule: 'data.3-hourly',
    at: new Date('2027-03-31T12:20:00Z'),
    async deliver({ functionName, payload, at }, { sandbox, deployment }) {
      const cut = sandbox.inject({
        action: 'CreateSnapshot',
        times: 1,
        effect: { kind: 'hang', executed: true },
      });
      const delivery = await deployment.deliver(functionName, payload, { now: at, cutOffAt: cut.reached });
      cut.lift();
      return [delivery];
    },
    tell: ([delivery]) => {
      const outcomes = delivery?.attempts.at(-1)?.report?.outcomes ?? [];
      const found = outcomes.filter(({ reason }) => reason === 'already-taken').length;
      const taken = outcomes.filter(({ outcome }) => outcome === 'done').length;
      return (
        `The function died after AWS had made ${counted(found, 'snapshot')}, and before it recorded them.\n` +
        `Lambda's retry, a minute later, found and recorded what was there, and took ${taken || 'none'} anew.`
      );
    },
  },
];
