import type {
  EndpointRequest,
  EndpointResponse,
  ErrorResponder,
  HandledRequest,
  RequestHandler,
} from '../endpoint-request.ts';
import type { Simulation } from '../simulation.ts';
import { METADATA_VERSIONS } from '../tree/default-tree.ts';
import { findIamEntry, isIamPath } from './imds-iam.ts';
import { buildDataResponse, buildEmptyError, buildHtmlError, buildRedirect } from './imds-wire.ts';
import type { MetadataEntry } from './metadata-entry.ts';
import type { TokenState } from './metadata-tokens.ts';
import { handleTokenRequest, isTokenPath, rejectProxyOrBrowser } from './token-request.ts';

const VERSIONS = new Set<string>(METADATA_VERSIONS);

/** Answers every path: what nobody else knows is an unknown resource of the instance. */
export function createImdsHandler(simulation: Simulation): RequestHandler {
  return (inquiry) => ({
    shape: 'imds',
    credentials: null,
    ...(isTokenPath(inquiry.path) && simulation.imds !== 'v1'
      ? { kind: 'token', apiVersion: '2', response: handleTokenRequest(inquiry, simulation) }
      : answerData(inquiry, simulation)),
  });
}

export function createImdsErrorResponder({ variants }: Simulation): ErrorResponder {
  return (inquiry, status) =>
    status === 401 && variants.unauthorized === 'empty'
      ? buildEmptyError(inquiry, 401)
      : buildHtmlError(inquiry, status, null, variants);
}

function answerData(inquiry: EndpointRequest, simulation: Simulation): Omit<HandledRequest, 'shape'> {
  const { variants, imds } = simulation;
  const token = imds === 'v1' ? null : checkToken(inquiry, simulation);
  const isIgnored = imds === 'both' && variants['bad-token'] === 'ignored';
  const apiVersion = token === null || (token === 'bad' && isIgnored) ? '1' : '2';
  const plain = (answer: EndpointResponse) =>
    ({ kind: 'metadata' as const, apiVersion, response: answer, credentials: null }) as const;
  const foreign = rejectProxyOrBrowser(inquiry, variants);
  if (foreign !== null) return plain(foreign);
  if (inquiry.method !== 'GET' && inquiry.method !== 'HEAD') {
    return plain(buildEmptyError(inquiry, 405, 'GET, HEAD'));
  }
  if ((token === 'bad' && !isIgnored) || (token === null && imds === 'v2')) {
    return plain(createImdsErrorResponder(simulation)(inquiry, 401));
  }
  const remaining = token === null || token === 'bad' ? null : token.remaining;
  const entry = lookUp(inquiry, simulation, apiVersion);
  if (entry === null) return plain(buildHtmlError(inquiry, 404, remaining, variants));
  if (entry.kind === 'redirect') return plain(buildRedirect(inquiry, entry.location));
  const body = entry.kind === 'directory' ? entry.names.join('\n') : entry.body;
  const { requestKind = 'metadata', credentials = null, lastModified = simulation.startedAt } = entry;
  const contentType =
    requestKind === 'metadata' && isUserData(inquiry.path) ? 'application/octet-stream' : 'text/plain';
  return {
    kind: requestKind,
    apiVersion,
    credentials,
    response: buildDataResponse(inquiry, { body, contentType, lastModified }, remaining, variants),
  };
}

/** Null without a token; an empty one, which some clients send after a failed PUT, counts as none. */
function checkToken(
  { headers, now, faults }: EndpointRequest,
  { metadataTokens }: Simulation,
): TokenState | 'bad' | null {
  const text = headers['x-aws-ec2-metadata-token'];
  if (text === undefined || text === '') return null;
  const state = metadataTokens.check(String(text), now);
  if (state === null) return 'bad';
  const cut = faults.get('token-lifetime');
  return cut !== undefined && now >= state.issuedAt + cut.seconds * 1000 ? 'bad' : state;
}

function lookUp(
  inquiry: EndpointRequest,
  simulation: Simulation,
  apiVersion: '1' | '2',
): MetadataEntry | null {
  const parts = segmentsOf(inquiry.path);
  if (parts === null) return null;
  const [version = '', ...path] = parts;
  if (version === '') return { kind: 'directory', names: METADATA_VERSIONS };
  if (!VERSIONS.has(version)) return null;
  const hasSlash = path.at(-1) === '';
  const named = hasSlash ? path.slice(0, -1) : path;
  if (isIamPath(named))
    return findIamEntry({ path: named, hasSlash, version, request: inquiry, simulation, apiVersion });
  const entry = simulation.tree.findEntry(named);
  if (entry === null || (hasSlash && entry.kind === 'leaf')) return null;
  return entry.kind === 'directory' && named.length === 1 && named[0] === 'meta-data'
    ? { ...entry, names: withLiveNames(entry.names, inquiry, simulation) }
    : entry;
}

/** `meta-data/` as its tree has it, and what is not in the tree because it changes with time. */
function withLiveNames(
  names: readonly string[],
  { faults }: EndpointRequest,
  { shapes }: Simulation,
): string[] {
  const live = [
    'identity-credentials/',
    ...(faults.get('no-role') === undefined ? ['iam/'] : []),
    ...(shapes.includes('ecs') ? ['iam-ecs-0/'] : []),
  ];
  // A tree of the user's may name one of them, too.
  return [...new Set([...names, ...live])].sort((one, other) => (bare(one) < bare(other) ? -1 : 1));
}

const bare = (name: string) => name.replace(/\/$/, '');

const segments = new Map<string, readonly string[] | null>();

/** Clients ask for the same few paths; a client that asks for ever new ones must not fill the memory. */
const MOST_REMEMBERED = 64;

/** Null for what no URL of ours can mean: `*`, empty segments, broken escapes. */
function segmentsOf(path: string): readonly string[] | null {
  const known = segments.get(path);
  if (known !== undefined) return known;
  if (segments.size >= MOST_REMEMBERED) segments.clear();
  const split = splitPath(path);
  segments.set(path, split);
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
