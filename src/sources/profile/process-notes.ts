import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { PollNote } from '../../domain/poll-note.ts';
import { parseProgramName } from '../credential-process/program-name.ts';
import { readSmallFile } from '../environment/small-file.ts';
import type { Environment } from '../environment/variables.ts';
import { findShellSyntax } from './shell-syntax.ts';

/** Whether botocore, which starts no shell, cannot run this `credential_process` although a shell runs it. */
export async function findProcessNotes(command: string, env: Environment): Promise<PollNote[]> {
  const syntax = findShellSyntax(command);
  if (syntax !== null) return [{ code: 'PROCESS_NEEDS_SHELL', name: syntax }];
  const name = parseProgramName(command);
  const path = name === null ? null : findProgram(command, name, env);
  if (name === null || path === null || !(await isScriptWithoutInterpreter(path))) return [];
  return [{ code: 'PROCESS_WITHOUT_INTERPRETER', name }];
}

/** The file that the system starts. Null if it cannot be found in a simple way. */
function findProgram(command: string, name: string, env: Environment): string | null {
  const [word = ''] = command.trimStart().split(/\s/);
  if (/['"\\]/.test(word)) return null;
  const paths =
    word === name ? (env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)) : [word];
  return paths.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A text that does not begin with `#!`. The kernel does not start such a file, but shells read it as commands. */
async function isScriptWithoutInterpreter(path: string): Promise<boolean> {
  // A program in machine code is often larger than the limit of this function.
  const text = await readSmallFile(path).catch(() => null);
  return text !== null && !text.startsWith('#!') && !/[\0\ufffd]/.test(text);
}
