import { CredWatchError } from '../errors.ts';

/**
 * What somebody wrote by hand.
 * @throws CredWatchError with the line, where it is known, and `hint`
 */
export function parseJson(text: string, file: string, hint: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Without the error's own words: they quote the file, which may be one of secrets, named by mistake.
    const position = /at position (\d+)/.exec(String(error))?.[1];
    const line = text.slice(0, Number(position)).split('\n').length;
    throw new CredWatchError(
      `${file} is not JSON${position === undefined ? '' : `: see line ${line}`}`,
      hint,
    );
  }
}
