import { expect } from 'vitest';
import { splitCommandLine } from '../../../src/cli/flags/command-line.ts';
import { COMMANDS, declareProgram } from '../../../src/cli/program.ts';
import { shellWords } from '../cli/shell-words.ts';

/** The arguments of every `cred-watch` call in a line of a shell, a unit or a crontab. */
export function findCalls(line: string): string[][] {
  const unquoted = line
    .replace(/^sh '(.*)'$/, '$1')
    .replace(/\s#.*$/, '')
    .replace(/\s*>\s*\/dev\/null/, '');
  return shellWords(unquoted).flatMap((words) => {
    // `StateDirectory=cred-watch` of a unit is not a call.
    const at = words.findIndex((word) => /^(?:(?!\w+Directory=)\w+=)?(?:\/\S+\/)?cred-watch$/.test(word));
    return at < 0 ? [] : [words.slice(at + 1).filter((word) => word !== '&')];
  });
}

/** Fails unless the program accepts the arguments, without running the command. */
export async function expectValidCall(words: readonly string[]): Promise<void> {
  let actions = 0;
  const line = splitCommandLine([...words], COMMANDS);
  const program = declareProgram(async () => {
    actions += 1;
  });
  await program.parseAsync(line.ownArguments, { from: 'user' });
  expect(actions).toBe(1);
  expect(line.childCommand.length > 0).toBe(line.commandName === 'exec');
}
