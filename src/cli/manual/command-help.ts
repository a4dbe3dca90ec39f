import type { Command, Option } from 'commander';

export type HelpRow = readonly [term: string, description: string];

/** Shell input, perhaps of several lines, and its purpose unless the input explains itself. */
export type HelpExample = readonly [input: string, purpose?: string];

/** A paragraph, or a list with a heading. */
export type HelpBlock =
  | string
  | { heading: string; rows: readonly HelpRow[] }
  | { heading: string; verbatim: readonly string[] };

/** The part of a command's help besides its flags. */
export interface CommandHelp {
  /** The flags in the short help (`-h`), in this order. All flags by default. */
  commonFlags?: readonly string[];
  notes?: readonly HelpBlock[];
  /** Exit codes and their meanings. */
  exitCodes?: readonly HelpRow[];
  /** The first ones are also in the short help. */
  examples: readonly HelpExample[];
}

const requirements = new WeakMap<Option, string>();

/** Says in the help when a flag is required: `unless --pid is given`. For a flag that the command checks itself. */
export function addRequirement(option: Option, condition = ''): Option {
  requirements.set(option, condition === '' ? 'required' : `required, ${condition}`);
  return option;
}

/** `required`, perhaps with a condition; null for an optional flag. */
export const findRequirement = (option: Option): string | null =>
  requirements.get(option) ?? (option.mandatory ? 'required' : null);

const helps = new WeakMap<Command, CommandHelp>();

/** Declares the help of a command. */
export function addHelp(command: Command, help: CommandHelp): void {
  helps.set(command, help);
}

/** @throws Error if the command has no help */
export function getHelp(command: Command): CommandHelp {
  const help = helps.get(command);
  if (help === undefined) throw new Error(`${command.name()} was declared without addHelp`);
  return help;
}
