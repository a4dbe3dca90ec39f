import type { Clock } from '../../clock.ts';
import type { TextStyle } from '../../report/terminal/text-style.ts';
import { toAscii } from '../../report/text/ascii.ts';
import type { Environment } from '../../sources/environment/variables.ts';
import type { Users } from './users.ts';

/** Everything of the process that a command may use. */
export interface Io extends ProcessIo {
  /** Print stack traces of errors. */
  debug: boolean;
  /** The words after the name of the program, without the command of `exec`. */
  ownArguments: readonly string[];
  /** Also receives every printed error. */
  onError: ((message: string, hint: string | null) => void) | null;
  /** Also receives every note about the variables of flags. */
  onVariablesNote: ((message: string) => void) | null;
}

/** The process. Tests pass their own. */
export interface ProcessIo {
  stdin: AsyncIterable<Uint8Array>;
  stdout: Output;
  stderr: Output;
  env: Environment;
  clock: Clock;
  /** Returns a number x with 0 ≤ x < 1. */
  random: () => number;
  /** The id of this process. */
  pid: number;
  /** The host name of this machine. */
  machine: string;
  nodeVersion: string;
  /** The paths with which this program can be started again. */
  programFiles: ProgramFiles;
  /** Empty if it is unknown. */
  home: string;
  isRoot: boolean;
  /** Null on systems without users. */
  userId: number | null;
  /** Null on systems without users. */
  users: Users | null;
  /**
   * Aborts at the first SIGINT or SIGTERM, with the signal's name as the reason. The second signal ends the
   * program. Before the first call of this function, signals have their usual effect.
   */
  createStopSignal(): AbortSignal;
  /** True if a standard stream is a terminal. Signals typed there also reach child processes. */
  hasTerminal(): boolean;
  /** True if a user can answer a question on stdin. */
  canAsk(): boolean;
  /** The built `live-report/report-worker.ts`. Null: render the live report in this thread. */
  reportWorker: string | null;
  /**
   * Runs the action if a signal is about to end the program. The signal keeps its effect. Returns a function that
   * removes the action.
   */
  beforeSignalEnds(action: () => void): () => void;
  /** Replaces the usual effect of signals by the listener. Returns a function that removes the listener. */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void;
}

export interface ProgramFiles {
  node: string;
  /** A link stays a link, because npm replaces the file behind it at an update. */
  program: string;
}

export interface Output {
  isTerminal: boolean;
  columns: number | undefined;
  /** True if the reader has closed the pipe. Further output is lost. */
  isClosed(): boolean;
  /** Resolves when the text is written. A closed pipe is not an error. */
  write(text: string): Promise<void>;
}

/** The width of a terminal. Undefined without a terminal, or if the terminal does not report its width. */
export const getColumns = (output: Output): number | undefined =>
  output.isTerminal && output.columns ? output.columns : undefined;

/** For terminals that do not report their width. */
const DEFAULT_COLUMNS = 80;

/** The length of a line that is written again. The last column stays free, because some terminals wrap after it. */
export const getUpdatedLineLength = (output: Output): number => (getColumns(output) ?? DEFAULT_COLUMNS) - 1;

/** NO_COLOR: https://no-color.org, any non-empty value. FORCE_COLOR has priority, as in Node.js. */
export function wantsColour(output: Output, env: Environment): boolean {
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return env.FORCE_COLOR !== '0';
  return output.isTerminal && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

/** Decides by the locale, as C programs do: the default locale C is ASCII. */
export const supportsUnicode = ({ LC_ALL, LC_CTYPE, LANG }: Environment): boolean =>
  /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');

export const encodeForLocale = (text: string, env: Environment): string =>
  supportsUnicode(env) ? text : toAscii(text);

/** Writes only ASCII if the locale has no other characters. */
export const createLocaleOutput = (output: Output, env: Environment): Output =>
  supportsUnicode(env)
    ? output
    : {
        get isTerminal() {
          return output.isTerminal;
        },
        get columns() {
          return output.columns;
        },
        isClosed: () => output.isClosed(),
        write: (text) => output.write(toAscii(text)),
      };

/** Writes text for people to stdout. Data for programs has the same bytes in every locale, so it does not use this. */
export const printText = ({ stdout, env }: Pick<Io, 'stdout' | 'env'>, text: string): Promise<void> =>
  stdout.write(encodeForLocale(text, env));

/** Like {@link printText}, for text that a shell can evaluate: only comments are for people. */
export const printShellText = ({ stdout, env }: Pick<Io, 'stdout' | 'env'>, text: string): Promise<void> =>
  stdout.write(supportsUnicode(env) ? text : text.replace(/^#.*/gm, toAscii));

/** The layout of text in files. */
export const FILE_STYLE: TextStyle = { width: 100, hasColour: false, isAsciiOnly: false };

/** The layout of text on stdout. */
export const getTextStyle = ({ stdout, env }: Io): TextStyle => ({
  width: getColumns(stdout) ?? FILE_STYLE.width,
  hasColour: wantsColour(stdout, env),
  isAsciiOnly: !supportsUnicode(env),
});
