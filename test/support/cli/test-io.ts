import { hostname } from 'node:os';
import { Readable } from 'node:stream';
import type { Io, Output } from '../../../src/cli/process/io.ts';
import { systemClock } from '../../../src/clock.ts';
import { repositoryPath } from './program-run.ts';

// The build defines the version of the program.
Object.assign(globalThis, { CRED_WATCH_VERSION: '0.0.0' });

/** An `Io` for a command that runs in this process: no terminal, no signals, and the given environment. */
export const createTestIo = (
  env: Readonly<Record<string, string>>,
  stdin: string | Uint8Array,
  changes: Pick<Io, 'stdout' | 'stderr'> & Partial<Io>,
): Io => ({
  stdin: Readable.from([Buffer.from(stdin)]),
  debug: false,
  ownArguments: [],
  onError: null,
  onVariablesNote: null,
  env,
  clock: systemClock,
  random: Math.random,
  pid: process.pid,
  machine: hostname(),
  nodeVersion: process.versions.node,
  programFiles: { node: process.execPath, program: repositoryPath('bin/cred-watch.js') },
  home: env.HOME ?? '/nonexistent',
  isRoot: false,
  userId: process.getuid?.() ?? null,
  users: null,
  createStopSignal: () => new AbortController().signal,
  hasTerminal: () => false,
  canAsk: () => false,
  onSignal: () => () => {},
  beforeSignalEnds: () => () => {},
  reportWorker: null,
  ...changes,
});

/** An output that passes each text to `onText`. */
export const createOutput = (onText: (text: string) => void): Output => ({
  isTerminal: false,
  columns: undefined,
  isClosed: () => false,
  write: async (text) => onText(text),
});
