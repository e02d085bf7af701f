/** Where requests go: the endpoint that is given, or the region's own. */
import { readEnvironment, type SimpleDbEnvironment } from './environment.ts';
import { SimpleDbError } from './errors.ts';
import { hasSimpleDb, simpleDbHost, simpleDbRegions } from './regions.ts';

export interface Endpoint {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  /** As in the Host header. */
  host: string;
}

export interface EndpointOptions {
  region?: string | (() => Promise<string>) | undefined;
  endpoint?: string | undefined;
}

/**
 * The endpoint of these options, else of the environment, else AWS's own for the region.
 *
 * @throws SimpleDbError `ConfigurationError` if there is none
 */
export async function resolveEndpoint(
  { region, endpoint }: EndpointOptions,
  environment: SimpleDbEnvironment = readEnvironment(),
): Promise<Endpoint> {
  const url = endpoint ?? environment.endpoint;
  if (url !== undefined) return parseEndpoint(url);
  const name = (typeof region === 'function' ? await region() : region) ?? environment.region;
  if (name === undefined) throw unusable('No region: give `region`, or set AWS_REGION');
  if (!hasSimpleDb(name)) {
    throw unusable(`SimpleDB is not in ${name}; it is in ${simpleDbRegions.join(', ')}`);
  }
  return parseEndpoint(`https://${simpleDbHost(name)}`);
}

function parseEndpoint(url: string): Endpoint {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) {
    throw unusable(`The endpoint ${JSON.stringify(url)} is not an http or https URL`);
  }
  const { protocol, hostname, port, pathname, host } = parsed;
  return { protocol, hostname, ...(port && { port: Number(port) }), path: pathname, host };
}

function unusable(message: string): SimpleDbError {
  return new SimpleDbError('ConfigurationError', message);
}
