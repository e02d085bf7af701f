import {
  GetMetricDataCommand,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { ObservationError } from '../errors.ts';
import type { CloudWatch } from './cloudwatch.ts';
import { pages, required, slices } from './ec2.ts';

/** A metric, or what an alarm reckons of several. */
export interface Question {
  periodSeconds: number;
  queries: readonly MetricDataQuery[];
  /** The id of the one that is the answer. */
  returns: string;
}

export interface Metric {
  namespace: string;
  name: string;
  dimensions: Readonly<Record<string, string>>;
  statistic: string;
  periodSeconds: number;
}

export function questionOf({ namespace, name, dimensions, statistic, periodSeconds }: Metric): Question {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: namespace, MetricName: name, Dimensions };
  const MetricStat = { Metric, Period: periodSeconds, Stat: statistic };
  return { periodSeconds, queries: [{ Id: 'm', MetricStat }], returns: 'm' };
}

/** The start of a period, and what was measured in it. */
export interface Sample {
  at: Date;
  value: number;
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
const queriesPerCall = 500;

/**
 * The samples of each question, in the questions' order, the oldest first.
 *
 * @param span from the start of the first period to the end of the last one
 */
export async function readMetrics(
  place: CloudWatch,
  questions: readonly Question[],
  span: Span,
): Promise<Sample[][]> {
  const answers = new Map<Question, Sample[]>();
  const plain = questions.filter(isPlain);
  for (const slice of slices(plain, queriesPerCall)) {
    const queries = slice.flatMap(({ queries: [query] }, index) => ({ ...query, Id: `m${index}` }));
    const samples = await readSamples(place, queries, span);
    slice.forEach((question, index) => {
      answers.set(question, samples.get(`m${index}`) ?? []);
    });
  }
  // Expressions name other queries by their ids, and those of two alarms may be alike; of Metrics Insights' a call takes one.
  for (const question of questions.filter((asked) => !isPlain(asked))) {
    const samples = await readSamples(place, question.queries, span);
    answers.set(question, samples.get(question.returns) ?? []);
  }
  return questions.map((question) => answers.get(question) ?? []);
}

const isPlain = ({ queries }: Question): boolean =>
  queries.every(({ MetricStat }) => MetricStat !== undefined) && queries.length === 1;

interface Span {
  from: Date;
  to: Date;
}

/** By the queries' ids. */
async function readSamples(
  place: CloudWatch,
  queries: readonly MetricDataQuery[],
  { from: StartTime, to: EndTime }: Span,
): Promise<Map<string, Sample[]>> {
  const samples = new Map<string, Sample[]>();
  const MetricDataQueries = [...queries];
  const wanted = { MetricDataQueries, StartTime, EndTime, ScanBy: 'TimestampAscending' as const };
  const read = (from: { NextToken?: string }) =>
    place.cloudWatch.send(new GetMetricDataCommand({ ...wanted, ...from }));
  for await (const { MetricDataResults = [] } of pages(place, 'Metrics', read))
    for (const result of MetricDataResults) {
      const id = required(result.Id, 'Id', 'CloudWatch');
      samples.set(id, [...(samples.get(id) ?? []), ...samplesOf(result)]);
    }
  return samples;
}

function samplesOf({
  StatusCode,
  Label,
  Messages,
  Timestamps = [],
  Values = [],
}: MetricDataResult): Sample[] {
  // What could not be read is not what is not there. Partial data goes on on the next page.
  if (StatusCode === 'InternalError' || StatusCode === 'Forbidden') {
    const why = (Messages ?? []).map(({ Code, Value }) => `: ${Code}: ${Value}`).join('');
    throw new ObservationError(`The metric ${Label} could not be read: ${StatusCode}${why}`);
  }
  return Timestamps.map((at, index) => ({ at, value: required(Values[index], 'Values', 'CloudWatch') }));
}
