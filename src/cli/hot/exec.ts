import { type ExecFlags, execCommand } from '../commands/exec.ts';
import { createHotCommand } from './hot-command.ts';
import { usesLocalSource } from './local-source.ts';

/**
 * The bundle contains neither the server of `--refresh`, nor the code that follows the command, nor the sources
 * that call AWS.
 */
export const run = createHotCommand<ExecFlags>(
  execCommand,
  async (flags, io) => flags.refresh !== true && flags.watch !== true && (await usesLocalSource(flags, io)),
);
