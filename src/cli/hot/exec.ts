import { type ExecFlags, execCommand } from '../commands/exec.ts';
import { createHotCommand } from './hot-command.ts';

/** `--refresh` needs a server, which the bundle does not contain. */
export const run = createHotCommand<ExecFlags>(execCommand, ({ refresh }) => refresh !== true);
