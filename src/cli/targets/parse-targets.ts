import { isAbsolute } from 'node:path';
import type { Seconds } from '../../domain/model.ts';
import { findNameProblem } from '../../domain/name.ts';
import { findSimilarWords } from '../../domain/similar-words.ts';
import { parseDuration } from '../../domain/time/duration.ts';
import { hasSecretKeyForm } from '../../key-id.ts';
import { redactText } from '../../redact.ts';
import { parseContainerUrl } from '../../sources/container/settings.ts';
import { isObject, type JsonObject } from '../../sources/document/json-object.ts';
import { type Environment, isVariableSet } from '../../sources/environment/variables.ts';
import { isLoopbackUrl } from '../../sources/http/addresses.ts';
import { parseImdsUrl } from '../../sources/imds/settings.ts';
import { PollError } from '../../sources/poll-error.ts';
import { isRole } from '../../sources/role-name.ts';
import { getMinPollInterval } from '../../watch/poll-schedule.ts';
import { TARGET_SOURCES, type Target } from './target.ts';

export interface ParseContext {
  /** For the variables with authorization tokens. */
  env: Environment;
  /** Null without --interval: the intervals of targets are then not used. */
  defaultInterval: Seconds | null;
}

const MEMBERS = ['host', 'source', 'url', 'role', 'token_file', 'token_env', 'interval'] as const;
type Member = (typeof MEMBERS)[number];

/** Members that only one source accepts. */
const SOURCE_MEMBERS: Readonly<Record<Target['source'], readonly Member[]>> = {
  imds: ['role'],
  container: ['token_file', 'token_env'],
};

/** Names that users give to the authorization token. */
const SECRET_MEMBER = /token|authorization|secret|password|key/i;

const MAX_QUOTED_LENGTH = 40;

/**
 * Validates the content of a targets file. Any value can be a misplaced secret, so messages quote only valid hosts and
 * the names of members and variables.
 * @returns all problems; without problems, at least one target
 */
export function parseTargets(
  document: unknown,
  context: ParseContext,
): { targets: Target[]; problems: string[] } {
  const fail = (...problems: string[]) => ({ targets: [], problems });
  if (!isObject(document)) return fail('the file is not a JSON object: write {"targets": [...]}');
  const { $schema: _, schema_version: version = 1, targets: entries, ...others } = document;
  const problems = Object.keys(others).map((name) =>
    describeUnknownMember(name, ['targets', 'schema_version']),
  );
  if (version !== 1) problems.push(`'schema_version' is unknown: use 1, or update cred-watch`);
  if (!Array.isArray(entries)) return fail(...problems, `'targets' is not a list: write {"targets": [...]}`);
  if (entries.length === 0) problems.push(`'targets' is empty: add at least one target`);
  const targets: Target[] = [];
  const positions = new Map<string, number>();
  for (const [index, entry] of entries.entries()) {
    const found: string[] = [];
    const target = parseTarget(entry, context, (problem) => found.push(problem));
    if (target !== null) {
      const first = findCollision(target, index + 1, positions);
      if (first !== null) found.push(describeCollision(target, first));
      targets.push(target);
    }
    const label = describeTarget(entry, index);
    problems.push(...found.map((problem) => `${label}: ${problem}`));
  }
  return { targets, problems };
}

/** `target 3 (i-0abc)`; only the position if the host is missing or invalid. */
function describeTarget(entry: unknown, index: number): string {
  const host = isObject(entry) && isValidHost(entry.host) ? ` (${entry.host})` : '';
  return `target ${index + 1}${host}`;
}

const isValidHost = (host: unknown): host is string =>
  typeof host === 'string' && findNameProblem(host) === null && !hasSecretKeyForm(host);

/** Returns null if the target has a problem. */
function parseTarget(
  entry: unknown,
  { env, defaultInterval }: ParseContext,
  report: (problem: string) => void,
): Target | null {
  if (!isObject(entry)) {
    report('the target is not an object: write {"host": "i-0abc", "source": "imds"}');
    return null;
  }
  let hasProblem = false;
  const fail = (problem: string): null => {
    hasProblem = true;
    report(problem);
    return null;
  };
  for (const name of Object.keys(entry)) {
    if (!MEMBERS.some((known) => known === name)) fail(describeUnknownMember(name, MEMBERS));
  }
  /** The text of a member. Null if it is missing or has a problem. */
  const read = (name: Member, findProblem: (text: string) => string | null = () => null): string | null => {
    const value = readMember(entry, name);
    if (value === null) return null;
    if (typeof value !== 'string') return fail(`'${name}' is not text: put the value in quotes`);
    const problem = findProblem(value);
    return problem === null ? value : fail(`'${name}' ${problem}`);
  };
  const source = TARGET_SOURCES.find((each) => each === entry.source) ?? fail(describeSource(entry));
  for (const [owner, members] of Object.entries(SOURCE_MEMBERS)) {
    if (source === null || source === owner) continue;
    for (const name of members) {
      if (readMember(entry, name) !== null) fail(`'${name}' is only for the source ${owner}: remove it`);
    }
  }
  const host = read('host', findHostProblem);
  if (readMember(entry, 'host') === null) fail(`'host' is missing: give each target the name of its host`);
  const url = read('url', (text) => (source === null ? null : findUrlProblem(source, text)));
  if (source === 'container' && readMember(entry, 'url') === null) {
    fail(`'url' is missing: a container needs the URL of its credentials`);
  }
  const role = read('role', (text) => (isRole(text) ? null : 'is not a role: use its name or its ARN'));
  const tokenFile = read('token_file', (text) => (isAbsolute(text) ? null : 'is not an absolute path'));
  const tokenVariable = read('token_env', (text) => findVariableProblem(text, env));
  if (tokenFile !== null && tokenVariable !== null) {
    fail(`'token_file' and 'token_env' cannot be combined: remove one`);
  }
  const intervalText = read('interval', findDurationProblem);
  const interval = intervalText === null ? null : parseDuration(intervalText);
  const isUsed = source !== null && defaultInterval !== null;
  if (isUsed && isTooShort(interval ?? defaultInterval, source, url)) {
    const name = interval === null ? '--interval' : `'interval'`;
    fail(`${name} is too short: use at least 10s; only loopback addresses may be polled more often`);
  }
  if (hasProblem || source === null || host === null) return null;
  return { host, source, url, role, tokenFile, tokenVariable, interval };
}

/** Terraform writes null for a value that is not set. */
const readMember = (entry: JsonObject, name: Member): unknown => entry[name] ?? null;

function describeUnknownMember(name: string, known: readonly string[]): string {
  const shown = redactText(name.slice(0, MAX_QUOTED_LENGTH));
  const [similar] = findSimilarWords(name.slice(0, MAX_QUOTED_LENGTH).toLowerCase(), known);
  if (similar !== undefined) return `unknown member '${shown}': did you mean '${similar}'?`;
  if (SECRET_MEMBER.test(name)) {
    return `unknown member '${shown}': secrets do not belong in this file; use 'token_file' or 'token_env'`;
  }
  return `unknown member '${shown}': use ${known.join(', ')}`;
}

function describeSource({ source }: JsonObject): string {
  const choices = TARGET_SOURCES.join(' or ');
  return source === undefined || source === null
    ? `'source' is missing: use ${choices}`
    : `'source' is unknown: use ${choices}; other sources have no endpoint`;
}

function findHostProblem(host: string): string | null {
  const problem = findNameProblem(host);
  if (problem !== null) return `is not a valid name: ${problem}`;
  return hasSecretKeyForm(host) ? 'has the form of a secret key: use another name' : null;
}

function findUrlProblem(source: Target['source'], text: string): string | null {
  const url = source === 'imds' ? parseImdsUrl({ name: '', value: text }) : parseContainerUrl(text, '');
  return url instanceof PollError ? url.detail.trim() : null;
}

function findVariableProblem(name: string, env: Environment): string | null {
  if (!/^[A-Za-z_]\w{0,99}$/.test(name))
    return 'is not the name of a variable: do not put the token itself here';
  if (isVariableSet(env, name)) return null;
  // A token can have the form of a name.
  return redactText(name) === name
    ? `names the variable ${name}, which is not set: set it`
    : 'names a variable that is not set: set it, and do not put the token itself here';
}

function findDurationProblem(text: string): string | null {
  const seconds = parseDuration(text);
  if (seconds === null) return 'is not a duration: use 90s, 15m, 1h30m, 5h, 7d or PT5H';
  return seconds === 0 ? 'is too short: use at least 1s' : null;
}

function isTooShort(interval: Seconds, source: Target['source'], text: string | null): boolean {
  const url = text !== null && URL.canParse(text) ? new URL(text) : null;
  const loopback = url !== null && isLoopbackUrl(url);
  return interval < getMinPollInterval({ endpoint: { url: source, loopback } });
}

/**
 * Finds an earlier target whose polls would be recorded in the same series. The host and the source identify a
 * series, and with IMDS also the role, if both targets name it.
 * @returns the position of that target, from 1
 */
function findCollision(target: Target, position: number, positions: Map<string, number>): number | null {
  const { host, source, role } = target;
  const all = JSON.stringify([host, source]);
  const exact = JSON.stringify([host, source, role]);
  // A target without a role can get any role, so no other target may have its host.
  const first =
    role === null ? positions.get(all) : (positions.get(exact) ?? positions.get(`${all} any role`));
  if (!positions.has(all)) positions.set(all, position);
  if (!positions.has(exact)) positions.set(exact, position);
  if (role === null && !positions.has(`${all} any role`)) positions.set(`${all} any role`, position);
  return first ?? null;
}

const describeCollision = ({ source }: Target, first: number): string =>
  `target ${first} has the same host and source (${source}), so their samples would be mixed: use different hosts`;
