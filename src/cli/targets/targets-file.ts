import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import { parseJson } from '../../server/parse-json.ts';
import { type ParseContext, parseTargets } from './parse-targets.ts';
import type { Target } from './target.ts';

/** Ten thousand targets need 3 MiB. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

export const FORMAT_HINT = 'see docs/targets.md in the package for the format';

/** `unchanged`: the file has not been parsed again. `problems`: the file cannot be used. */
export type ReadResult =
  | { code: 'unchanged' }
  | { code: 'problems'; problems: readonly string[] }
  | { code: 'targets'; targets: readonly Target[] };

/** The file of `--targets`. */
export class TargetsFile {
  readonly #path: string;
  readonly #context: ParseContext;
  /** The inode, size and times of the file that was read last. */
  #version = '';
  #text: string | null = null;

  constructor(path: string, context: ParseContext) {
    this.#path = path;
    this.#context = context;
  }

  /** Reads the file. Parses it only if its content has changed since the last call. */
  async read(): Promise<ReadResult> {
    try {
      const text = await this.#readIfChanged();
      if (text === null || text === this.#text) return { code: 'unchanged' };
      this.#text = text;
      const { targets, problems } = parseTargets(parseJson(text, 'the file', FORMAT_HINT), this.#context);
      return problems.length > 0 ? { code: 'problems', problems } : { code: 'targets', targets };
    } catch (error) {
      if (!(error instanceof CredWatchError)) throw error;
      return { code: 'problems', problems: [error.message] };
    }
  }

  /** Returns null if the file is the same as before. */
  async #readIfChanged(): Promise<string | null> {
    const before = this.#version;
    // After an error, the file must be read again, even if it is the same as before.
    this.#version = '';
    try {
      // Without O_NONBLOCK, opening a pipe would wait for a writer.
      const file = await open(this.#path, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        const stats = await file.stat({ bigint: true });
        if (!stats.isFile()) throw new CredWatchError('the path is not a regular file: name a file');
        if (stats.size > MAX_FILE_BYTES) throw new CredWatchError('the file is larger than 16 MiB');
        const version = [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ');
        const text = version === before ? null : decodeUtf8(await file.readFile());
        this.#version = version;
        if (text === undefined) throw new CredWatchError('the file is not UTF-8');
        return text;
      } finally {
        await file.close();
      }
    } catch (error) {
      const code = getSystemErrorCode(error);
      if (code === null) throw error;
      throw new CredWatchError(READ_ERRORS.get(code) ?? `the file cannot be read (${code})`);
    }
  }
}

const READ_ERRORS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'the file does not exist: check the path'],
  ['EACCES', 'this user has no permission to read the file: change its owner or its mode'],
  ['EISDIR', 'the path is a folder: name a file in it'],
]);

/** Removes a byte order mark. Undefined if the bytes are not UTF-8. */
function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
