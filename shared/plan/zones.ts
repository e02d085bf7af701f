/**
 * What a time zone's clocks do over some years, from the zone data that Node carries. Local times are
 * milliseconds as if the wall clock showed UTC; offsets are milliseconds that the clocks are ahead of UTC.
 */
export interface ClockChange {
  /** The instant of the change. */
  at: number;
  before: number;
  after: number;
}

export interface Zone {
  name: string;
  from: Date;
  to: Date;
  changes: ClockChange[];
  /** Every offset that the zone has between `from` and `to`. */
  offsets: number[];
}

export const day = 86_400_000;
const minute = 60_000;

function offsetReader(name: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  return (instant) => {
    const text = format.format(instant);
    const match = /GMT(?:([+-])(\d\d):(\d\d))?$/.exec(text);
    if (!match) throw new RangeError(`The offset of ${name} reads ${JSON.stringify(text)}`);
    if (!match[1]) return 0;
    return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * minute;
  };
}

/** Whether the zone data knows the name, written as IANA writes it. A mere offset is no zone. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  if (
    name !== 'UTC' &&
    zoneNames().some((known) => known !== name && known.toLowerCase() === name.toLowerCase())
  ) {
    return false;
  }
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The names to suggest when one is misspelt. */
export const zoneNames = (): string[] => [...Intl.supportedValuesOf('timeZone'), 'UTC'];

/** Reads the zone's clock changes from `from` on. */
export function zoneOver(name: string, from: Date, years: number): Zone {
  const to = new Date(from);
  to.setUTCFullYear(to.getUTCFullYear() + years);
  return zoneBetween(name, from, to);
}

/** As `zoneOver`. Two changes within one day would be seen as one; no zone has had that. */
export function zoneBetween(name: string, from: Date, to: Date): Zone {
  const offsetAt = offsetReader(name);
  const changes: ClockChange[] = [];
  let before = offsetAt(from.getTime());
  const offsets = new Set([before]);
  for (let instant = from.getTime() + day; instant < to.getTime() + day; instant += day) {
    const after = offsetAt(instant);
    if (after === before) continue;
    changes.push({ at: bisect(offsetAt, instant - day, instant), before, after });
    offsets.add(after);
    before = after;
  }
  return { name, from, to, changes, offsets: [...offsets] };
}

/** The first whole minute in (`early`, `late`] that has the offset of `late`. */
function bisect(offsetAt: (instant: number) => number, early: number, late: number): number {
  let low = Math.floor(early / minute);
  let high = Math.ceil(late / minute);
  const after = offsetAt(late);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * minute) === after) high = middle;
    else low = middle;
  }
  return high * minute;
}

/** The offset at an instant within the zone's years. */
export function offsetAt(zone: Zone, instant: number): number {
  const next = zone.changes.findIndex((change) => change.at > instant);
  const last = zone.changes[next === -1 ? zone.changes.length - 1 : next - 1];
  if (last) return last.after;
  return zone.changes[0]?.before ?? zone.offsets[0] ?? 0;
}

/** The instants at which the zone's clocks show a local time: none if it is skipped, two if it is repeated. */
export function instantsOf(zone: Zone, local: number): number[] {
  return zone.offsets
    .map((offset) => local - offset)
    .filter((instant) => offsetAt(zone, instant) === local - instant)
    .sort((a, b) => a - b);
}

/** The change that skips a local time, if one does. */
export function skipOf(zone: Zone, local: number): ClockChange | undefined {
  return zone.changes.find(({ at, before, after }) => local >= at + before && local < at + after);
}
