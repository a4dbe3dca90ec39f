import { isIP } from 'node:net';

import type { FailureFacts } from '../../domain/model.ts';
import type { PollNote } from '../../domain/poll-note.ts';
import { addNoteOfBlanks } from '../document/named-value.ts';
import { type Environment, isVariableSet, readVariable } from '../environment/variables.ts';
import {
  addNotesOfSpelling,
  isLoopbackAddress,
  normalizeAddress,
  removeBrackets,
  resolveHost,
  resolveWithoutDns,
} from '../http/addresses.ts';
import type { Endpoint } from '../http/exchange.ts';
import { Notes } from '../notes.ts';
import { createInvalidSettingError, PollError } from '../poll-error.ts';
import type { SourceOptions } from '../source.ts';

const RELATIVE = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
const FULL = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const SERVICE = 'AWS_CONTAINER_SERVICE_ENDPOINT';

const ECS_AGENT = 'http://169.254.170.2';

/** If either URI is set, all SDKs except Java use the container endpoint and never IMDS. */
export function isContainerEndpointSet(env: Environment): boolean {
  return isVariableSet(env, RELATIVE) || isVariableSet(env, FULL);
}

/** Why most SDKs fail if the URI consists of blanks. Null if it does not. */
export function findUriOfBlanks(env: Environment): (FailureFacts & { code: 'POLL_FAILED' }) | null {
  const name = [RELATIVE, FULL].find((each) => env[each]);
  if (name === undefined || env[name]?.trim() !== '') return null;
  return {
    code: 'POLL_FAILED',
    reason: 'invalid-configuration',
    detail: `${name} consists of blanks`,
    misconfiguration: { code: 'INVALID_SETTING', name },
    possibleHopLimit: false,
  };
}

/** Notes on the text of the URI, which make some SDKs fail or use another provider. Needs no request. */
export function findUriNotes(env: Environment): PollNote[] {
  const notes = new Notes();
  readCredentialsUrl(env, notes);
  return notes.list.filter(({ code }) => code === 'VALUE_HAS_BLANKS' || code === 'ADDRESS_ONLY_SOME_SDKS');
}

/** The variable to unset if no server listens at the URL of {@link readCredentialsUrl}. */
export function findAddressVariable(env: Environment): string {
  if (!isVariableSet(env, RELATIVE)) return FULL;
  return isVariableSet(env, SERVICE) ? SERVICE : RELATIVE;
}

/** A source other than the container endpoint does not read these variables, but some SDKs fail on them. */
export function addNotesOfBlankUris(env: Environment, notes: Notes): void {
  for (const name of [RELATIVE, FULL]) readVariable(env, name, notes);
}

/** The URL of the credentials. Its path and query are confidential: on ECS they grant the credentials. */
export function readCredentialsUrl(env: Environment, notes: Notes): URL | PollError {
  const relative = readVariable(env, RELATIVE, notes);
  const full = readVariable(env, FULL, notes);
  if (relative === null) {
    if (full === null)
      return new PollError('invalid-configuration', `neither ${RELATIVE} nor ${FULL} is set`);
    const url = parseContainerUrl(full, FULL);
    if (!(url instanceof PollError)) addNotesOfSpelling({ name: FULL, value: full }, url, notes);
    return url;
  }
  if (full !== null) notes.add({ code: 'TWO_URIS_SET' });
  const service = readVariable(env, SERVICE, notes);
  if (service !== null) notes.add({ code: 'SERVICE_ENDPOINT_OVERRIDDEN' });
  const base = service === null ? new URL(ECS_AGENT) : parseContainerUrl(service, SERVICE);
  if (base instanceof PollError) return base;
  // Appended to the host, `.example.com/` or `@example.com/` would result in another host.
  if (!relative.startsWith('/')) {
    const problem = /^\s/.test(relative) ? 'begins with a blank' : 'does not begin with a slash';
    return createInvalidSettingError(RELATIVE, problem);
  }
  addNoteOfBlanks({ name: RELATIVE, value: relative }, notes);
  return new URL(`${base.origin}${base.pathname.replace(/\/$/, '')}${relative}`);
}

/** Text that `URL` repairs is no URL for most SDKs: `http:/host`, backslashes, and blanks inside. */
const PLAIN_URL = /^\s*https?:\/\/[^\s\\/][^\s\\]*\s*$/i;

/**
 * Parses an absolute URL. Applies the host rule of the SDKs to addresses, but does not resolve names. `URL`
 * normalizes unusual spellings of an address (`127.1`, `0x7f.1`, `2130706433`).
 */
export function parseContainerUrl(text: string, variable: string): URL | PollError {
  const url = PLAIN_URL.test(text) && URL.canParse(text) ? new URL(text) : null;
  if (url === null) {
    return createInvalidSettingError(variable, 'is not an absolute http or https URL');
  }
  const host = removeBrackets(url);
  if (url.protocol === 'http:' && isIP(host) !== 0 && !isAllowedAddress(host))
    return createHostNotAllowedError(variable);
  if (`${url.username}${url.password}` === '') return url;
  return createInvalidSettingError(variable, 'contains a user name or a password');
}

function createHostNotAllowedError(variable: string): PollError {
  const detail = `${variable} is a plain http URL with a host that is neither loopback nor an AWS agent`;
  return new PollError('host-not-allowed', detail);
}

/**
 * Any host is allowed over https. Over http, every address of a host name must be allowed. The connection
 * goes to one of these addresses, because a second lookup could return others. No name server is queried:
 * only loopback names can be allowed, and the hosts file has them.
 */
export function createContainerEndpoint(url: URL, variable: string, options: SourceOptions): Endpoint {
  const host = removeBrackets(url);
  if (url.protocol === 'https:')
    return { url, resolveAddresses: (signal) => resolveHost(host, options, signal) };
  return {
    url,
    async resolveAddresses() {
      const addresses = await resolveWithoutDns(host, options);
      if (addresses.length === 0 || !addresses.every(isAllowedAddress))
        throw createHostNotAllowedError(variable);
      return addresses;
    },
  };
}

/** Agents of ECS (first address) and EKS Pod Identity. */
const AGENTS = ['169.254.170.2', '169.254.170.23', 'fd00:ec2::23'];

/** Whether SDKs send the authorization token over plain HTTP to this address. */
export function isAllowedAddress(address: string): boolean {
  return isLoopbackAddress(address) || AGENTS.includes(normalizeAddress(address));
}
