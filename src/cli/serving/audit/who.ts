import { isStillValid, listServedKeys } from '../../../domain/keys/served-keys.ts';
import { NO_SERVED_KEYS, NO_VALID_KEYS } from '../../../report/messages/serving/key-users.ts';
import { resolveDatabaseFile } from '../../database/database-location.ts';
import { EXIT } from '../../flags/exit-codes.ts';
import type { TextOrJson } from '../../flags/shared-flags.ts';
import { openExistingStore } from '../../process/existing-store.ts';
import { getTextStyle, type Io, printText } from '../../process/io.ts';
import { printNote } from '../../process/messages.ts';
import type { WhoFlags } from './who-flags.ts';

/** Lists the users of served keys. Needs no running server. */
export async function printKeyUsers(
  flags: WhoFlags & { host?: string; db?: string; format: TextOrJson },
  io: Io,
): Promise<number> {
  const now = io.clock.now();
  using store = await openExistingStore(resolveDatabaseFile(flags.db, io), io);
  const all = listServedKeys(store.keyUses.list({ host: flags.host }), now);
  const keys = flags.valid ? all.filter(isStillValid) : all;
  if (keys.length === 0) {
    const { message, hint } = all.length > 0 ? NO_VALID_KEYS : NO_SERVED_KEYS;
    await printNote(io, message, flags.host === undefined ? hint : `${hint}; or remove --host`);
  }
  if (flags.format === 'json') {
    const { renderKeyUsersJson } = await import('../../../report/serving/key-users-json.ts');
    await io.stdout.write(renderKeyUsersJson(keys, now));
  } else if (keys.length > 0) {
    const { renderKeyUsersText } = await import('../../../report/serving/key-users-text.ts');
    await printText(io, renderKeyUsersText(keys, getTextStyle(io)));
  }
  return EXIT.ok;
}
