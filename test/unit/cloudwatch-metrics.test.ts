import { expect, it } from 'vitest';
import { questionOf, readMetrics } from '../../shared/aws/cloudwatch-metrics.ts';
import { ObservationError } from '../../shared/errors.ts';
import { answered } from './answering-cloudwatch.ts';

const at = new Date('2026-11-23T12:00:00Z');
const question = (name: string) =>
  questionOf({ namespace: 'Work', name, dimensions: {}, statistic: 'Average', periodSeconds: 60 });

it('answers the other questions though one metric may not be shown, on whichever page that is said', async () => {
  const value = { StatusCode: 'Complete', Timestamps: [at], Values: [7] };
  const place = answered(
    at,
    { MetricDataResults: [{ ...value, Id: 'm0', StatusCode: 'PartialData' }], NextToken: 'more' },
    {
      MetricDataResults: [
        { Id: 'm0', Label: 'Load', StatusCode: 'Forbidden' },
        { ...value, Id: 'm1' },
      ],
    },
  );
  const answers = await readMetrics(place, [question('Load'), question('Age')], { from: at, to: at });
  expect(answers).toEqual([
    new ObservationError('The metric Load could not be read: Forbidden'),
    [{ at, value: 7 }],
  ]);
});

it('takes what CloudWatch has answered in part alone for unknown', async () => {
  const value = { Timestamps: [at], Values: [7] };
  const place = answered(
    at,
    {
      MetricDataResults: [
        { ...value, Id: 'm0', Label: 'Load', StatusCode: 'PartialData' },
        { ...value, Id: 'm1', Label: 'Age', StatusCode: 'PartialData' },
      ],
      NextToken: 'more',
    },
    { MetricDataResults: [{ Id: 'm1', Label: 'Age', StatusCode: 'Complete' }] },
  );
  const questions = ['Load', 'Age'].map(question);
  expect(await readMetrics(place, questions, { from: at, to: at })).toEqual([
    new ObservationError('The metric Load could be read in part only'),
    [{ at, value: 7 }],
  ]);
});
