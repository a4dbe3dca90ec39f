import { CredWatchError } from '../../../errors.ts';
import { assertIgnorable, isKeyword, type Keyword, type Keywords } from './keywords.ts';

/**
 * Finds a service in the text of `pg_service.conf`. Null if the file does not define it.
 * @param file the path, for messages
 */
export function findService(text: string, service: string, file: string): Keywords | null {
  const keywords: Partial<Record<Keyword, string>> = {};
  let [isFound, isInside] = [false, false];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, section] = /^\[(.*)\]$/.exec(line) ?? [];
    if (section !== undefined) {
      isInside = section === service;
      isFound ||= isInside;
      continue;
    }
    if (!isInside) continue;
    // As libpq, without white space around the equals sign.
    const [, name, value = ''] = /^([a-z_]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name === undefined) {
      throw new CredWatchError(
        `line ${index + 1} of the service file ${file} is not NAME=VALUE`,
        'correct the line',
      );
    }
    if (!isKeyword(name)) assertIgnorable(name, value, `the service ${service} in ${file}`);
    // The first of several values counts.
    else if (value !== '') keywords[name] ??= value;
  }
  return isFound ? keywords : null;
}
