import { BASH_SCRIPT } from './bash.ts';
import { FISH_SCRIPT } from './fish.ts';
import { POWERSHELL_SCRIPT } from './powershell.ts';
import { ZSH_SCRIPT } from './zsh.ts';

/**
 * The completion scripts, by shell. At each TAB, a script runs the installed program, which knows its flags and the
 * names in the database. A script never evaluates the output, because these names are untrusted.
 */
export const COMPLETION_SCRIPTS: Readonly<Record<string, string>> = {
  bash: BASH_SCRIPT,
  zsh: ZSH_SCRIPT,
  fish: FISH_SCRIPT,
  powershell: POWERSHELL_SCRIPT,
};
