import { BASH_SCRIPT } from './bash.ts';
import { FISH_SCRIPT } from './fish.ts';
import { POWERSHELL_SCRIPT } from './powershell.ts';
import type { Shell } from './shells.ts';
import { ZSH_SCRIPT } from './zsh.ts';

/**
 * What each shell is given to read. They ask the program at each TAB, so that they know the version that is installed
 * and the names in the database; they evaluate nothing of the answer, since those names come from elsewhere.
 */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: BASH_SCRIPT,
  zsh: ZSH_SCRIPT,
  fish: FISH_SCRIPT,
  powershell: POWERSHELL_SCRIPT,
};
