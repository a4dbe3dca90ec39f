import { groupBy } from '../../lists.ts';
import { type Client, SDKS, type Sdk } from '../clients.ts';

/** How long an endpoint took to respond, in milliseconds. */
export interface ResponseTimes {
  /** The slowest response to a request for a role or for credentials. */
  slowestMs: number;
  /** The slowest token of IMDS. Null without a token. */
  tokenMs: number | null;
  /** The time limit of AWS_METADATA_SERVICE_TIMEOUT, or of the profile. Null if it is not set, and for containers. */
  configuredMs: number | null;
}

type Endpoint = 'imds' | 'container';

/**
 * How long each client waits for one response, in milliseconds. Further attempts are as slow. Absent: as long as the
 * probe, or without a limit. Sources: the code of the SDKs, and `test/peers`, which runs some of them.
 */
const LIMITS: Readonly<Record<Endpoint, Readonly<Partial<Record<Client, number>>>>> = {
  imds: {
    botocore: 1000,
    java: 1000,
    go: 500,
    javascript: 1000,
    rust: 1000,
    // Also for rclone, which uses the chain of Go.
    terraform: 500,
    ruby: 1000,
    php: 1000,
  },
  container: { botocore: 2000, java: 1000, rust: 5000, ruby: 5000, php: 1000 },
};

/** The clients that read AWS_METADATA_SERVICE_TIMEOUT. Of Java, only newer versions read it. */
const READERS_OF_LIMIT: readonly Client[] = ['botocore', 'php'];
const READERS_BY_VERSION: readonly Client[] = ['java'];

/** Clients without IMDSv1. Others request the credentials without a token if the token is late. */
const WITHOUT_IMDS_V1: readonly Client[] = ['rust'];

/** The response is slower than `limitMs`. Null: versions of the client have different limits. */
export interface SlowResponse {
  responseMs: number;
  limitMs: number | null;
}

/**
 * The response for which a client does not wait. Null if it waits for all responses.
 * @param doesImdsV1Work null if not tried
 */
export function findSlowResponse(
  endpoint: Endpoint,
  { slowestMs, tokenMs, configuredMs }: ResponseTimes,
  client: Client,
  doesImdsV1Work: boolean | null,
): SlowResponse | null {
  const usual = LIMITS[endpoint][client] ?? Number.POSITIVE_INFINITY;
  const needsToken = endpoint === 'imds' && (doesImdsV1Work === false || WITHOUT_IMDS_V1.includes(client));
  const responseMs = Math.max(slowestMs, needsToken ? (tokenMs ?? 0) : 0);
  if (configuredMs !== null && READERS_BY_VERSION.includes(client)) {
    const isSlowForSome = responseMs > Math.min(usual, configuredMs);
    const isSlowForAll = responseMs > Math.max(usual, configuredMs);
    return isSlowForSome
      ? { responseMs, limitMs: isSlowForAll ? Math.max(usual, configuredMs) : null }
      : null;
  }
  const limitMs = configuredMs !== null && READERS_OF_LIMIT.includes(client) ? configuredMs : usual;
  return responseMs > limitMs ? { responseMs, limitMs } : null;
}

const MIN_LIMITS_MS = {
  imds: Math.min(...Object.values(LIMITS.imds)),
  container: Math.min(...Object.values(LIMITS.container)),
};

/** Whether some client uses IMDSv1, because the token is late. */
export const isTokenLate = (times: ResponseTimes | null): boolean =>
  (times?.tokenMs ?? 0) > MIN_LIMITS_MS.imds;

/** Whether some client may not wait for the response. */
export const isSlow = (endpoint: Endpoint, times: ResponseTimes): boolean =>
  Math.max(times.slowestMs, times.tokenMs ?? 0) >
  Math.min(MIN_LIMITS_MS[endpoint], times.configuredMs ?? Number.POSITIVE_INFINITY);

/** SDKs that do not wait for the same response. */
export interface ImpatientSdks {
  sdks: Sdk[];
  responseMs: number;
  isToken: boolean;
  /** These SDKs use IMDSv1 if it works. */
  canUseV1: boolean;
}

/** The SDKs that do not wait for these responses. It is not known whether IMDSv1 works. */
export function findImpatientSdks(endpoint: Endpoint, times: ResponseTimes): ImpatientSdks[] {
  const found = SDKS.flatMap((sdk) => {
    const withV1 = findSlowResponse(endpoint, times, sdk, true);
    const slow = withV1 ?? findSlowResponse(endpoint, times, sdk, false);
    // Null: only some versions of the SDK stop waiting.
    return slow === null || slow.limitMs === null ? [] : [{ sdk, ...slow, canUseV1: withV1 === null }];
  });
  const groups = groupBy(found, ({ responseMs, canUseV1 }) => `${responseMs} ${canUseV1}`);
  return [...groups.values()].map((group) => {
    const [{ responseMs, canUseV1 }] = group;
    const isToken = responseMs !== times.slowestMs;
    return { sdks: group.map(({ sdk }) => sdk), responseMs, isToken, canUseV1 };
  });
}
