import { Argument } from 'commander';
import { CredWatchError } from '../../errors.ts';
import type { CommandDefinition } from '../command.ts';
import { SHELLS, type Shell } from '../completion/shells.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { addHelp, DONE } from '../manual/command-help.ts';
import type { Io } from '../process/io.ts';

export const completionCommand: CommandDefinition = {
  name: 'completion',
  declare(program, perform) {
    const command = program
      .command('completion')
      .helpGroup('Help:')
      .description('print a completion script for a shell')
      .addArgument(new Argument('[shell]', 'shell that reads the script').choices(SHELLS))
      .action((shell: Shell | undefined) => perform(({ io }) => runCompletion(shell, io)));
    addHelp(command, () => ({
      notes: [
        {
          kind: 'paragraph',
          text:
            'TAB completes commands, flags, values, and the names of hosts, roles and jobs in the database. ' +
            'After the dashes of exec, TAB completes the command to run.',
        },
        {
          kind: 'paragraph',
          text:
            'To install the script, add one of the examples to the start-up file of the shell, or write the output ' +
            'to a file that the shell loads on demand:',
        },
        {
          kind: 'rows',
          heading: 'Files loaded on demand',
          rows: [
            ['bash', '~/.local/share/bash-completion/completions/cred-watch'],
            ['zsh', '_cred-watch in a folder of $fpath'],
            ['fish', '~/.config/fish/completions/cred-watch.fish'],
          ],
        },
      ],
      exitCodes: DONE,
      examples: [
        ['source <(cred-watch completion bash)', 'in ~/.bashrc'],
        ['source <(cred-watch completion zsh)', 'in ~/.zshrc'],
        ['cred-watch completion fish | source', 'in ~/.config/fish/config.fish'],
        ['cred-watch completion powershell | Out-String | Invoke-Expression', 'in $PROFILE'],
      ],
    }));
  },
};

async function runCompletion(shell: Shell | undefined, io: Io): Promise<number> {
  if (shell === undefined) {
    const guess = SHELLS.find((each) => io.env.SHELL?.endsWith(`/${each}`)) ?? 'bash';
    throw new CredWatchError(
      'completion needs the name of a shell',
      `use one of ${SHELLS.join(', ')}: \`cred-watch completion ${guess}\``,
    );
  }
  const { COMPLETION_SCRIPTS } = await import('../completion/scripts.ts');
  await io.stdout.write(COMPLETION_SCRIPTS[shell]);
  return EXIT.ok;
}
