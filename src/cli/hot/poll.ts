import { isLocalSource } from '../../sources/open.ts';
import { pollCommand } from '../commands/poll.ts';
import type { PollFlags } from '../poll/poll-flags.ts';
import { createHotCommand } from './hot-command.ts';

/**
 * `--interval` starts only once. A round of `--targets` or a call to AWS takes longer than the start. A profile may need
 * a call to AWS. A push or a command takes longer than the start. Only people choose time zones.
 */
export const run = createHotCommand<PollFlags>(
  pollCommand,
  ({ interval, targets, source, profile, push, onChange, timezone }) =>
    interval === undefined &&
    targets === undefined &&
    push === undefined &&
    onChange === undefined &&
    timezone === undefined &&
    (source === 'auto' ? profile === undefined : isLocalSource(source)),
);
