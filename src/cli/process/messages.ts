import { CredWatchError, UnknownValueError } from '../../errors.ts';
import { escapeUnprintable } from '../../report/text/untrusted-text.ts';
import { buildChoiceHint } from '../flags/suggestions.ts';
import type { Io } from './io.ts';

/**
 * Prints what happened and what to do to stderr.
 * @param message one line in lower case, without secrets
 */
export async function printError(io: Io, message: string, hint?: string): Promise<void> {
  io.onError?.(message);
  await print(io, 'error', message, hint);
}

/** Prints a message about something that does not make the command fail. */
export const printNote = (io: Io, message: string, hint?: string): Promise<void> =>
  print(io, 'note', message, hint);

async function print(io: Io, kind: 'error' | 'note', message: string, hint?: string): Promise<void> {
  const hintLine = hint === undefined ? '' : `hint: ${escapeUnprintable(hint)}\n`;
  await io.stderr.write(`${kind}: ${escapeUnprintable(message)}\n${hintLine}`);
}

/** Prints a thrown error. Any error that is not a {@link CredWatchError} is a bug of this program. */
export async function printThrownError(io: Io, error: unknown, debug: boolean): Promise<void> {
  if (error instanceof UnknownValueError) {
    const { message, value, choices, moreChoices } = error;
    await printError(io, message, buildChoiceHint(value, choices, moreChoices));
  } else if (error instanceof CredWatchError) {
    await printError(io, error.message, error.hint);
  } else {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const hint = debug ? undefined : 'run again with --debug and report the output';
    await printError(io, `unexpected ${message}`, hint);
  }
  if (debug && error instanceof Error) await io.stderr.write(`${formatStack(error)}\n`);
}

/** Only stack frames and names of causes, because a message may quote input. */
function formatStack(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const { cause } = error;
  return [...frames, ...(cause instanceof Error ? [`caused by ${cause.name}`, formatStack(cause)] : [])].join(
    '\n',
  );
}
