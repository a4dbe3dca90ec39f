import { type ExecFlags, execCommand } from '../commands/exec.ts';
import { createHotCommand } from './hot-command.ts';

/** The bundle contains neither the server of `--refresh`, nor the code that follows the command. */
export const run = createHotCommand<ExecFlags>(
  execCommand,
  ({ refresh, watch }) => refresh !== true && watch !== true,
);
