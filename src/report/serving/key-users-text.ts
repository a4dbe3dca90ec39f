import type { StoredKeyUse } from '../../domain/keys/key-use.ts';
import { isStillValid, type ServedKeyUsers } from '../../domain/keys/served-keys.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import {
  describeClient,
  describeResponses,
  describeServedKey,
  describeServedKeys,
  describeUser,
} from '../messages/serving/key-users.ts';
import { continueRows, type Row } from '../rows/row.ts';
import { createPalette, type Palette } from '../terminal/colour.ts';
import { clampWidth, layOutBlocks } from '../terminal/layout.ts';
import type { TextStyle } from '../terminal/text-style.ts';
import { formatNumber } from '../text/format-values.ts';

/** Further users of a key are only counted. JSON has all of them. */
const MAX_USERS = 20;

/** For a terminal: one block for each key. */
export function renderKeyUsersText(keys: readonly ServedKeyUsers[], style: TextStyle): string {
  const palette = createPalette(style);
  const hasSeveralHosts = new Set(keys.map(({ host }) => host)).size > 1;
  const blocks = keys.map((key) => renderKey(key, hasSeveralHosts, clampWidth(style.width), palette));
  return `${[describeServedKeys(keys), ...blocks].join('\n\n')}\n`;
}

function renderKey(key: ServedKeyUsers, isHostShown: boolean, width: number, palette: Palette): string {
  const shown = key.users.slice(0, MAX_USERS);
  const hidden = key.users.length - shown.length;
  const host: Row[] = isHostShown ? [['served by', escapeUnprintable(key.host)]] : [];
  const headline = describeServedKey(key);
  return [
    palette.bold(isStillValid(key) ? palette.warning(headline) : palette.dim(headline)),
    ...layOutBlocks([[...host, ...shown.flatMap(listUserRows)]], width, palette),
    ...(hidden > 0 ? [`  and ${formatNumber(hidden)} more; -f json has all of them`] : []),
  ].join('\n');
}

function listUserRows(use: StoredKeyUse): Row[] {
  return continueRows('used by', [
    describeUser(use),
    ...(use.isOthers ? [] : [describeClient(use)]),
    describeResponses(use),
  ]);
}
