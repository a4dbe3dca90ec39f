import { InvalidArgumentError, Option } from 'commander';
import { appendFlagValue } from './flags.ts';

/** Where a server is to be reached, and by whom. */
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
  new Option('--allow-remote', 'let other machines reach it: needed for anything but loopback');

export const createAllowHostFlag = () =>
  createRepeatableFlag('--allow-host <name>', 'answer requests for this host name, too', 'none').argParser(
    (text, before: string[]) => appendFlagValue(hostName(text), before),
  );

/** As clients send it, but for the port: that is not looked at. */
function hostName(text: string): string {
  if (!/^[\w.-]{1,253}$/.test(text)) {
    throw new InvalidArgumentError('is not a host name: use a name like sim.internal, without a port');
  }
  return text;
}
