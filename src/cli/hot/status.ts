import { type StatusFlags, statusCommand } from '../commands/status.ts';
import { needsWholeProgram } from '../database/database-location.ts';
import { createHotCommand } from './hot-command.ts';

/** The bundle has neither time zones nor the parser of times, which takes 80 KB. */
export const run = createHotCommand<StatusFlags>(
  statusCommand,
  ({ db, since, until, timezone }) =>
    since === undefined && until === undefined && timezone === undefined && !needsWholeProgram(db, process),
  { isReport: true },
);
