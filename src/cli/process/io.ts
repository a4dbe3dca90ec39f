import type { Clock } from '../../clock.ts';
import type { Environment } from '../../sources/environment/environment-variables.ts';

/** Everything of the process that a command may use. Tests pass their own. */
export interface Io {
  stdin: AsyncIterable<Uint8Array>;
  stdout: Output;
  stderr: Output;
  /** Also receives the message of every printed error. */
  onError: ((message: string) => void) | null;
  env: Environment;
  clock: Clock;
  /** Returns a number x with 0 ≤ x < 1. */
  random: () => number;
  /** The host name of this machine. */
  machine: string;
  nodeVersion: string;
  home: string;
  isRoot: boolean;
  /**
   * Aborts at the first SIGINT or SIGTERM, with the signal's name as the reason. The second signal ends the
   * program. Before the first call of this function, signals have their usual effect.
   */
  createStopSignal(): AbortSignal;
  /** True if a standard stream is a terminal. Signals typed there also reach child processes. */
  hasTerminal: boolean;
  /** Replaces the usual effect of signals by the listener. Returns a function that removes the listener. */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void;
}

export interface Output {
  isTerminal: boolean;
  columns: number | undefined;
  /** True if the reader has closed the pipe. Further output is lost. */
  isClosed(): boolean;
  /** Resolves when the text is written. A closed pipe is not an error. */
  write(text: string): Promise<void>;
}

/** NO_COLOR: https://no-color.org, any non-empty value. FORCE_COLOR has priority, as in Node.js. */
export function wantsColour(output: Output, env: Environment): boolean {
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return env.FORCE_COLOR !== '0';
  return output.isTerminal && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

/** Width of a line in files and pipes. */
export const DEFAULT_WIDTH = 100;

export const getOutputWidth = (output: Output): number =>
  (output.isTerminal ? output.columns : undefined) ?? DEFAULT_WIDTH;

/** Decides by the locale, as C programs do: the default locale C is ASCII. */
export const supportsUnicode = ({ LC_ALL, LC_CTYPE, LANG }: Environment): boolean =>
  /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
