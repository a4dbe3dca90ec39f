import type {
  EndpointRequest,
  EndpointResponse,
  ErrorResponder,
  HandledRequest,
  RequestHandler,
} from '../endpoint-request.ts';
import type { Simulation } from '../simulation.ts';
import { METADATA_VERSIONS } from '../tree/default-tree.ts';
import { findIamEntry, isIamPath, type MetadataEntry } from './imds-iam.ts';
import { buildDataResponse, buildEmptyError, buildHtmlError, buildRedirect } from './imds-wire.ts';
import type { TokenState } from './metadata-tokens.ts';
import { handleTokenRequest, isTokenPath, rejectProxyOrBrowser } from './token-request.ts';

const VERSIONS = new Set<string>(METADATA_VERSIONS);

/** Handles every path: an unknown path is an unknown resource of IMDS. */
export function createImdsHandler(simulation: Simulation): RequestHandler {
  return (request) => ({
    shape: 'imds',
    credentials: null,
    ...(isTokenPath(request.path) && simulation.imds !== 'v1'
      ? { kind: 'token', apiVersion: '2', response: handleTokenRequest(request, simulation) }
      : handleDataRequest(request, simulation)),
  });
}

export function createImdsErrorResponder({ variants }: Simulation): ErrorResponder {
  return (request, status) =>
    status === 401 && variants.unauthorized === 'empty'
      ? buildEmptyError(request, 401)
      : buildHtmlError(request, status, null, variants);
}

function handleDataRequest(request: EndpointRequest, simulation: Simulation): Omit<HandledRequest, 'shape'> {
  const { variants, imds } = simulation;
  const token = imds === 'v1' ? null : checkToken(request, simulation);
  const ignoresInvalidToken = imds === 'both' && variants['bad-token'] === 'ignored';
  const apiVersion = token === null || (token === 'invalid' && ignoresInvalidToken) ? '1' : '2';
  const withoutCredentials = (response: EndpointResponse) =>
    ({ kind: 'metadata', apiVersion, response, credentials: null }) as const;
  const rejection = rejectProxyOrBrowser(request, variants);
  if (rejection !== null) return withoutCredentials(rejection);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return withoutCredentials(buildEmptyError(request, 405, 'GET, HEAD'));
  }
  if ((token === 'invalid' && !ignoresInvalidToken) || (token === null && imds === 'v2')) {
    return withoutCredentials(createImdsErrorResponder(simulation)(request, 401));
  }
  const remaining = token === null || token === 'invalid' ? null : token.remaining;
  const entry = findEntry(request, simulation, apiVersion);
  if (entry === null) return withoutCredentials(buildHtmlError(request, 404, remaining, variants));
  if (entry.kind === 'redirect') return withoutCredentials(buildRedirect(request, entry.location));
  const body = entry.kind === 'directory' ? entry.names.join('\n') : entry.body;
  const { requestKind = 'metadata', credentials = null, lastModified = simulation.startedAt } = entry;
  const contentType =
    requestKind === 'metadata' && isUserData(request.path) ? 'application/octet-stream' : 'text/plain';
  return {
    kind: requestKind,
    apiVersion,
    credentials,
    response: buildDataResponse(request, { body, contentType, lastModified }, remaining, variants),
  };
}

/** Returns null without a token. Some clients send an empty token after a failed PUT; it counts as missing. */
function checkToken(
  { headers, now, faults }: EndpointRequest,
  { metadataTokens }: Simulation,
): TokenState | 'invalid' | null {
  const text = headers['x-aws-ec2-metadata-token'];
  if (text === undefined || text === '') return null;
  const state = metadataTokens.check(String(text), now);
  if (state === null) return 'invalid';
  const limit = faults.get('token-lifetime');
  return limit !== null && now >= state.issuedAt + limit.seconds * 1000 ? 'invalid' : state;
}

function findEntry(
  request: EndpointRequest,
  simulation: Simulation,
  apiVersion: '1' | '2',
): MetadataEntry | null {
  const parts = splitPathCached(request.path);
  if (parts === null) return null;
  const [version = '', ...path] = parts;
  if (version === '') return { kind: 'directory', names: METADATA_VERSIONS };
  if (!VERSIONS.has(version)) return null;
  const hasSlash = path.at(-1) === '';
  const segments = hasSlash ? path.slice(0, -1) : path;
  if (isIamPath(segments))
    return findIamEntry({ path: segments, hasSlash, version, request, simulation, apiVersion });
  const entry = simulation.tree.findEntry(segments);
  if (entry === null || (hasSlash && entry.kind === 'leaf')) return null;
  return entry.kind === 'directory' && segments.length === 1 && segments[0] === 'meta-data'
    ? { ...entry, names: addComputedNames(entry.names, request, simulation) }
    : entry;
}

/** Adds the computed directories, which are not in the tree, to the list of `meta-data/`. */
function addComputedNames(
  names: readonly string[],
  { faults }: EndpointRequest,
  { shapes }: Simulation,
): string[] {
  const computed = [
    'identity-credentials/',
    ...(!faults.has('no-role') ? ['iam/'] : []),
    ...(shapes.includes('ecs') ? ['iam-ecs-0/'] : []),
  ];
  // The user's tree may contain one of these names too.
  return [...new Set([...names, ...computed])].sort((one, other) =>
    removeSlash(one) < removeSlash(other) ? -1 : 1,
  );
}

const removeSlash = (name: string) => name.replace(/\/$/, '');

/** Clients request the same few paths. The limit bounds the memory if a client requests many. */
const PATH_CACHE_SIZE = 64;
const pathCache = new Map<string, readonly string[] | null>();

/** Returns null for a path that cannot name a resource: `*`, empty segments, invalid escapes. */
function splitPathCached(path: string): readonly string[] | null {
  const cached = pathCache.get(path);
  if (cached !== undefined) return cached;
  if (pathCache.size >= PATH_CACHE_SIZE) pathCache.clear();
  const split = splitPath(path);
  pathCache.set(path, split);
  return split;
}

function splitPath(path: string): string[] | null {
  if (!path.startsWith('/')) return null;
  try {
    const parts = path.slice(1).split('/').map(decodeURIComponent);
    return parts.some((part, index) => part === '' && index < parts.length - 1) ? null : parts;
  } catch {
    return null;
  }
}

const isUserData = (path: string) => /^\/[^/]+\/user-data$/.test(path);
