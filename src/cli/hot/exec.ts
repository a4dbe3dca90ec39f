import { type ExecFlags, execCommand } from '../commands/exec.ts';
import { createHotCommand } from './hot-command.ts';

/** `--refresh` starts a server. */
export const run = createHotCommand<ExecFlags>(execCommand, ({ refresh }) => refresh !== true);
