import { join } from 'node:path';
import { isPostgresUrl } from '../../remote/postgres/is-postgres-url.ts';
import { resolveDatabase } from '../database/database-location.ts';
import { findFlagValue } from '../flags/command-line.ts';
import { EXIT } from '../flags/exit-codes.ts';
import type { ProcessIo } from '../process/io.ts';
import { declareProgram } from '../program.ts';
import { type Completion, complete } from './complete.ts';
import type { Candidate, LocalNameReader } from './flag-values.ts';
import { escapeForBash, parseTypedWord } from './quoting.ts';

/**
 * Prints completions for a script of `scripts.ts`: a line with the kind, then a line per word. A tab separates
 * the word from its description. For bash, words are escaped and have no description. Prints nothing on an error,
 * because the user is typing.
 * @param request the shell, the word at the cursor, and the words before it. The word at the cursor has the
 *   prefix `=`, because some shells drop empty words. For bash, the part of this word that bash keeps comes next.
 */
export async function printCompletions(request: readonly string[], io: ProcessIo): Promise<number> {
  const [shell, ...words] = request;
  const [typed = '', kept = ''] = words.splice(0, shell === 'bash' ? 2 : 1).map((word) => word.slice(1));
  // bash passes all words as typed, and fish passes the word at the cursor as typed.
  const current = shell === 'bash' || shell === 'fish' ? parseTypedWord(typed, shell).text : typed;
  const before = shell === 'bash' ? words.map((word) => parseTypedWord(word, shell).text) : words;
  const names = createLocalNameReader(findFlagValue(before, '--db'), io);
  try {
    const completion = await complete(declareProgram(), before, current, names);
    const formatWord = ([word, description = '']: Candidate) => {
      if (shell === 'bash') return escapeForBash(word, typed, kept);
      // fish does not escape a tilde at the start of a word.
      return shell === 'fish' && word.startsWith('~') ? null : `${word}\t${description}`;
    };
    await io.stdout.write(format(completion, formatWord));
  } catch {
    return EXIT.failed;
  }
  return EXIT.ok;
}

function format(completion: Completion, formatWord: (candidate: Candidate) => string | null): string {
  if (completion === 'other program') return 'command\n';
  if ('files' in completion) return `files ${completion.files}\n`;
  const lines = completion.words.map(formatWord).filter((line) => line !== null);
  return ['words', ...lines, ''].join('\n');
}

/**
 * Reads names from the database and the AWS config files, and writes nothing.
 * @param database the value of `--db`, in which the shell has not expanded `~`
 */
function createLocalNameReader(database: string | undefined, io: ProcessIo): LocalNameReader {
  return async (kind) => {
    try {
      if (kind === 'profile') {
        const { readProfileFiles } = await import('../../sources/profile/files.ts');
        return [...(await readProfileFiles(io)).profiles.keys()].filter(isPrintable);
      }
      const file = database?.startsWith('~/') ? join(io.home, database.slice(2)) : database;
      const location = resolveDatabase(file, io);
      const names = isPostgresUrl(location)
        ? await readRemoteNames(location, kind, io)
        : await readFileNames(location, kind);
      return names.filter(isPrintable);
    } catch {
      return [];
    }
  };
}

async function readFileNames(file: string, kind: 'host' | 'role' | 'job'): Promise<string[]> {
  const { SampleStore } = await import('../../store/sample-store.ts');
  using store = SampleStore.openReadOnly(file);
  return (kind === 'job' ? store?.jobNames() : store?.seriesNames(kind)) ?? [];
}

async function readRemoteNames(url: string, kind: 'host' | 'role' | 'job', io: ProcessIo): Promise<string[]> {
  const { loadPostgresNames } = await import('../database/postgres-histories.ts');
  return loadPostgresNames(url, kind, io);
}

/**
 * Other characters could change the terminal or end the line, and users cannot type them. Shells may split words at
 * unusual spaces.
 */
const isPrintable = (name: string) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]|[^\P{Zs} ]/u.test(name);
