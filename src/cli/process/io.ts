import type { Clock } from '../../clock.ts';
import type { Environment } from '../../sources/environment/environment-variables.ts';

/** Everything of the process that a command may use; tests hand over their own. */
export interface Io {
  stdin: AsyncIterable<Uint8Array>;
  stdout: Output;
  stderr: Output;
  env: Environment;
  clock: Clock;
  /** 0 ≤ x < 1. */
  random: () => number;
  /** The machine's own name. */
  machine: string;
  nodeVersion: string;
  home: string;
  isRoot: boolean;
  /** Aborted by SIGINT or SIGTERM (its name is the reason), once somebody listens; the second one ends the program. */
  createStopSignal(): AbortSignal;
  /** A terminal is at one of the standard streams: what is typed there reaches child processes, too. */
  hasTerminal: boolean;
  /** Hands over every signal that a child process may be meant by, in place of its effect; returns how to end that. */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void;
}

export interface Output {
  isTerminal: boolean;
  columns: number | undefined;
  /** The reader has gone away: whatever is written from now on is lost. */
  isClosed(): boolean;
  /** Resolves when the text is handed over; a reader that has gone away is no error. */
  write(text: string): Promise<void>;
}

/** https://no-color.org: any non-empty value. FORCE_COLOR wins, as it does in Node. */
export function wantsColour(output: Output, env: Environment): boolean {
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return env.FORCE_COLOR !== '0';
  return output.isTerminal && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

/** Where nothing tells: a file or a pipe is read in an editor or a browser. */
export const DEFAULT_WIDTH = 100;

export const getOutputWidth = (output: Output): number =>
  (output.isTerminal ? output.columns : undefined) ?? DEFAULT_WIDTH;

/** By the locale, as C programs take it: where none is set it is C, which is ASCII. */
export const supportsUnicode = ({ LC_ALL, LC_CTYPE, LANG }: Environment): boolean =>
  /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
