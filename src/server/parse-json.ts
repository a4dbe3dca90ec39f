import { CredWatchError } from '../errors.ts';

/**
 * Parses JSON that a user wrote.
 * @throws CredWatchError with the line if it is known, and with `hint`
 */
export function parseJson(text: string, file: string, hint: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The message of JSON.parse quotes the file, which may contain secrets if the user named the wrong file.
    const position = /at position (\d+)/.exec(String(error))?.[1];
    const line = text.slice(0, Number(position)).split('\n').length;
    throw new CredWatchError(
      `${file} is not valid JSON${position === undefined ? '' : ` (line ${line})`}`,
      hint,
    );
  }
}
