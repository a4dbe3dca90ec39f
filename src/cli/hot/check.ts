import { type CheckFlags, checkCommand } from '../commands/check.ts';
import { needsWholeProgram } from '../database/database-location.ts';
import { createHotCommand } from './hot-command.ts';

/** A running process is judged rarely, and may then be followed for hours. The bundle has no time zones. */
export const run = createHotCommand<CheckFlags>(
  checkCommand,
  ({ db, pid, timezone }) => pid === undefined && timezone === undefined && !needsWholeProgram(db, process),
);
