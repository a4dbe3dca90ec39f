import type { Command, Option } from 'commander';
import { declareProgram } from '../program.ts';
import { type Example, examplesOf, type HelpBlock, helpBlocks } from './help-text.ts';
import { ENVIRONMENT, EXIT_STATUS, EXIT_STATUS_MORE, FILES, SEE_ALSO } from './man-sections.ts';
import { bold, flags, roffText, tagged, verbatim } from './roff.ts';

/**
 * The manual, of the same texts as the help. The build runs it, and ships what it returns. It bears a version and no
 * date: built twice it is the same.
 */
export function renderManPage(program: Command = declareProgram()): string {
  const name = program.name();
  const table = (rows: readonly (readonly [string, string])[]) =>
    rows.flatMap(([term, about]) => tagged(bold(term), roffText(about)));
  const lines = [
    `.TH ${roffText(name.toUpperCase())} 1 "" "${roffText(`${name} ${program.version()}`)}" "User Commands"`,
    '.SH NAME',
    `${roffText(name)} \\- ${roffText(program.description())}`,
    '.SH SYNOPSIS',
    `${bold(name)} \\fIcommand\\fR [\\fIoptions\\fR]`,
    '.SH DESCRIPTION',
    ...program.commands.flatMap((each) => tagged(bold(each.name()), roffText(each.description()))),
    '.SH COMMANDS',
    ...program.commands.flatMap((each) => commandLines(program, each)),
    '.SH GLOBAL OPTIONS',
    ...optionLines(program, program),
    '.SH EXIT STATUS',
    ...table(EXIT_STATUS),
    '.PP',
    roffText(EXIT_STATUS_MORE),
    '.SH ENVIRONMENT',
    ...table(ENVIRONMENT),
    '.SH FILES',
    ...table(FILES),
    '.SH EXAMPLES',
    ...exampleLines(examplesOf(program)),
    '.SH SEE ALSO',
    roffText(SEE_ALSO),
  ];
  // A heading begins a paragraph of its own.
  const needed = lines.filter((line, index) => line !== '.PP' || !/^\.S[HS] /.test(lines[index - 1] ?? ''));
  return `${needed.join('\n')}\n`;
}

function commandLines(program: Command, command: Command): string[] {
  const helper = command.createHelp();
  return [
    `.SS ${roffText(`${program.name()} ${command.name()} ${command.usage()}`)}`,
    roffText(sentence(command.description())),
    ...helper
      .visibleArguments(command)
      .flatMap((each) =>
        tagged(`\\fI${roffText(each.name())}\\fR`, roffText(helper.argumentDescription(each))),
      ),
    ...optionLines(program, command),
    ...helpBlocks(command).flatMap(blockLines),
  ];
}

function optionLines(program: Command, command: Command): string[] {
  const helper = program.createHelp();
  const isOwn = ({ long }: Option) => command === program || long !== '--help';
  return helper
    .visibleOptions(command)
    .filter(isOwn)
    .flatMap((each) => tagged(flags(each.flags), roffText(helper.optionDescription(each))));
}

function blockLines(block: HelpBlock): string[] {
  switch (block.kind) {
    case 'paragraph':
      return ['.PP', roffText(block.text)];
    case 'rows':
      return [
        '.PP',
        roffText(`${block.heading}:`),
        ...block.rows.flatMap(({ term, about }) =>
          about === '' ? ['.PP', ...verbatim(term.split('\n'))] : tagged(bold(term), roffText(about)),
        ),
      ];
    case 'examples':
      return ['.PP', 'Examples:', ...exampleLines(block.examples)];
  }
}

const exampleLines = (examples: readonly Example[]): string[] =>
  examples.flatMap(({ lines, about }) => [
    '.PP',
    ...verbatim(lines),
    ...(about === '' ? [] : ['.RS 4', roffText(about), '.RE']),
  ]);

/** Help begins in lower case and ends without a stop, a manual does not. */
function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!]$/.test(capital) ? capital : `${capital}.`;
}
