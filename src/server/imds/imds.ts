import type { Answer, Inquiry, Refusal, Reply, Responder } from '../inquiry.ts';
import type { Simulation } from '../simulation.ts';
import { METADATA_VERSIONS } from '../tree/default-tree.ts';
import { iamEntry, isIamPath } from './imds-iam.ts';
import { dataAnswer, emptyAnswer, pageAnswer, redirectAnswer } from './imds-wire.ts';
import type { LiveEntry } from './live-entry.ts';
import type { TokenState } from './metadata-tokens.ts';
import { answerTokenRequest, isTokenPath, refuseForeign } from './token-request.ts';

const VERSIONS = new Set<string>(METADATA_VERSIONS);

/** Answers every path: what nobody else knows is an unknown resource of the instance. */
export function imdsResponder(simulation: Simulation): Responder {
  return (inquiry) => ({
    shape: 'imds',
    credentials: null,
    ...(isTokenPath(inquiry.path) && simulation.imds !== 'v1'
      ? { asked: 'token', apiVersion: '2', answer: answerTokenRequest(inquiry, simulation) }
      : answerData(inquiry, simulation)),
  });
}

export function imdsRefusal({ variants }: Simulation): Refusal {
  return (inquiry, status) =>
    status === 401 && variants.unauthorized === 'empty'
      ? emptyAnswer(inquiry, 401)
      : pageAnswer(inquiry, status, null, variants);
}

function answerData(inquiry: Inquiry, simulation: Simulation): Omit<Reply, 'shape'> {
  const { variants, imds } = simulation;
  const token = imds === 'v1' ? null : checkToken(inquiry, simulation);
  const isIgnored = imds === 'both' && variants['bad-token'] === 'ignored';
  const apiVersion = token === null || (token === 'bad' && isIgnored) ? '1' : '2';
  const plain = (answer: Answer) =>
    ({ asked: 'metadata' as const, apiVersion, answer, credentials: null }) as const;
  const foreign = refuseForeign(inquiry, variants);
  if (foreign !== null) return plain(foreign);
  if (inquiry.method !== 'GET' && inquiry.method !== 'HEAD') {
    return plain(emptyAnswer(inquiry, 405, 'GET, HEAD'));
  }
  if ((token === 'bad' && !isIgnored) || (token === null && imds === 'v2')) {
    return plain(imdsRefusal(simulation)(inquiry, 401));
  }
  const remaining = token === null || token === 'bad' ? null : token.remaining;
  const entry = lookUp(inquiry, simulation, apiVersion);
  if (entry === null) return plain(pageAnswer(inquiry, 404, remaining, variants));
  if (entry.kind === 'redirect') return plain(redirectAnswer(inquiry, entry.location));
  const body = entry.kind === 'directory' ? entry.names.join('\n') : entry.body;
  const { asked = 'metadata', credentials = null, lastModified = simulation.startedAt } = entry;
  const contentType =
    asked === 'metadata' && isUserData(inquiry.path) ? 'application/octet-stream' : 'text/plain';
  return {
    asked,
    apiVersion,
    credentials,
    answer: dataAnswer(inquiry, { body, contentType, lastModified }, remaining, variants),
  };
}

/** Null without a token; an empty one, which some clients send after a failed PUT, counts as none. */
function checkToken(
  { headers, now, faults }: Inquiry,
  { metadataTokens }: Simulation,
): TokenState | 'bad' | null {
  const text = headers['x-aws-ec2-metadata-token'];
  if (text === undefined || text === '') return null;
  const state = metadataTokens.check(String(text), now);
  if (state === null) return 'bad';
  const cut = faults.get('token-lifetime');
  return cut !== undefined && now >= state.issuedAt + cut.seconds * 1000 ? 'bad' : state;
}

function lookUp(inquiry: Inquiry, simulation: Simulation, apiVersion: '1' | '2'): LiveEntry | null {
  const parts = segmentsOf(inquiry.path);
  if (parts === null) return null;
  const [version = '', ...path] = parts;
  if (version === '') return { kind: 'directory', names: METADATA_VERSIONS };
  if (!VERSIONS.has(version)) return null;
  const hasSlash = path.at(-1) === '';
  const named = hasSlash ? path.slice(0, -1) : path;
  if (isIamPath(named)) return iamEntry({ path: named, hasSlash, version, inquiry, simulation, apiVersion });
  const entry = simulation.tree.look(named);
  if (entry === null || (hasSlash && entry.kind === 'leaf')) return null;
  return entry.kind === 'directory' && named.length === 1 && named[0] === 'meta-data'
    ? { ...entry, names: withLiveNames(entry.names, inquiry, simulation) }
    : entry;
}

/** `meta-data/` as its tree has it, and what is not in the tree because it changes with time. */
function withLiveNames(names: readonly string[], { faults }: Inquiry, { shapes }: Simulation): string[] {
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
