import { isLocalSource } from '../../sources/open.ts';
import { type PollFlags, pollCommand } from '../commands/poll.ts';
import { createHotCommand } from './hot-command.ts';

/**
 * `--interval` starts only once. A round of `--targets` or a call to AWS takes longer than the start. A profile may need
 * a call to AWS. A push takes longer than the start.
 */
export const run = createHotCommand<PollFlags>(
  pollCommand,
  ({ interval, targets, source, profile, push }) =>
    interval === undefined &&
    targets === undefined &&
    push === undefined &&
    (source === 'auto' ? profile === undefined : isLocalSource(source)),
);
