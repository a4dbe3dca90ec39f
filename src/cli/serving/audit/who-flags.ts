import type { Command } from 'commander';
import { type Invocation, rejectFlags } from '../../command.ts';

/** The flags of `serve --who`, besides --db, --format and --host. */
export interface WhoFlags {
  who?: boolean;
  valid?: boolean;
}

export const addWhoFlags = (command: Command): Command =>
  command
    .option('--who', 'list which programs got which keys, from the database, instead of serving')
    .option('--valid', 'with --who: only keys that are still valid');

const OWN_FLAGS = ['--who', '--valid', '--host', '--db', '--format'];

/** @throws CredWatchError for a flag that has an effect only with, or only without, --who */
export function validateWhoFlags({ who = false }: WhoFlags, invocation: Invocation): void {
  if (!who) {
    rejectFlags(invocation, ['--valid'], 'needs --who', 'add --who to list the users of keys');
    return;
  }
  const others = invocation.command.options.map(({ long }) => long ?? '');
  const rejected = others.filter((name) => !OWN_FLAGS.includes(name));
  rejectFlags(invocation, rejected, 'has no effect with --who', 'remove it: --who does not serve');
}
