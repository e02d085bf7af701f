/** What the client takes from the environment when its options do not say it, by the SDK's own names. */
export interface S3Environment {
  region: string | undefined;
  endpoint: string | undefined;
}

/** The only place of this client that knows of `process.env`. */
export function readEnvironment(environment: NodeJS.ProcessEnv = process.env): S3Environment {
  const ignoreEndpoints = environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true';
  return {
    region: environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || undefined,
    endpoint: ignoreEndpoints
      ? undefined
      : environment['AWS_ENDPOINT_URL_S3'] || environment['AWS_ENDPOINT_URL'] || undefined,
  };
}
