import { type PollFlags, pollCommand } from '../commands/poll.ts';
import { createHotCommand } from './hot-command.ts';

/** A poller that keeps running starts only once, and many targets take longer than the start. */
export const run = createHotCommand<PollFlags>(
  pollCommand,
  (flags) => flags.interval === undefined && flags.targets === undefined,
);
