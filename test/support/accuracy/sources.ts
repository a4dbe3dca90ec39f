import { findServed, type IssuedGeneration, stepTimeline } from './timeline.ts';

/** The seconds `from` ≤ second < `to`. */
export interface SecondSpan {
  from: number;
  to: number;
}

/** A response to one request. Times are seconds after the start of the history, by AWS's clock. */
export interface CredentialsDocument {
  accessKeyId: string;
  lastUpdated: number | null;
  expiration: number;
}

export interface SimulatedSource {
  respond(second: number): CredentialsDocument;
  /** The shortest remaining validity that a request at the beginning of this second could return. */
  remainingAt(second: number): number;
  /** The shortest remaining validity of any request in these seconds. Infinite if there are none. */
  minimumIn(seconds: SecondSpan): number;
  /** When a generation began to be served, for each endpoint. Empty for credentials per request. */
  rotations: readonly number[];
  /** The longest validity of any credentials. */
  longestValidity: number;
}

/** What `LastUpdated` states: the issue time, the time of the response, or nothing. */
export type Dating = 'issue-time' | 'response-time' | 'undated';

/** Chooses the endpoint that responds to the next request. */
export type Route = () => number;

/** One or several endpoints, each with its own generations. */
export function serve(
  endpoints: readonly (readonly IssuedGeneration[])[],
  dating: Dating,
  route: Route = () => 0,
): SimulatedSource {
  const finders = endpoints.map(findServed);
  const scanners = endpoints.map(findServed);
  const remainingAt = (second: number) => {
    let worst = Number.POSITIVE_INFINITY;
    for (const scan of scanners) worst = Math.min(worst, scan(second).expiration - second);
    return worst;
  };
  return {
    respond(second) {
      const endpoint = route();
      const find = finders[endpoint];
      if (find === undefined) throw new RangeError(`there is no endpoint ${endpoint}`);
      const { id, issuedAt, expiration } = find(second);
      const lastUpdated = { 'issue-time': issuedAt, 'response-time': second, undated: null }[dating];
      return { accessKeyId: formatKeyId(endpoint, id), lastUpdated, expiration };
    },
    remainingAt,
    minimumIn: (seconds) => Math.min(...endpoints.map((issued) => stepTimeline(issued, seconds))),
    rotations: endpoints.flatMap((issued) => issued.slice(1).map(({ servedFrom }) => servedFrom)),
    longestValidity: Math.max(...endpoints.flat().map(({ issuedAt, expiration }) => expiration - issuedAt)),
  };
}

/** Issues new credentials for every request. */
export function issuePerRequest(lifetime: number, dating: Dating): SimulatedSource {
  let requests = 0;
  return {
    respond(second) {
      requests += 1;
      return {
        accessKeyId: formatKeyId(0, requests),
        lastUpdated: dating === 'undated' ? null : second,
        expiration: second + lifetime,
      };
    },
    remainingAt: () => lifetime,
    minimumIn: ({ from, to }) => (from < to ? lifetime : Number.POSITIVE_INFINITY),
    rotations: [],
    longestValidity: lifetime,
  };
}

const formatKeyId = (endpoint: number, id: number) => `ASIA${String(endpoint * 1e9 + id).padStart(16, '0')}`;

export const ROUTINGS = ['alternating', 'sticky', 'skewed'] as const;
export type Routing = (typeof ROUTINGS)[number];

/** How a load balancer distributes the requests of one client. */
export function createRoute(routing: Routing, endpoints: number, random: () => number): Route {
  if (routing === 'alternating') {
    let requests = 0;
    return () => requests++ % endpoints;
  }
  if (routing === 'skewed') {
    // The first endpoint gets two thirds to nine tenths of the requests.
    const firstShare = 0.66 + 0.24 * random();
    return () => (random() < firstShare ? 0 : 1 + Math.floor(random() * (endpoints - 1)));
  }
  const switchShare = 0.03 + 0.27 * random();
  let current = Math.floor(random() * endpoints);
  return () => {
    if (random() < switchShare) current = (current + 1 + Math.floor(random() * (endpoints - 1))) % endpoints;
    return current;
  };
}
