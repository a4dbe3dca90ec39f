import { Option } from 'commander';
import { InvalidValueError } from './invalid-value.ts';
import { appendFlagValue } from './value-parsers.ts';

/** Where a server listens, and which clients it accepts. */
export interface ListeningFlags {
  listen: string[];
  allowRemote?: boolean;
  allowHost: string[];
}

export const createRepeatableFlag = (flags: string, description: string, shownDefault: string) =>
  new Option(flags, `${description}; may be repeated`).argParser(appendFlagValue).default([], shownDefault);

export const createListenFlag = (description: string, shownDefault: string) =>
  createRepeatableFlag('--listen <address>', description, shownDefault);

export const createAllowRemoteFlag = () =>
  new Option('--allow-remote', 'accept requests from other machines; required if an address is not loopback');

export const createAllowHostFlag = () =>
  createRepeatableFlag(
    '--allow-host <name>',
    'also accept requests with this name in the Host header',
    'none',
  ).argParser((text, before: string[]) => appendFlagValue(parseHostName(text), before));

/** Without a port: the server ignores the port of the Host header. */
function parseHostName(text: string): string {
  if (/^[\w.-]{1,253}$/.test(text)) return text;
  throw new InvalidValueError('is not a host name', 'use a name without a port, like sim.internal');
}
