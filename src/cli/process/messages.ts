import { CredWatchError } from '../../errors.ts';
import { escapeUnprintable } from '../../report/text/untrusted-text.ts';
import type { Io } from './io.ts';

/**
 * How the program talks: stdout is data, stderr is talk. An error is one line, lower case, what happened; then a
 * line that says what to do, never what the user has already done. No stack but with --debug, never a secret.
 */
export const printError = (io: Io, message: string, hint?: string): Promise<void> =>
  say(io, 'error', message, hint);

/** Something worth knowing that makes nothing fail. */
export const printNote = (io: Io, message: string, hint?: string): Promise<void> =>
  say(io, 'note', message, hint);

async function say(io: Io, kind: 'error' | 'note', message: string, hint: string | undefined): Promise<void> {
  await io.stderr.write(
    `${kind}: ${escapeUnprintable(message)}\n${hint === undefined ? '' : `hint: ${escapeUnprintable(hint)}\n`}`,
  );
}

/** What went wrong, whoever threw it. An error that nobody foresaw is a defect of ours and says so. */
export async function printThrownError(io: Io, error: unknown, debug: boolean): Promise<void> {
  if (error instanceof CredWatchError) {
    await printError(io, error.message, error.hint);
  } else {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    await printError(
      io,
      `unexpected ${message}`,
      debug ? undefined : 'run again with --debug and report what it prints',
    );
  }
  if (debug && error instanceof Error) await io.stderr.write(`${stackOf(error)}\n`);
}

/** Frames only: a message may quote what the program was given, and causes are told by name and code. */
function stackOf(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const cause = error.cause instanceof Error ? [`caused by ${error.cause.name}`, stackOf(error.cause)] : [];
  return [...frames, ...cause].join('\n');
}
