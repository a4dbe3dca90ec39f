import { type PollFlags, pollCommand } from '../commands/poll.ts';
import { createHotCommand } from './hot-command.ts';

/**
 * `--interval` starts only once, and a round of `--targets` takes longer than the start. `--role-arn` needs the rules
 * of the provider chains.
 */
export const run = createHotCommand<PollFlags>(
  pollCommand,
  ({ interval, targets, roleArn }) =>
    interval === undefined && targets === undefined && roleArn === undefined,
);
