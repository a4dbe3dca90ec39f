import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ConformanceRun } from '../../domain/conformance/check-result.ts';
import { CredWatchError } from '../../errors.ts';
import type { ConformanceView } from '../../report/conformance/view.ts';
import { explainWriteError } from '../../write-errors.ts';
import { FILE_STYLE, getTextStyle, type Io } from '../process/io.ts';
import { printError } from '../process/messages.ts';
import { isStdout, writeOutput } from '../process/output-file.ts';

export type ConformanceFormat = 'text' | 'json' | 'junit';

/**
 * Finds out before a run, which can take hours, that its results could not be written.
 * @throws CredWatchError
 */
export async function requireWritableOutput(output: string): Promise<void> {
  if (isStdout(output)) return;
  try {
    const isFolder = await stat(output).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (isFolder) throw new CredWatchError(`could not write ${output}: this is a folder`, OTHER_FILE);
    // An existing file can be replaced or overwritten.
    await access(dirname(output), constants.W_OK).catch(async (error: unknown) => {
      await access(output, constants.W_OK).catch(() => Promise.reject(error));
    });
  } catch (error) {
    throw explainWriteError(output, error, OTHER_FILE);
  }
}

/** Prints on stderr why the verdict is unknown. */
export async function printMissingResult(run: ConformanceRun, io: Io): Promise<void> {
  if (run.unreachable !== null) {
    const { describeUnreachable } = await import('../../report/messages/conformance/results.ts');
    const { message, hint } = describeUnreachable(run.unreachable);
    return printError(io, `could not check ${run.endpoint}: ${message}`, hint);
  }
  const { buildNoteHint, describeNote } = await import('../../report/messages/conformance/notes.ts');
  for (const note of run.notes) {
    const hint = buildNoteHint(note, run.shape);
    if (hint !== null) await printError(io, `could not check the credentials: ${describeNote(note)}`, hint);
  }
}

const OTHER_FILE = 'give another file, or - for stdout';

/** Writes the results to a file or stdout. */
export const writeConformance = async (
  view: ConformanceView,
  format: ConformanceFormat,
  output: string,
  io: Io,
): Promise<void> => writeOutput(io, output, [await RENDERERS[format](view, io, isStdout(output))]);

type Render = (view: ConformanceView, io: Io, isTerminalPossible: boolean) => Promise<string>;

const RENDERERS: Record<ConformanceFormat, Render> = {
  text: async (view, io, isTerminalPossible) => {
    const { renderConformanceText } = await import('../../report/conformance/text.ts');
    return renderConformanceText(view, isTerminalPossible ? getTextStyle(io) : FILE_STYLE);
  },
  json: async (view, io) => {
    const { renderConformanceJson } = await import('../../report/conformance/json.ts');
    return renderConformanceJson(view, io.clock.now());
  },
  junit: async (view) => {
    const { renderConformanceJunit } = await import('../../report/conformance/junit.ts');
    return renderConformanceJunit(view, CRED_WATCH_VERSION);
  },
};
