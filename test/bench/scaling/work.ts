/** What becomes of a minute's load: a web site turns away what it cannot serve, a queue keeps it. */
const unitsEach = 100;

export interface Minute {
  /** What CloudWatch measures. */
  value: number;
  /** Whether somebody waited too long, or in vain. */
  isUnder: boolean;
}

export interface Work {
  name: string;
  minute(units: number, serving: number): Minute;
}

/** Measured by the average CPU of those that serve. */
export const webSite = (): Work => ({
  name: 'web site',
  minute: (units, serving) => ({
    value: serving === 0 ? 100 : Math.min(100, (100 * units) / (unitsEach * serving)),
    isUnder: units > unitsEach * serving,
  }),
});

/** One message is one unit: an instance does 100 in a minute. */
export const secondsPerMessage = 60 / unitsEach;
export const acceptableSeconds = 120;

/** Measured by the messages that wait. */
export function queue(): Work {
  let waiting = 0;
  return {
    name: 'queue',
    minute: (units, serving) => {
      waiting = Math.max(0, waiting + units - unitsEach * serving);
      const delaySeconds = (waiting * secondsPerMessage) / Math.max(1, serving);
      return { value: waiting, isUnder: delaySeconds > acceptableSeconds };
    },
  };
}
