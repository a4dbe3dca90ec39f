import { type FoundPoll, findPoll } from './found-poll.ts';
import { splitShellWords } from './shell-words.ts';

/** The last value of a setting in the text of a unit. */
export const readUnitSetting = (text: string, key: string): string | undefined =>
  [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].at(-1)?.[1];

/** The poll that a service runs. Null if the service does not poll. */
export function findUnitPoll(text: string): FoundPoll | null {
  const command = readUnitSetting(text, 'ExecStart') ?? '';
  return command.includes('cred-watch') ? findPoll(splitShellWords(unescapeCommand(command))) : null;
}

/** The prefixes of `ExecStart=`, and doubled signs. */
const unescapeCommand = (command: string): string =>
  command
    .replace(/^[-@:+!|]+/, '')
    .replaceAll('%%', '%')
    .replaceAll('$$', '$');
