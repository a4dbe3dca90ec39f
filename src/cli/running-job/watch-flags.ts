import type { Command } from 'commander';
import type { Seconds } from '../../domain/model.ts';
import { type Invocation, rejectFlags } from '../command.ts';

/** The flags of a command that can follow a running job. */
export interface WatchFlags {
  watch?: boolean;
  warnBefore?: Seconds;
}

export const addWatchFlags = (command: Command, watchFlagText: string): Command =>
  command
    .option('--watch', watchFlagText)
    .option(
      '--warn-before <duration>',
      'with --watch: warn this long before the credentials expire (default: 15m, or half of the remaining validity if that is less)',
    );

/** @throws CredWatchError if flags of --watch are given without it */
export function validateWatchFlags({ watch }: WatchFlags, invocation: Invocation): void {
  if (watch) return;
  rejectFlags(invocation, ['--warn-before'], 'needs --watch', 'add --watch, or remove --warn-before');
}
