import type { Command } from 'commander';
import type { PollNote } from '../../domain/poll-note.ts';
import { CredWatchError, UnknownValueError } from '../../errors.ts';
import { redactText } from '../../redact.ts';
import { describePollNote } from '../../report/messages/poll-notes.ts';
import { wrapMessage } from '../../report/terminal/wrap-message.ts';
import { type TimeFormat, UTC_TIMES } from '../../report/text/time-format.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import { describeVariables, listSelectingVariables } from '../flags/environment/flag-variables.ts';
import { buildChoiceHint } from '../flags/flag-hints.ts';
import { encodeForLocale, getColumns, type Io } from './io.ts';

/**
 * Prints what happened and what to do to stderr.
 * @param message one line in lower case, without secrets
 */
export async function printError(io: Io, message: string, hint?: string): Promise<void> {
  io.onError?.(message, hint ?? null);
  await print(io, 'error', message, hint);
}

/** Prints a message about something that does not make the command fail. */
export const printNote = (io: Io, message: string, hint?: string): Promise<void> =>
  print(io, 'note', message, hint);

/** @param message why the database is not used */
export const printMissingDatabaseNote = (io: Io, message: string, hint?: string): Promise<void> =>
  printNote(io, `continuing without the database: ${message}`, hint);

/** @param message why the database cannot be written */
export const printUnwritableDatabaseNote = (io: Io, message: string, hint?: string): Promise<void> =>
  printNote(io, `continuing without recording: ${message}; the stored history is used`, hint);

/** Says which variables select the credentials, after they could not be read. */
export async function printVariablesNote(command: Command, io: Io): Promise<void> {
  const text = describeVariables(listSelectingVariables(command));
  if (text !== null) await printVariableNote(io, text);
}

/** Prints a note about variables, which the line for Nagios contains too. */
export async function printVariableNote(io: Io, message: string, hint?: string): Promise<void> {
  io.onVariablesNote?.(message);
  await printNote(io, message, hint);
}

/** Prints a message about something that can make a running job fail. */
export const printWarning = (io: Io, message: string, hint?: string): Promise<void> =>
  print(io, 'warning', message, hint);

async function print(
  io: Io,
  kind: 'error' | 'warning' | 'note',
  message: string,
  hint?: string,
): Promise<void> {
  const columns = getColumns(io.stderr);
  const format = (label: string, text: string) =>
    `${wrapMessage(`${label}: `, encodeForLocale(escapeUnprintable(text), io.env), columns)}\n`;
  await io.stderr.write(format(kind, message) + (hint === undefined ? '' : format('hint', hint)));
}

/** Prints a thrown error. Any error that is not a {@link CredWatchError} is a bug of this program. */
export async function printThrownError(io: Io, error: unknown): Promise<void> {
  if (error instanceof UnknownValueError) {
    const { message, value, choices, moreChoices } = error;
    await printError(io, message, buildChoiceHint(value, choices, moreChoices));
  } else if (error instanceof CredWatchError) {
    await printError(io, error.message, error.hint);
  } else {
    const message =
      error instanceof Error ? `${error.name}: ${redactText(error.message)}` : redactText(String(error));
    const hint = io.debug ? undefined : 'run again with --debug and report the output';
    await printError(io, `unexpected ${message}`, hint);
  }
  if (io.debug && error instanceof Error) await io.stderr.write(`${formatStack(error)}\n`);
}

/** Prints notes of polls, each text only once. */
export function createPollNotePrinter(io: Io, times: TimeFormat = UTC_TIMES) {
  const isNew = createNewTextCheck();
  return async (notes: readonly PollNote[]): Promise<void> => {
    for (const note of notes) {
      const message = describePollNote(note, times);
      if (note.code !== 'TOKEN_FILE_EXPIRES' && isNew(message)) await printNote(io, message);
    }
  };
}

/** Returns a function that prints thrown errors, each text only once. */
export function createErrorPrinter(io: Io): (error: unknown) => void {
  const isNew = createNewTextCheck();
  return (error) => {
    if (isNew(String(error))) void printThrownError(io, error);
  };
}

/** Returns a function that returns true for a text only the first time. */
export function createNewTextCheck(): (text: string) => boolean {
  const known = new Set<string>();
  return (text) => known.size < known.add(text).size;
}

/** Only stack frames and names of causes, because a message may quote input. */
function formatStack(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const { cause } = error;
  return [...frames, ...(cause instanceof Error ? [`caused by ${cause.name}`, formatStack(cause)] : [])].join(
    '\n',
  );
}
