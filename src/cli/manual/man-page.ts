import type { Command, Option } from 'commander';
import { declareProgram } from '../program.ts';
import { getHelp, type HelpBlock, type HelpExample, type HelpRow } from './command-help.ts';
import { describeValues } from './describe-values.ts';
import { GLOBAL_GROUP, groupFlags } from './flag-groups.ts';
import { ENVIRONMENT, EXIT_STATUS_NOTE, FILES, SEE_ALSO, VALUES } from './man-sections.ts';
import {
  escapeRoff,
  formatBold,
  formatFlagSyntax,
  formatItalic,
  formatTaggedParagraph,
  formatVerbatim,
} from './roff.ts';

/**
 * Renders the man page from the help texts. The build calls this function.
 * The page has no date, so that builds are reproducible.
 */
export function renderManPage(program: Command = declareProgram()): string {
  const name = program.name();
  const lines = [
    `.TH ${escapeRoff(name.toUpperCase())} 1 "" "${escapeRoff(`${name} ${program.version()}`)}" "User Commands"`,
    '.SH NAME',
    `${escapeRoff(name)} \\- ${escapeRoff(program.description())}`,
    '.SH SYNOPSIS',
    `${formatBold(name)} \\fIcommand\\fR [\\fIoptions\\fR]`,
    '.SH DESCRIPTION',
    ...formatTable(program.commands.map((command) => [command.name(), command.description()])),
    '.SH COMMANDS',
    ...program.commands.flatMap((command) => formatCommand(program, command)),
    '.SH GLOBAL OPTIONS',
    ...groupFlags(program).flatMap(({ options }) => formatOptions(options)),
    '.SH VALUES',
    ...formatTable(VALUES),
    '.SH EXIT STATUS',
    ...formatTable(listExitCodes(program)),
    '.PP',
    escapeRoff(EXIT_STATUS_NOTE),
    '.SH ENVIRONMENT',
    ...formatTable(ENVIRONMENT),
    '.SH FILES',
    ...formatTable(FILES),
    '.SH EXAMPLES',
    ...getHelp(program).examples.flatMap(formatExample),
    '.SH SEE ALSO',
    escapeRoff(SEE_ALSO),
  ];
  // A heading already starts a paragraph, and mandoc warns about a second start.
  const needed = lines.filter((line, index) => line !== '.PP' || !/^\.S[HS] /.test(lines[index - 1] ?? ''));
  return `${needed.join('\n')}\n`;
}

function formatCommand(program: Command, command: Command): string[] {
  const { notes = [], examples } = getHelp(command);
  return [
    `.SS ${escapeRoff(`${program.name()} ${command.name()} ${command.usage()}`)}`,
    escapeRoff(toSentence(command.description())),
    ...command.registeredArguments.map((each) =>
      formatTaggedParagraph(formatItalic(each.name()), escapeRoff(describeValues(each))),
    ),
    ...groupFlags(command)
      // Listed once for all commands.
      .filter(({ heading }) => heading !== GLOBAL_GROUP)
      .flatMap(({ heading, options }) => ['.PP', escapeRoff(`${heading}:`), ...formatOptions(options)]),
    ...notes.flatMap(formatBlock),
    '.PP',
    'Examples:',
    ...examples.flatMap(formatExample),
  ];
}

const formatOptions = (options: readonly Option[]): string[] =>
  options.map((each) =>
    formatTaggedParagraph(formatFlagSyntax(each.flags), escapeRoff(describeValues(each))),
  );

function formatBlock(block: HelpBlock): string[] {
  if (typeof block === 'string') return ['.PP', escapeRoff(block)];
  const lines = 'rows' in block ? formatTable(block.rows) : ['.PP', formatVerbatim(block.verbatim)];
  return ['.PP', escapeRoff(`${block.heading}:`), ...lines];
}

const formatExample = ([input, purpose]: HelpExample): string[] => [
  '.PP',
  formatVerbatim(input.replaceAll('\n', '\n  ').split('\n')),
  ...(purpose === undefined ? [] : ['.RS 4', escapeRoff(purpose), '.RE']),
];

const formatTable = (rows: readonly HelpRow[]): string[] =>
  rows.map(([term, description]) => formatTaggedParagraph(formatBold(term), escapeRoff(description)));

/** One row per command: `check`, `0: safe; 1: not safe; …`. */
const listExitCodes = (program: Command): HelpRow[] =>
  program.commands.map((command) => [
    command.name(),
    (getHelp(command).exitCodes ?? []).map(([code, meaning]) => `${code}: ${meaning}`).join('; '),
  ]);

/** A help text starts in lower case and has no full stop; a manual has sentences. */
function toSentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!]$/.test(capital) ? capital : `${capital}.`;
}
