export interface CommandLine {
  /** The words that are ours to parse. */
  own: readonly string[];
  /** Of the command, or `''`. */
  name: string;
  /** What stands behind the first `--` of exec: another program's words, none of which may be taken for a flag of ours. */
  command: readonly string[];
}

export function splitCommandLine(argv: readonly string[]): CommandLine {
  const name = argv.find((word) => !word.startsWith('-')) ?? '';
  const dashes = argv.indexOf('--');
  if (name !== 'exec' || dashes < 0) return { own: argv, name, command: [] };
  return { own: argv.slice(0, dashes), name, command: argv.slice(dashes + 1) };
}
