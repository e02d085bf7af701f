/**
 * SimpleDB answered from its documentation: the other side that our own client is tested against, so
 * it shares no code with it. HTTP is the caller's business; `handle` takes a request apart from it.
 */
import { domainMetadata, listDomains } from './domains.ts';
import { missing, SimpleDbError } from './errors.ts';
import { attributeNames, domainName, type Fields, flag, itemName } from './parameters.ts';
import { parseSelect } from './parser.ts';
import { pairXml, select } from './select.ts';
import { checkSignature, type SignatureRules } from './signature.ts';
import { Store, type View } from './store.ts';
import { batchDeleteAttributes, batchPutAttributes, deleteAttributes, putAttributes } from './writes.ts';
import { errorXml, resultXml } from './xml.ts';

export interface SimpleDbRequest {
  /** `POST` or `GET`. */
  method: string;
  path: string;
  /** The `Host` header as sent: it is part of what the client signed. */
  host: string;
  parameters: URLSearchParams;
  /** The body as sent; the request's size limit counts it. */
  rawBody: string;
}

export interface SimpleDbResponse {
  status: number;
  /** XML. */
  body: string;
}

export interface SimpleDbOptions {
  /** The account's clock; it only dates `DomainMetadata`, and time stamps where those are checked. */
  now?: () => Date;
  /** At most so many items on a page of Select, whatever its limit says. */
  pageSize?: number;
  /**
   * Cuts pages of Select short, as SimpleDB does after 5 seconds: given the number of the page
   * (counted from 1 over all Selects since `reset`), how many items at most it holds. 0 answers an
   * empty page with a `NextToken`. Undefined: not cut.
   */
  cutPages?: (page: number) => number | undefined;
  /** Reads without `ConsistentRead=true` answer the state before the last write. */
  staleReads?: boolean;
  /** Secret keys by access key id; default: `{ test: 'test' }`. */
  secrets?: Readonly<Record<string, string>>;
  /** Where access keys are looked up that `secrets` lacks: the secret, or undefined to refuse the key. */
  secretFor?: (accessKeyId: string) => string | undefined;
  /** Refuses time stamps this far from `now`; SimpleDB's own limit is 900. Default: not checked. */
  maxSkewSeconds?: number;
}

export interface SimpleDb {
  handle(request: SimpleDbRequest): SimpleDbResponse;
  /** Makes another access key valid; lasts beyond `reset`. */
  register(accessKeyId: string, secretAccessKey: string): void;
  /** Forgets every domain. */
  reset(): void;
}

interface Call {
  fields: Fields;
  store: Store;
  now: () => Date;
  options: SimpleDbOptions;
  /** Counts Selects. */
  nextPage: () => number;
}

// BatchPutAttributes and BatchDeleteAttributes: "1 MB request size"; a body of one of the others is
// smaller by its own limits. The guide names no code for it.
const MAX_REQUEST_BYTES = 1024 * 1024;
const API_VERSION = '2009-04-15';

/** Answered without a result. */
const WRITES = new Map<string, (store: Store, fields: Fields) => void>([
  ['CreateDomain', (store, fields) => store.create(domainName(fields))],
  ['DeleteDomain', (store, fields) => store.delete(domainName(fields))],
  ['PutAttributes', putAttributes],
  ['BatchPutAttributes', batchPutAttributes],
  ['DeleteAttributes', deleteAttributes],
  ['BatchDeleteAttributes', batchDeleteAttributes],
]);

/** Each returns the content of its `<…Result>`. */
const READS = new Map<string, (call: Call) => string>([
  ['ListDomains', ({ store, fields }) => listDomains(store, fields)],
  ['DomainMetadata', ({ store, fields, now }) => domainMetadata(store.domain(domainName(fields)), now())],
  ['GetAttributes', getAttributes],
  ['Select', runSelect],
]);

/** Makes an empty SimpleDB. */
export function createSimpleDb(options: SimpleDbOptions = {}): SimpleDb {
  const store = new Store();
  const now = options.now ?? (() => new Date());
  const secrets = new Map(Object.entries(options.secrets ?? { test: 'test' }));
  let pages = 0;
  const rules: SignatureRules = {
    secretFor: (accessKeyId) => secrets.get(accessKeyId) ?? options.secretFor?.(accessKeyId),
    now,
    maxSkewSeconds: options.maxSkewSeconds,
  };
  const nextPage = (): number => {
    pages += 1;
    return pages;
  };
  return {
    handle: (request) => {
      try {
        const action = admit(request, rules);
        const fields = new Map(request.parameters);
        const result = run(action, { fields, store, now, options, nextPage });
        return { status: 200, body: resultXml(action, result) };
      } catch (error) {
        if (!(error instanceof SimpleDbError)) throw error;
        return { status: error.status, body: errorXml(error.code, error.message) };
      }
    },
    register: (accessKeyId, secretAccessKey) => {
      secrets.set(accessKeyId, secretAccessKey);
    },
    reset: () => {
      store.clear();
      pages = 0;
    },
  };
}

/** Checks what is common to all requests and returns the action. */
function admit(request: SimpleDbRequest, rules: SignatureRules): string {
  const { method, parameters, rawBody } = request;
  if (method !== 'GET' && method !== 'POST') {
    throw new SimpleDbError('UnsupportedHttpVerb', `The requested HTTP verb is not supported: ${method}.`);
  }
  if (Buffer.byteLength(rawBody) > MAX_REQUEST_BYTES) {
    throw new SimpleDbError(
      'InvalidHttpRequest',
      'The HTTP request is invalid. Reason: it is larger than 1 MB.',
    );
  }
  const action = parameters.get('Action');
  if (!action) throw new SimpleDbError('MissingAction', 'No action was supplied with this request.');
  checkSignature(request, rules);
  const version = parameters.get('Version');
  if (!version) throw missing('Version');
  if (version !== API_VERSION) {
    throw new SimpleDbError(
      'NoSuchVersion',
      `The requested version (${version}) of service AmazonSimpleDB does not exist.`,
    );
  }
  return action;
}

function run(action: string, call: Call): string | undefined {
  const read = READS.get(action);
  if (read !== undefined) return read(call);
  const write = WRITES.get(action);
  if (write === undefined) {
    throw new SimpleDbError('InvalidAction', `The action ${action} is not valid for this web service.`);
  }
  write(call.store, call.fields);
  return undefined;
}

/** SDB_API_GetAttributes.html: an item that does not exist answers an empty set. */
function getAttributes({ fields, store, options }: Call): string {
  const wanted = attributeNames(fields);
  const item = viewOf(store, domainName(fields), fields, options).get(itemName(fields));
  return [...(item?.attributes ?? [])]
    .filter(([name]) => wanted.size === 0 || wanted.has(name))
    .flatMap(([name, values]) => values.map((value) => pairXml(name, value)))
    .join('');
}

function runSelect({ fields, store, options, nextPage }: Call): string {
  const expression = fields.get('SelectExpression');
  if (expression === undefined) throw missing('SelectExpression');
  const query = parseSelect(expression);
  const view = viewOf(store, query.domain, fields, options);
  const cut = options.cutPages?.(nextPage());
  return select(query, view, fields.get('NextToken'), { pageSize: options.pageSize, cut });
}

function viewOf(store: Store, name: string, fields: Fields, options: SimpleDbOptions): View {
  const consistent = flag(fields, 'ConsistentRead') ?? false;
  const domain = store.domain(name);
  return options.staleReads === true && !consistent ? domain.past() : domain;
}
