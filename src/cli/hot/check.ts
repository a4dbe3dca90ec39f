import { checkCommand } from '../commands/check.ts';
import { createHotCommand } from './hot-command.ts';

export const run = createHotCommand(checkCommand, () => true);
