import { type CheckFlags, checkCommand } from '../commands/check.ts';
import { needsWholeProgram } from '../database/database-location.ts';
import { createHotCommand } from './hot-command.ts';

/** A running process is judged rarely, and may then be followed for hours. */
export const run = createHotCommand<CheckFlags>(
  checkCommand,
  ({ db, pid }) => pid === undefined && !needsWholeProgram(db, process),
);
