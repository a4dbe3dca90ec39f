import { type StatusFlags, statusCommand } from '../commands/status.ts';
import { needsWholeProgram } from '../database/database-location.ts';
import { createHotCommand } from './hot-command.ts';

export const run = createHotCommand<StatusFlags>(
  statusCommand,
  ({ db, timezone }) => timezone === undefined && !needsWholeProgram(db, process),
);
