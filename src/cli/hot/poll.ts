import { type PollFlags, pollCommand } from '../commands/poll.ts';
import { createHotCommand } from './hot-command.ts';

/** `--interval` starts only once, and a round of `--targets` takes longer than the start. */
export const run = createHotCommand<PollFlags>(
  pollCommand,
  (flags) => flags.interval === undefined && flags.targets === undefined,
);
