/** Alarms that come into their states at the account's time, and tell of it: moto knows no time but its own. */
import type { EventLog } from '../event-log.ts';
import type { Identity } from '../identify.ts';
import type { Answer, Message } from '../message.ts';
import type { MotoClient } from '../moto/moto-client.ts';

interface AlarmParts {
  moto: MotoClient;
  eventLog: EventLog;
  now: () => Date;
}

interface MetricAlarm {
  AlarmName: string;
  AlarmArn: string;
  Namespace?: string;
  MetricName?: string;
  Dimensions?: readonly { Name: string; Value: string }[];
  Period?: number;
  Statistic?: string;
  StateValue: string;
  StateReason?: string;
  StateReasonData?: string;
}

export class SandboxAlarms {
  /** By region and name: since when each has been in its state. */
  readonly #transitions = new Map<string, Date>();
  readonly #parts: AlarmParts;

  constructor(parts: AlarmParts) {
    this.#parts = parts;
  }

  async answer(message: Message, identity: Identity): Promise<Answer> {
    switch (identity.action) {
      case 'SetAlarmState':
        return this.#setState(message, identity);
      case 'DescribeAlarms':
        return this.#describe(message, identity);
      default:
        return this.#parts.moto.ask(message, identity);
    }
  }

  reset(): void {
    this.#transitions.clear();
  }

  async #setState(message: Message, identity: Identity): Promise<Answer> {
    const before = await this.#alarm(message, identity);
    const answer = await this.#parts.moto.ask(message, identity);
    if (answer.status !== 200 || !before) return answer;
    const after = await this.#alarm(message, identity);
    // It may be told again of the state that it is in: that is no transition, and no event.
    if (!after || after.StateValue === before.StateValue) return answer;
    const since = this.#transitions.get(keyOf(before, identity));
    const at = this.#parts.now();
    this.#transitions.set(keyOf(after, identity), at);
    this.#parts.eventLog.addAlarmChange(
      {
        arn: after.AlarmArn,
        detail: {
          alarmName: after.AlarmName,
          configuration: { metrics: metricsOf(after) },
          previousState: stateOf(before, since ?? at),
          state: stateOf(after, at),
        },
      },
      { region: identity.region, at },
    );
    return answer;
  }

  async #describe(message: Message, identity: Identity): Promise<Answer> {
    const answer = await this.#parts.moto.ask(message, identity);
    if (answer.status !== 200) return answer;
    const body = JSON.parse(answer.body.toString()) as { MetricAlarms?: MetricAlarm[] };
    const MetricAlarms = (body.MetricAlarms ?? []).map((alarm) => {
      const since = this.#transitions.get(keyOf(alarm, identity));
      if (!since) return alarm;
      const seconds = since.getTime() / 1_000;
      return { ...alarm, StateUpdatedTimestamp: seconds, StateTransitionedTimestamp: seconds };
    });
    return { ...answer, body: Buffer.from(JSON.stringify({ ...body, MetricAlarms })) };
  }

  /** As moto has the one that a call is about. */
  async #alarm(message: Message, identity: Identity): Promise<MetricAlarm | undefined> {
    const { AlarmName } = identity.parameters as { AlarmName?: string };
    const asked: Message = {
      ...message,
      headers: { ...message.headers, 'x-amz-target': 'GraniteServiceVersion20100801.DescribeAlarms' },
      body: Buffer.from(JSON.stringify({ AlarmNames: [AlarmName] })),
    };
    const answer = await this.#parts.moto.ask(asked, { ...identity, action: 'DescribeAlarms' });
    return (JSON.parse(answer.body.toString()) as { MetricAlarms?: MetricAlarm[] }).MetricAlarms?.[0];
  }
}

const keyOf = ({ AlarmName }: MetricAlarm, { region }: Identity): string => `${region}/${AlarmName}`;

/** As in AWS's own example: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
const stateOf = ({ StateValue, StateReason, StateReasonData }: MetricAlarm, at: Date) => ({
  value: StateValue,
  reason: StateReason,
  ...(StateReasonData && { reasonData: StateReasonData }),
  timestamp: at.toISOString().replace('Z', '+0000'),
});

const metricsOf = ({ Namespace, MetricName, Dimensions = [], Period, Statistic }: MetricAlarm) => [
  {
    id: 'm1',
    metricStat: {
      metric: {
        namespace: Namespace,
        name: MetricName,
        dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
      },
      period: Period,
      stat: Statistic,
    },
    returnData: true,
  },
];
