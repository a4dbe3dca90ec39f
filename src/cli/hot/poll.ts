import { isLocalSource } from '../../sources/open.ts';
import { type PollFlags, pollCommand } from '../commands/poll.ts';
import { createHotCommand } from './hot-command.ts';

/**
 * `--interval` starts only once. A round of `--targets` or a call to AWS takes longer than the start. A profile may need
 * a call to AWS.
 */
export const run = createHotCommand<PollFlags>(
  pollCommand,
  ({ interval, targets, source, profile }) =>
    interval === undefined &&
    targets === undefined &&
    (source === 'auto' ? profile === undefined : isLocalSource(source)),
);
