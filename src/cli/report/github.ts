import { type FileHandle, open } from 'node:fs/promises';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import type { ReportContext } from '../../report/context.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';

/** GitHub takes no larger summary from a step, and drops one that is. */
const SUMMARY_LIMIT = 1_048_576;

/**
 * Beside `-f github`: the report as Markdown to the step's summary and its values to the step's outputs, each behind
 * what other commands of the step have written there. Outside of GitHub Actions neither file is named.
 * @throws CredWatchError
 */
export async function appendGithubFiles(
  io: Io,
  assessment: Assessment,
  context: ReportContext,
): Promise<void> {
  const { GITHUB_STEP_SUMMARY, GITHUB_OUTPUT } = io.env;
  const { renderGithubFiles: githubFiles, truncateSummary } = await import('../../report/ci/github-files.ts');
  const { summary, outputs } = githubFiles(assessment, context);
  if (GITHUB_STEP_SUMMARY) {
    const isWritten = await append('GITHUB_STEP_SUMMARY', GITHUB_STEP_SUMMARY, (size) =>
      // A blank line, lest it become a part of what stands before it.
      truncateSummary(size === 0 ? summary : `\n${summary}`, SUMMARY_LIMIT - size),
    );
    if (!isWritten)
      await printNote(io, 'the summary of this step is full, and the report was left out of it');
  }
  if (GITHUB_OUTPUT) await append('GITHUB_OUTPUT', GITHUB_OUTPUT, () => outputs);
}

/** Adds what suits the size that a file has reached; false where nothing does. */
async function append(
  variable: string,
  path: string,
  textAt: (size: number) => string | null,
): Promise<boolean> {
  try {
    const file = await open(path, 'a+');
    try {
      const separator = await separatorOf(file);
      const text = textAt((await file.stat()).size + separator.length);
      if (text !== null) await file.appendFile(separator + text);
      return text !== null;
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = getSystemErrorCode(error);
    if (code === '') throw error;
    throw new CredWatchError(
      `${variable} names a file that cannot be written: ${path} (${code})`,
      `name one that can be, or unset ${variable}`,
      { cause: error },
    );
  }
}

/** Whoever wrote before may have left their line open. */
async function separatorOf(file: FileHandle): Promise<string> {
  const { size } = await file.stat();
  if (size === 0) return '';
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() === '\n' ? '' : '\n';
}
