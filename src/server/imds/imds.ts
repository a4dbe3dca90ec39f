import { memoize } from '../cache.ts';
import type { EndpointRequest, EndpointResponse, ShapeResult } from '../endpoint-request.ts';
import type { EndpointState } from '../endpoint-state.ts';
import { METADATA_VERSIONS } from '../tree/default-tree.ts';
import { findIamEntry, isIamPath, type MetadataEntry } from './imds-iam.ts';
import { buildDataResponse, buildEmptyError, buildHtmlError, buildRedirect } from './imds-wire.ts';
import type { TokenState } from './metadata-tokens.ts';
import { handleTokenRequest, isTokenPath, rejectProxyOrBrowser } from './token-request.ts';

const VERSIONS = new Set<string>(METADATA_VERSIONS);

/** Handles every path: an unknown path is an unknown resource of IMDS. */
export function handleImdsRequest(request: EndpointRequest, state: EndpointState): ShapeResult {
  const { variants, imds } = state;
  if (isTokenPath(request.path) && imds !== 'v1') {
    return { kind: 'token', apiVersion: '2', response: handleTokenRequest(request, state) };
  }
  const token = imds === 'v1' ? null : checkToken(request, state);
  const apiVersion = token === null ? '1' : '2';
  const withoutCredentials = (response: EndpointResponse) =>
    ({ kind: 'metadata', apiVersion, response }) as const;
  const rejection = rejectProxyOrBrowser(request, variants);
  if (rejection !== null) return withoutCredentials(rejection);
  const remaining = token === null || token === 'invalid' ? null : token.remaining;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return withoutCredentials(buildEmptyError(request, 405, 'GET, HEAD', remaining));
  }
  if (token === 'invalid' || (token === null && imds === 'v2')) {
    return withoutCredentials(buildImdsError(request, 401, state));
  }
  const entry = findEntry(request, state, apiVersion);
  if (entry === null) return withoutCredentials(buildHtmlError(request, 404, remaining, variants));
  if (entry.kind === 'redirect') return withoutCredentials(buildRedirect(request, entry.location));
  if (entry.kind === 'unavailable') {
    const response = buildHtmlError(request, 503, remaining, variants, state.issuer.getRetryAfter());
    return { kind: entry.requestKind, apiVersion, response };
  }
  const body = entry.kind === 'directory' ? entry.names.join('\n') : entry.body;
  const { requestKind = 'metadata', credentials = null, lastModified = state.startedAt } = entry;
  const contentType =
    requestKind === 'metadata' && isUserData(request.path) ? 'application/octet-stream' : 'text/plain';
  return {
    kind: requestKind,
    apiVersion,
    credentials,
    response: buildDataResponse(request, { body, contentType, lastModified }, remaining, variants),
  };
}

export const buildImdsError = (request: EndpointRequest, status: number, { variants }: EndpointState) =>
  status === 401 && variants.unauthorized === 'empty'
    ? buildEmptyError(request, 401)
    : buildHtmlError(request, status, null, variants);

/** Returns null without a token. Some clients send an empty token after a failed PUT; it counts as missing. */
function checkToken(
  { headers, now, faults }: EndpointRequest,
  { metadataTokens, imds, variants }: EndpointState,
): TokenState | 'invalid' | null {
  const text = headers['x-aws-ec2-metadata-token'];
  if (text === undefined || text === '') return null;
  const state = metadataTokens.check(String(text), now);
  const limit = faults.get('token-lifetime')?.seconds ?? Number.POSITIVE_INFINITY;
  if (state !== null && now < state.issuedAt + limit * 1000) return state;
  return imds === 'both' && variants['bad-token'] === 'ignored' ? null : 'invalid';
}

function findEntry(
  request: EndpointRequest,
  state: EndpointState,
  apiVersion: '1' | '2',
): MetadataEntry | null {
  const parts = splitPath(request.path);
  if (parts === null) return null;
  const [version = '', ...path] = parts;
  if (version === '') return { kind: 'directory', names: METADATA_VERSIONS };
  if (!VERSIONS.has(version)) return null;
  const hasSlash = path.at(-1) === '';
  const segments = hasSlash ? path.slice(0, -1) : path;
  if (isIamPath(segments, state))
    return findIamEntry({ path: segments, hasSlash, version, request, state, apiVersion });
  const entry = state.tree.findEntry(segments);
  if (entry === null || (hasSlash && entry.kind === 'leaf' && !isZone(segments))) return null;
  return entry.kind === 'directory' && segments.length === 1 && segments[0] === 'meta-data'
    ? { ...entry, names: addComputedNames(entry.names, request, state) }
    : entry;
}

/** botocore reads the region from the zone, whose path it requests with a slash at the end. */
const isZone = (segments: readonly string[]) =>
  segments.join('/') === 'meta-data/placement/availability-zone';

/** Adds the computed directories, which are not in the tree, to the list of `meta-data/`. */
function addComputedNames(
  names: readonly string[],
  { faults }: EndpointRequest,
  { credentialsDirectories }: EndpointState,
): string[] {
  const computed = [...credentialsDirectories]
    .filter((name) => name !== 'iam' || !faults.has('no-role'))
    .map((name) => `${name}/`);
  // The user's tree may contain one of these names too.
  return [...new Set([...names, ...computed])].sort((one, other) =>
    removeSlash(one) < removeSlash(other) ? -1 : 1,
  );
}

const removeSlash = (name: string) => name.replace(/\/$/, '');

/** Returns null for a path that cannot name a resource: `*`, empty segments, invalid escapes. */
const splitPath = memoize((path: string): readonly string[] | null => {
  if (!path.startsWith('/') || path.includes('//')) return null;
  try {
    return path.slice(1).split('/').map(decodeURIComponent);
  } catch {
    return null;
  }
});

const isUserData = (path: string) => /^\/[^/]+\/user-data$/.test(path);
