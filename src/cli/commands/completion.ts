import { Argument, type Command } from 'commander';
import { CredWatchError } from '../../errors.ts';
import { SHELLS, type Shell } from '../completion/shells.ts';
import { EXIT } from '../flags/exit-codes.ts';
import type { Io } from '../process/io.ts';

export function declareCompletion(program: Command, run: (shell: Shell | undefined) => Promise<void>): void {
  program
    .command('completion')
    .helpGroup('Help:')
    .description('print what a shell needs to complete commands, flags and values at TAB')
    .addArgument(new Argument('[shell]', 'whose').choices(SHELLS))
    .addHelpText(
      'after',
      `
Hosts, roles and jobs are completed from the database, and behind the dashes of
exec the words of the command.

To install it, put one of the examples into the file that the shell reads when
it starts; or put what it prints into a file that is read only when needed:
  bash  ~/.local/share/bash-completion/completions/cred-watch
  zsh   _cred-watch in a folder of $fpath
  fish  ~/.config/fish/completions/cred-watch.fish

Examples:
  source <(cred-watch completion bash)  in ~/.bashrc
  source <(cred-watch completion zsh)   in ~/.zshrc
  cred-watch completion fish | source   in ~/.config/fish/config.fish
  cred-watch completion powershell | Out-String | Invoke-Expression  in $PROFILE`,
    )
    .action(run);
}

export async function runCompletionCommand(shell: Shell | undefined, io: Io): Promise<number> {
  if (shell === undefined) {
    const guess = SHELLS.find((each) => io.env.SHELL?.endsWith(`/${each}`)) ?? 'bash';
    throw new CredWatchError(
      'completion needs the name of a shell',
      `say which: \`cred-watch completion ${guess}\`, of ${SHELLS.join(', ')}`,
    );
  }
  const { COMPLETION_SCRIPTS: SCRIPTS } = await import('../completion/scripts.ts');
  await io.stdout.write(SCRIPTS[shell]);
  return EXIT.ok;
}
