import {
  GetMetricDataCommand,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { ObservationError } from '../errors.ts';
import type { CloudWatch } from './cloudwatch.ts';
import { pages, required, slices } from './ec2.ts';
import { readOr } from './read-or.ts';

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

/** The samples of a question, the oldest first, or why they could not be read. */
export type Answer = readonly Sample[] | ObservationError;

/**
 * The answer to each question, in the questions' order.
 *
 * @param span from the start of the first period to the end of the last one
 */
export async function readMetrics(
  place: CloudWatch,
  questions: readonly Question[],
  span: Span,
): Promise<Answer[]> {
  const answers = new Map<Question, Answer>();
  const plain = questions.filter(isPlain);
  for (const slice of slices(plain, queriesPerCall)) {
    const queries = slice.flatMap(({ queries: [query] }, index) => ({ ...query, Id: `m${index}` }));
    const results = await readOr(() => readResults(place, queries, span));
    slice.forEach((question, index) => {
      answers.set(question, answerIn(results, `m${index}`));
    });
  }
  // Expressions name other queries by their ids, and those of two alarms may be alike; of Metrics Insights' a call takes one.
  for (const question of questions.filter((asked) => !isPlain(asked))) {
    const results = await readOr(() => readResults(place, question.queries, span));
    answers.set(question, answerIn(results, question.returns));
  }
  return questions.map((question) => answers.get(question) ?? []);
}

const answerIn = (results: ReadonlyMap<string, Answer> | ObservationError, id: string): Answer =>
  results instanceof ObservationError ? results : (results.get(id) ?? []);

const isPlain = ({ queries }: Question): boolean =>
  queries.every(({ MetricStat }) => MetricStat !== undefined) && queries.length === 1;

interface Span {
  from: Date;
  to: Date;
}

/** By the queries' ids. */
async function readResults(
  place: CloudWatch,
  queries: readonly MetricDataQuery[],
  { from: StartTime, to: EndTime }: Span,
): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  const partial = new Map<string, Answer>();
  const MetricDataQueries = [...queries];
  const wanted = { MetricDataQueries, StartTime, EndTime, ScanBy: 'TimestampAscending' as const };
  const read = (from: { NextToken?: string }) =>
    place.cloudWatch.send(new GetMetricDataCommand({ ...wanted, ...from }));
  for await (const { MetricDataResults = [] } of pages(place, 'Metrics', read))
    for (const result of MetricDataResults) {
      const id = required(result.Id, 'Id', 'CloudWatch');
      answers.set(id, joined(answers.get(id) ?? [], answerOf(result)));
      partial.delete(id);
      if (result.StatusCode === 'PartialData')
        partial.set(id, new ObservationError(`The metric ${result.Label} could be read in part only`));
    }
  // The rest of it was on no page.
  return new Map([...answers, ...partial]);
}

function joined(before: Answer, more: Answer): Answer {
  if (before instanceof ObservationError) return before;
  return more instanceof ObservationError ? more : [...before, ...more];
}

function answerOf({ StatusCode, Label, Messages, Timestamps = [], Values = [] }: MetricDataResult): Answer {
  // What could not be read is not what is not there. Partial data goes on on the next page.
  if (StatusCode === 'InternalError' || StatusCode === 'Forbidden') {
    const why = (Messages ?? []).map(({ Code, Value }) => `: ${Code}: ${Value}`).join('');
    return new ObservationError(`The metric ${Label} could not be read: ${StatusCode}${why}`);
  }
  return Timestamps.map((at, index) => ({ at, value: required(Values[index], 'Values', 'CloudWatch') }));
}
