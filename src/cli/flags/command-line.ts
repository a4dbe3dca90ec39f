export interface CommandLine {
  /** The words that are ours to parse. */
  ownArguments: readonly string[];
  /** Of the command, or `''`. */
  commandName: string;
  /** What stands behind the first `--` of exec: another program's words, none of which may be taken for a flag of ours. */
  childCommand: readonly string[];
}

export function splitCommandLine(argv: readonly string[]): CommandLine {
  const name = argv.find((word) => !word.startsWith('-')) ?? '';
  const dashes = argv.indexOf('--');
  if (name !== 'exec' || dashes < 0) return { ownArguments: argv, commandName: name, childCommand: [] };
  return { ownArguments: argv.slice(0, dashes), commandName: name, childCommand: argv.slice(dashes + 1) };
}
