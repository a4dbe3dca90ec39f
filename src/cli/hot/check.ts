import { type CheckFlags, checkCommand } from '../commands/check.ts';
import { needsWholeProgram } from '../database/database-location.ts';
import { createHotCommand } from './hot-command.ts';
import { usesLocalSource } from './local-source.ts';

/**
 * A running process is judged rarely, and may then be followed for hours. The bundle has no time zones, and only
 * the sources that make no call to AWS.
 */
export const run = createHotCommand<CheckFlags>(
  checkCommand,
  async (flags, io) =>
    flags.pid === undefined &&
    flags.timezone === undefined &&
    !needsWholeProgram(flags.db, process) &&
    (await usesLocalSource(flags, io)),
);
