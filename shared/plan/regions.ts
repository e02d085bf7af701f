/** Regions of AWS: what a mistyped one was meant to be. */
import { nearest } from './nearest.ts';

/**
 * AWS Account Management reference, "Regions", as of 2026. One that is newer and is refused here belongs
 * into this list.
 */
const knownRegions = `
  us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 ca-west-1 mx-central-1 eu-west-1 eu-west-2
  eu-west-3 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 ap-northeast-1 ap-northeast-2
  ap-northeast-3 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5
  ap-southeast-6 ap-southeast-7 ap-south-1 ap-south-2 ap-east-1 ap-east-2 sa-east-1 af-south-1
  il-central-1 me-south-1 me-central-1 us-gov-east-1 us-gov-west-1 cn-north-1 cn-northwest-1
`
  .trim()
  .split(/\s+/);

const areas = new Set(knownRegions.map((region) => partsOf(region).area));
const directions = /^(north|south|central|(north|south)?(east|west))$/;

/** New regions count on from those of the same words, not always one by one. */
const numbersAhead = 2;

/**
 * The known region that a name was meant to be; undefined if it is known itself, or may well be newer than
 * the list: another direction or the next number in an area that AWS is in, or a new area like no known one.
 */
export function meantRegion(region: string): string | undefined {
  if (knownRegions.includes(region) || mayBeNew(region)) return undefined;
  return (
    nearest(region, knownRegions, 1) ?? (isPlainName(region) ? undefined : nearest(region, knownRegions))
  );
}

function mayBeNew(region: string): boolean {
  const { area, direction, number } = partsOf(region);
  if (!areas.has(area) || !directions.test(direction)) return false;
  const numbers = knownRegions
    .map(partsOf)
    .filter((known) => known.area === area && known.direction === direction)
    .map((known) => known.number);
  return number >= 1 && number <= Math.max(0, ...numbers) + numbersAhead;
}

/** Made as AWS makes names, in an area that is not known. */
const isPlainName = (region: string): boolean => directions.test(partsOf(region).direction);

function partsOf(region: string): { area: string; direction: string; number: number } {
  const parts = region.split('-');
  const [direction = '', number = ''] = parts.slice(-2);
  return { area: parts.slice(0, -2).join('-'), direction, number: Number(number) };
}
