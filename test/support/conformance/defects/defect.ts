import type { Clock } from '../../../../src/clock.ts';
import type { CheckId } from '../../../../src/domain/conformance/check-list.ts';
import type { Handler, Request, Response } from '../loopback-server.ts';

export interface DefectContext {
  clock: Clock;
  /** Ends the server as a crash does. */
  crash(): void;
}

/** One wrong behaviour of an endpoint that otherwise behaves well. */
export interface Defect {
  /** The behaviour, as a fact. */
  name: string;
  /** The checks that must report it. No other check may fail. */
  checks: readonly CheckId[];
  /** Wraps the handler of a well-behaved endpoint. */
  apply(handle: Handler, context: DefectContext): Handler;
}

export const TOKEN_PATH = '/latest/api/token';
export const TTL_HEADER = 'X-Aws-Ec2-Metadata-Token-Ttl-Seconds';

export const isRoleList = (path: string) => /^\/latest\/meta-data\/iam\/security-credentials\/?$/.test(path);
export const isDocument = (path: string) => /\/security-credentials\/[^/]+$/.test(path);

type Match = (request: Request) => boolean;

/** Changes the responses to some requests. */
export const changeResponses =
  (
    matches: Match,
    change: (response: Response, request: Request, context: DefectContext) => Response | null,
  ): Defect['apply'] =>
  (handle, context) =>
  async (request) => {
    const response = await handle(request);
    return response !== null && matches(request) ? change(response, request, context) : response;
  };

/** Responds to some requests without the well-behaved endpoint. Undefined: it responds. */
export const intercept =
  (respond: (request: Request, context: DefectContext) => Response | null | undefined): Defect['apply'] =>
  (handle, context) =>
  (request) => {
    const response = respond(request, context);
    return response === undefined ? handle(request) : response;
  };

/** Ignores request headers, as a server does that does not know them. */
export const ignoreHeaders =
  (names: readonly string[], matches: Match = () => true): Defect['apply'] =>
  (handle) =>
  (request) => {
    if (!matches(request)) return handle(request);
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !names.includes(name)),
    );
    return handle({ ...request, headers });
  };

/** Accepts every Host. */
export const ignoreHost = (matches?: Match): Defect['apply'] => replaceHeader('host', 'localhost', matches);

export const replaceHeader =
  (name: string, value: string, matches: Match = () => true): Defect['apply'] =>
  (handle) =>
  (request) =>
    handle(
      matches(request) && request.headers[name] !== undefined
        ? { ...request, headers: { ...request.headers, [name]: value } }
        : request,
    );

type Fields = Record<string, unknown>;

/** Changes the fields of each credentials document. Undefined removes a field. */
export const changeDocument = (change: (fields: Fields, context: DefectContext) => Fields): Defect['apply'] =>
  changeResponses(
    () => true,
    (response, { method }, context) => {
      const fields = method === 'GET' && response.status === 200 ? parseFields(response.body) : null;
      if (fields === null || !('SecretAccessKey' in fields)) return response;
      return { ...response, body: JSON.stringify({ ...fields, ...change(fields, context) }) };
    },
  );

function parseFields(body: Response['body']): Fields | null {
  try {
    const value: unknown = JSON.parse(String(body));
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

export const combine =
  (...parts: readonly Defect['apply'][]): Defect['apply'] =>
  (handle, context) =>
    parts.reduce((inner, part) => part(inner, context), handle);

export const json = (status: number, value: unknown): Response => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(value),
});

export const plain = (status: number, body = '', headers: Response['headers'] = {}): Response => ({
  status,
  headers: { 'Content-Type': 'text/plain', ...headers },
  body,
});

export const setHeaders = (response: Response, headers: Response['headers']): Response => ({
  ...response,
  headers: { ...response.headers, ...headers },
});

export const removeHeader = (response: Response, name: string): Response => ({
  ...response,
  headers: Object.fromEntries(
    Object.entries(response.headers).filter(([each]) => each.toLowerCase() !== name.toLowerCase()),
  ),
});
