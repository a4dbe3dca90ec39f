import type { Command } from 'commander';
import { isStillValid, listServedKeys } from '../../domain/keys/served-keys.ts';
import { NO_SERVED_KEYS, NO_VALID_KEYS } from '../../report/messages/serving/key-users.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import { type Invocation, rejectFlags } from '../command.ts';
import { EXIT } from '../flags/exit-codes.ts';
import type { TextOrJson } from '../flags/shared-flags.ts';
import { openExistingStore } from '../process/existing-store.ts';
import { getTextStyle, type Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';

/** The flags of `serve --who`, besides --db and --format. */
export interface WhoFlags {
  who?: boolean;
  valid?: boolean;
  host?: string;
}

export const addWhoFlags = (command: Command): Command =>
  command
    .option('--who', 'list which programs got which keys, from the database, instead of serving')
    .option('--valid', 'with --who: only keys that are still valid')
    .option('--host <name>', 'with --who: only keys that this host served');

const OWN_FLAGS = ['--who', '--valid', '--host', '--db', '--format'];

/** @throws CredWatchError for a flag that has an effect only with, or only without, --who */
export function validateWhoFlags({ who = false }: WhoFlags, invocation: Invocation): void {
  if (!who) {
    rejectFlags(invocation, ['--valid', '--host'], 'needs --who', 'add --who to list the users of keys');
    return;
  }
  const others = invocation.command.options.map(({ long }) => long ?? '');
  const rejected = others.filter((name) => !OWN_FLAGS.includes(name));
  rejectFlags(invocation, rejected, 'needs a server', 'remove --who to serve, or remove this flag');
}

/** Lists the users of served keys. Needs no running server. */
export async function printKeyUsers(
  flags: WhoFlags & { db?: string; format: TextOrJson },
  io: Io,
): Promise<number> {
  const now = io.clock.now();
  using store = await openExistingStore(resolveDatabasePath(flags.db, io));
  const all = listServedKeys(store.keyUses.list({ host: flags.host }), now);
  const keys = flags.valid ? all.filter(isStillValid) : all;
  if (keys.length === 0) {
    const { message, hint } = all.length > 0 ? NO_VALID_KEYS : NO_SERVED_KEYS;
    await printNote(io, message, flags.host === undefined ? hint : `${hint}; or remove --host`);
  }
  if (flags.format === 'json') {
    const { renderKeyUsersJson } = await import('../../report/serving/key-users-json.ts');
    await io.stdout.write(renderKeyUsersJson(keys, now));
  } else if (keys.length > 0) {
    const { renderKeyUsersText } = await import('../../report/serving/key-users-text.ts');
    await io.stdout.write(renderKeyUsersText(keys, getTextStyle(io)));
  }
  return EXIT.ok;
}
