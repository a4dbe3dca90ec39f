import { isIPv6 } from 'node:net';
import { type Command, Option } from 'commander';
import { SHAPES, type Shape } from '../../server/endpoint-request.ts';
import { buildChoiceHint } from './flag-hints.ts';
import { InvalidValueError } from './invalid-value.ts';
import { parseRepeated } from './value-parsers.ts';

/** Where a server listens, and which clients it accepts. */
export interface ListeningFlags {
  listen: string[];
  allowRemote?: boolean;
  /** In lower case. */
  allowHost: string[];
}

/** @param shownDefault undefined if the flag has no effect by default */
export const createRepeatableFlag = (
  flags: string,
  description: string,
  shownDefault: string | undefined,
  parse = (text: string) => text,
) =>
  new Option(flags, `${description}; may be repeated`)
    .argParser(parseRepeated(parse))
    .default([], shownDefault);

export const addListeningFlags = (command: Command, listenDescription: string, shownDefault?: string) =>
  command
    .addOption(createRepeatableFlag('--listen <address>', listenDescription, shownDefault))
    .option('--allow-remote', 'accept requests from other machines; required if an address is not loopback')
    .addOption(
      createRepeatableFlag(
        '--allow-host <name>',
        'also accept requests with this name or address in the Host header',
        undefined,
        parseHostName,
      ),
    );

/** Without a port: the server ignores the port of the Host header. */
function parseHostName(text: string): string {
  if (/^[\w.-]{1,253}$/.test(text) || isIPv6(text)) return text.toLowerCase();
  throw new InvalidValueError('is not a host name', 'use a name without a port, like sim.internal');
}

/** Parses `imds` or `imds,ecs`. */
export function parseShapes(text: string): Shape[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes(''))
    throw new InvalidValueError(
      'has an empty name',
      'separate the names with one comma, for example imds,ecs',
    );
  const unknown = names.find((name) => !SHAPES.some((shape) => shape === name));
  if (unknown !== undefined) {
    throw new InvalidValueError('is unknown', buildChoiceHint(unknown, SHAPES, ', or several with commas'));
  }
  return SHAPES.filter((shape) => names.includes(shape));
}
