import { BASH } from './bash.ts';
import { FISH } from './fish.ts';
import { POWERSHELL } from './powershell.ts';
import type { Shell } from './shells.ts';
import { ZSH } from './zsh.ts';

/**
 * What each shell is given to read. They ask the program at each TAB, so that they know the version that is installed
 * and the names in the database; they evaluate nothing of the answer, since those names come from elsewhere.
 */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
  powershell: POWERSHELL,
};
