import { Argument } from 'commander';
import { CredWatchError } from '../../errors.ts';
import type { CommandDefinition } from '../command.ts';
import { COMPLETION_SCRIPTS } from '../completion/scripts.ts';
import { DONE, EXIT } from '../flags/exit-codes.ts';

const SHELLS = Object.keys(COMPLETION_SCRIPTS);

export const completionCommand: CommandDefinition = {
  name: 'completion',
  group: 'Help',
  description: 'print a completion script for a shell',
  declare: (command) =>
    command
      .usage('[options] <shell>')
      .addArgument(new Argument('[shell]', 'shell that reads the script').choices(SHELLS)),
  help: {
    notes: [
      'TAB completes commands, flags, values, and the names of hosts, roles and jobs in the database. ' +
        'After the dashes of exec, TAB completes the command to run.',
      'To install the script, add one of the examples to the start-up file of the shell, or write the output ' +
        'to a file that the shell loads on demand:',
      {
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
      ['source <(cred-watch completion bash)', '~/.bashrc'],
      ['source <(cred-watch completion zsh)', '~/.zshrc'],
      ['cred-watch completion fish | source', '~/.config/fish/config.fish'],
      ['cred-watch completion powershell | Out-String | Invoke-Expression', '$PROFILE'],
    ],
  },
  async run(_, { io, command }) {
    const script = COMPLETION_SCRIPTS[command.args[0] ?? ''];
    if (script === undefined) {
      const guess = SHELLS.find((each) => io.env.SHELL?.endsWith(`/${each}`)) ?? 'bash';
      throw new CredWatchError(
        'completion needs the name of a shell',
        `use one of ${SHELLS.join(', ')}: \`cred-watch completion ${guess}\``,
      );
    }
    await io.stdout.write(script);
    return EXIT.ok;
  },
};
