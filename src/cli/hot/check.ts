import { type CheckFlags, checkCommand } from '../commands/check.ts';
import { createHotCommand } from './hot-command.ts';

/** A running process is judged rarely, and may then be followed for hours. */
export const run = createHotCommand<CheckFlags>(checkCommand, ({ pid }) => pid === undefined);
