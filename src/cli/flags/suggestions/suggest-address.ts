import type { Command } from 'commander';
import { joinWords } from '../../../report/text/format-values.ts';

/** The port of most examples, for a command without a default address. */
const EXAMPLE_ADDRESS = '127.0.0.1:9464';

/**
 * For `--port 8080`, which other tools have. Null for another flag.
 * @param flag as typed, perhaps with a value
 */
export function suggestAddress(
  program: Command,
  command: Command | null,
  flag: string,
  words: readonly string[],
): string | null {
  const match = /^--port(?:=(.*))?$/s.exec(flag);
  if (match === null) return null;
  const typed = match[1] ?? words[words.indexOf(flag) + 1] ?? '';
  const port = isPort(typed) ? Number(typed) : null;
  const listen = findListenFlag(command);
  if (listen !== undefined) {
    // The description of a default can continue after a comma.
    const [defaultAddress] = (listen.defaultValueDescription ?? EXAMPLE_ADDRESS).split(',', 1);
    return `did you mean --listen ${port === null ? defaultAddress : `127.0.0.1:${port}`}?`;
  }
  if (command?.name() === 'conform')
    return `give the URL of the endpoint: \`cred-watch conform http://127.0.0.1:${port ?? 1338}\``;
  const owners = program.commands.filter((each) => findListenFlag(each) !== undefined);
  return `${joinWords(owners.map((each) => each.name()))} have --listen`;
}

const findListenFlag = (command: Command | null) => command?.options.find(({ long }) => long === '--listen');

const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
