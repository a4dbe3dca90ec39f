import { Command } from 'commander';
import { CredWatchError } from '../../errors.ts';

/** What other tools, and people, call what we have. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  status: 'check -j 5h',
  gate: 'check -j 5h',
  test: 'check -j 5h',
  wait: 'check -j 5h --wait 90m',
  watch: 'poll --interval 5m',
  daemon: 'poll --interval 5m',
  start: 'poll --interval 5m',
  monitor: 'poll --interval 5m --listen 127.0.0.1:9464',
  list: 'report',
  ls: 'report',
  show: 'report',
  stats: 'report',
  whoami: 'sources',
  doctor: 'sources',
  run: 'exec -j 5h -- command',
  print: 'env -j 5h -f env',
  load: 'import',
  dump: 'export',
  clean: 'prune --older-than 90d',
  rm: 'prune --older-than 90d',
  delete: 'prune --older-than 90d',
  serve: 'simulate',
  mock: 'simulate',
  version: '--version',
};

const OTHER_FLAGS: Readonly<Record<string, string>> = {
  '--duration': '--job-duration',
  '--length': '--job-duration',
  '--port': '--listen 127.0.0.1:9464',
  '--out': '--output',
  '--once': 'no flag at all, which looks once',
  '--verbose': '--debug',
  '-v': '-V, or --debug',
};

const SEE_HELP = 'see --help';

/** What to do about a command that there is not. */
export function commandHint(program: Command, name: string): string {
  const other = Object.hasOwn(OTHER_WORDS, name) ? OTHER_WORDS[name]! : null;
  if (other !== null) return `did you mean \`cred-watch ${other}\`?`;
  const names = program.commands.map((each) => each.name());
  return meant(name, names) ?? SEE_HELP;
}

/** What to do about a value that is none of those that there are. */
export function choiceHint(value: string, choices: readonly string[], more = ''): string {
  const use = `use one of ${choices.join(', ')}${more}`;
  const guess = meant(value, choices);
  return guess === null ? use : `${guess} ${use}`;
}

/**
 * What to do about a flag that the command lacks: others may have it, or it may be a value of one.
 * @param flag `--interval`, `-j`, or with a value: `--interval=5m`
 * @param guess what commander found similar
 */
export function flagHint(program: Command, name: string, flag: string, guess: string | null): string {
  const [bare = ''] = flag.split('=');
  const owners = program.commands.filter(({ options }) =>
    options.some(({ long, short }) => long === bare || short === bare),
  );
  if (owners.length > 0) return `${writeList(owners.map((each) => each.name()))} ${has(owners, bare)}`;
  const other = Object.hasOwn(OTHER_FLAGS, bare) ? OTHER_FLAGS[bare]! : null;
  if (other !== null) return `did you mean ${other}?`;
  const options = program.commands.find((each) => each.name() === name)?.options ?? [];
  const option = options.find(({ argChoices }) => argChoices?.includes(bare.replace(/^--/, '')));
  if (option !== undefined) return `did you mean ${option.short ?? option.long} ${bare.replace(/^--/, '')}?`;
  return guess === null ? SEE_HELP : `did you mean ${guess}?`;
}

const has = (owners: readonly Command[], flag: string) =>
  owners.length > 1 ? `have ${flag}` : `has ${flag}: see \`cred-watch ${owners[0]!.name()} --help\``;

const writeList = (names: readonly string[]) =>
  names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** What others refuse with a hint that names what there is, read here, gets a guess in front. */
export function withSuggestion<T>(word: string, known: readonly string[], read: () => T): T {
  try {
    return read();
  } catch (error) {
    const isUnknown = error instanceof CredWatchError && error.hint?.startsWith('use one of ');
    const guess = isUnknown && !known.includes(word) ? meant(word, known) : null;
    if (!isUnknown || guess === null) throw error;
    throw new CredWatchError(error.message, `${guess} ${error.hint}`, { cause: error });
  }
}

/** `did you mean json?`, or null. */
function meant(word: string, known: readonly string[]): string | null {
  const guess = similarTo(word, known);
  return guess === null ? null : `did you mean ${guess}?`;
}

/** commander finds what is similar, and hands its finder to nobody: it is asked for a command of that name. */
function similarTo(word: string, known: readonly string[]): string | null {
  const small = word.toLowerCase();
  if (known.includes(small)) return small;
  let said = '';
  const finder = new Command()
    .exitOverride()
    .helpCommand(false)
    .configureOutput({
      writeErr: (text) => {
        said += text;
      },
    });
  for (const each of new Set(known)) finder.addCommand(new Command(each));
  try {
    finder.parse(['--', small], { from: 'user' });
  } catch {
    // An unknown command, which is what it is.
  }
  const guesses = /\(Did you mean (?:one of )?(.*)\?\)$/m.exec(said)?.[1]?.split(', ') ?? [];
  // Where most are alike, none is meant more than the others.
  const isVague = guesses.length > 1 && guesses.length > known.length / 2;
  return guesses.length === 0 || isVague ? null : guesses.join(' or ');
}
