import type { Command, Option } from 'commander';
import { declareProgram } from '../program.ts';
import { type Example, findExamples, type HelpBlock, parseHelpBlocks } from './help-text.ts';
import { ENVIRONMENT, EXIT_STATUS, EXIT_STATUS_NOTE, FILES, SEE_ALSO } from './man-sections.ts';
import { escapeRoff, formatBold, formatFlagSyntax, formatTaggedParagraph, formatVerbatim } from './roff.ts';

/**
 * The manual, of the same texts as the help. The build runs it, and ships what it returns. It bears a version and no
 * date: built twice it is the same.
 */
export function renderManPage(program: Command = declareProgram()): string {
  const name = program.name();
  const table = (rows: readonly (readonly [string, string])[]) =>
    rows.flatMap(([term, about]) => formatTaggedParagraph(formatBold(term), escapeRoff(about)));
  const lines = [
    `.TH ${escapeRoff(name.toUpperCase())} 1 "" "${escapeRoff(`${name} ${program.version()}`)}" "User Commands"`,
    '.SH NAME',
    `${escapeRoff(name)} \\- ${escapeRoff(program.description())}`,
    '.SH SYNOPSIS',
    `${formatBold(name)} \\fIcommand\\fR [\\fIoptions\\fR]`,
    '.SH DESCRIPTION',
    ...program.commands.flatMap((each) =>
      formatTaggedParagraph(formatBold(each.name()), escapeRoff(each.description())),
    ),
    '.SH COMMANDS',
    ...program.commands.flatMap((each) => commandLines(program, each)),
    '.SH GLOBAL OPTIONS',
    ...optionLines(program, program),
    '.SH EXIT STATUS',
    ...table(EXIT_STATUS),
    '.PP',
    escapeRoff(EXIT_STATUS_NOTE),
    '.SH ENVIRONMENT',
    ...table(ENVIRONMENT),
    '.SH FILES',
    ...table(FILES),
    '.SH EXAMPLES',
    ...exampleLines(findExamples(program)),
    '.SH SEE ALSO',
    escapeRoff(SEE_ALSO),
  ];
  // A heading begins a paragraph of its own.
  const needed = lines.filter((line, index) => line !== '.PP' || !/^\.S[HS] /.test(lines[index - 1] ?? ''));
  return `${needed.join('\n')}\n`;
}

function commandLines(program: Command, command: Command): string[] {
  const helper = command.createHelp();
  return [
    `.SS ${escapeRoff(`${program.name()} ${command.name()} ${command.usage()}`)}`,
    escapeRoff(sentence(command.description())),
    ...helper
      .visibleArguments(command)
      .flatMap((each) =>
        formatTaggedParagraph(
          `\\fI${escapeRoff(each.name())}\\fR`,
          escapeRoff(helper.argumentDescription(each)),
        ),
      ),
    ...optionLines(program, command),
    ...parseHelpBlocks(command).flatMap(blockLines),
  ];
}

function optionLines(program: Command, command: Command): string[] {
  const helper = program.createHelp();
  const isOwn = ({ long }: Option) => command === program || long !== '--help';
  return helper
    .visibleOptions(command)
    .filter(isOwn)
    .flatMap((each) =>
      formatTaggedParagraph(formatFlagSyntax(each.flags), escapeRoff(helper.optionDescription(each))),
    );
}

function blockLines(block: HelpBlock): string[] {
  switch (block.kind) {
    case 'paragraph':
      return ['.PP', escapeRoff(block.text)];
    case 'rows':
      return [
        '.PP',
        escapeRoff(`${block.heading}:`),
        ...block.rows.flatMap(({ term, description }) =>
          description === ''
            ? ['.PP', ...formatVerbatim(term.split('\n'))]
            : formatTaggedParagraph(formatBold(term), escapeRoff(description)),
        ),
      ];
    case 'examples':
      return ['.PP', 'Examples:', ...exampleLines(block.examples)];
  }
}

const exampleLines = (examples: readonly Example[]): string[] =>
  examples.flatMap(({ lines, description }) => [
    '.PP',
    ...formatVerbatim(lines),
    ...(description === '' ? [] : ['.RS 4', escapeRoff(description), '.RE']),
  ]);

/** Help begins in lower case and ends without a stop, a manual does not. */
function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!]$/.test(capital) ? capital : `${capital}.`;
}
