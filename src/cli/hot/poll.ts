import { isLocalSource } from '../../sources/open.ts';
import { type PollFlags, pollCommand } from '../commands/poll.ts';
import { createHotCommand } from './hot-command.ts';

/**
 * `--interval` starts only once, and a round of `--targets` takes longer than the start. So does a call to AWS, which a
 * profile may need.
 */
export const run = createHotCommand<PollFlags>(
  pollCommand,
  ({ interval, targets, source, profile }) =>
    interval === undefined &&
    targets === undefined &&
    (source === 'auto' ? profile === undefined : isLocalSource(source)),
);
