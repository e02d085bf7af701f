/** What SendCommand takes and refuses. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html */

/** Thrown to answer an error of SSM. */
export class SsmRefusal extends Error {
  override name = 'SsmRefusal';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export interface SendRequest {
  instanceIds: string[];
  script: string;
  comment: string;
  timeoutSeconds: number;
  executionSeconds: number;
}

type Parameters = Readonly<Record<string, unknown>>;

const document = 'AWS-RunShellScript';
const mostInstances = 50;
const longestComment = 100;
/** TimeoutSeconds: "Minimum value of 30. Maximum value of 2592000." */
const delivery = { least: 30, most: 2_592_000, usual: 3_600 };
/** executionTimeout of the document: "Default is 3600 (1 hour). Maximum is 172800 (48 hours)." */
const execution = { least: 1, most: 172_800, usual: 3_600 };

export function readSend(parameters: Parameters): SendRequest {
  if (parameters['DocumentName'] !== document) {
    throw new SsmRefusal('InvalidDocument', `The local AWS has the document ${document} only.`);
  }
  const comment = textIn(parameters, 'Comment');
  if (comment.length > longestComment)
    throw invalid('comment', `length less than or equal to ${longestComment}`);
  const ofDocument = asRecord(parameters['Parameters']);
  const surplus = Object.keys(ofDocument).filter((key) => !documentParameters.has(key));
  if (surplus.length > 0)
    throw new SsmRefusal('InvalidParameters', `${document} has no ${surplus.join(', ')}.`);
  return {
    instanceIds: readInstances(parameters),
    script: readScript(ofDocument),
    comment,
    timeoutSeconds: readTimeout(parameters['TimeoutSeconds']),
    executionSeconds: readExecutionTimeout(ofDocument),
  };
}

const documentParameters = new Set(['commands', 'executionTimeout']);

function readInstances(parameters: Parameters): string[] {
  if (parameters['Targets'] !== undefined) {
    throw new SsmRefusal('NotImplemented', 'The local AWS sends commands by InstanceIds only.', 501);
  }
  const ids = textsIn(parameters, 'InstanceIds');
  if (ids.length === 0 || ids.length > mostInstances)
    throw invalid('instanceIds', `1 to ${mostInstances} members`);
  if (new Set(ids).size < ids.length)
    throw new SsmRefusal('DuplicateInstanceId', 'An instance is named twice.');
  return ids;
}

function readScript(ofDocument: Parameters): string {
  const lines = textsIn(ofDocument, 'commands');
  if (lines.length === 0) throw new SsmRefusal('InvalidParameters', 'commands is missing.');
  return lines.join('\n');
}

function readTimeout(value: unknown): number {
  const { least, most, usual } = delivery;
  const seconds = value ?? usual;
  if (typeof seconds === 'number' && seconds >= least && seconds <= most) return seconds;
  throw invalid('timeoutSeconds', `value from ${least} to ${most}`);
}

function readExecutionTimeout(ofDocument: Parameters): number {
  const { least, most, usual } = execution;
  const [text = String(usual), ...others] = textsIn(ofDocument, 'executionTimeout');
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= least && seconds <= most && others.length === 0) return seconds;
  throw new SsmRefusal('InvalidParameters', `executionTimeout is ${text}: expected ${least} to ${most}.`);
}

const invalid = (name: string, expected: string): SsmRefusal =>
  new SsmRefusal(
    'ValidationException',
    `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must have ${expected}`,
  );

const asRecord = (value: unknown): Parameters =>
  typeof value === 'object' && value !== null ? { ...value } : {};

export function textIn(parameters: Parameters, name: string): string {
  const value = parameters[name];
  return typeof value === 'string' ? value : '';
}

function textsIn(parameters: Parameters, name: string): string[] {
  const value = parameters[name];
  return Array.isArray(value) ? value.map(String) : [];
}
