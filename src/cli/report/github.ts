import { type FileHandle, open } from 'node:fs/promises';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import type { ReportContext } from '../../report/context.ts';
import { describeWriteError } from '../../write-errors.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';

/** GitHub discards a step summary that is larger than 1 MiB. */
const MAX_SUMMARY_BYTES = 1_048_576;

/**
 * Appends the report to the step summary, and its values to the step outputs.
 * GitHub Actions names both files in variables. Without the variables, this function does nothing.
 * @throws CredWatchError if a named file cannot be written
 */
export async function appendGithubFiles(
  io: Io,
  assessment: Assessment,
  context: ReportContext,
): Promise<void> {
  const { GITHUB_STEP_SUMMARY, GITHUB_OUTPUT } = io.env;
  const { addGeneralKnowledge } = await import('../../report/general-knowledge/add-knowledge.ts');
  const { renderGithubFiles, truncateSummary } = await import('../../report/ci/github-files.ts');
  const { summary, outputs } = renderGithubFiles(assessment, await addGeneralKnowledge(assessment, context));
  if (GITHUB_STEP_SUMMARY) {
    const isWritten = await append('GITHUB_STEP_SUMMARY', GITHUB_STEP_SUMMARY, (size) =>
      // The blank line separates the summary from earlier Markdown.
      truncateSummary(size === 0 ? summary : `\n${summary}`, MAX_SUMMARY_BYTES - size),
    );
    if (!isWritten) await printNote(io, 'the step summary is full, so the report was not added to it');
  }
  if (GITHUB_OUTPUT) await append('GITHUB_OUTPUT', GITHUB_OUTPUT, () => outputs);
}

/**
 * @param createText gets the size of the file in bytes; null appends nothing
 * @returns whether text was appended
 */
async function append(
  variable: string,
  path: string,
  createText: (size: number) => string | null,
): Promise<boolean> {
  try {
    await using file = await open(path, 'a+');
    const { size } = await file.stat();
    const separator = await findSeparator(file, size);
    const text = createText(size + separator.length);
    if (text !== null) await file.appendFile(separator + text);
    return text !== null;
  } catch (error) {
    const code = getSystemErrorCode(error);
    if (code === null) throw error;
    throw new CredWatchError(
      `could not write the file in ${variable}: ${path}: ${describeWriteError(error)}`,
      `set ${variable} to a writable file, or unset ${variable}`,
      { cause: error },
    );
  }
}

/** A line feed if the last line of the file has none. */
async function findSeparator(file: FileHandle, size: number): Promise<string> {
  if (size === 0) return '';
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() === '\n' ? '' : '\n';
}
