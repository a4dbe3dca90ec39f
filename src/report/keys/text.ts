import type { KeyAnswer, KeySighting, KeyStatus } from '../../domain/keys/key-answer.ts';
import type { StoredKeyUse } from '../../domain/keys/key-use.ts';
import { formatDuration } from '../../domain/time/duration.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import {
  describeKeyAnswer,
  describeKeyKind,
  describeKeyNote,
  describeReplacement,
  describeUrlLimit,
  formatKeyStatus,
} from '../messages/keys.ts';
import { describeResponses, describeUser } from '../messages/serving/key-users.ts';
import { continueRows, type Row } from '../rows/row.ts';
import { createPalette, type Palette } from '../terminal/colour.ts';
import { clampWidth, layOutBlocks } from '../terminal/layout.ts';
import type { TextStyle } from '../terminal/text-style.ts';
import {
  formatCount,
  formatNumber,
  formatSeriesName,
  formatTimestamp,
  maskKeyId,
} from '../text/format-values.ts';
import { formatUrlAddress } from './url-address.ts';

/** More answers have one line each. */
const MAX_BLOCKS = 10;

/** The programs that got the key of an answer from `serve`. */
export type FindKeyUsers = (answer: KeyAnswer) => readonly StoredKeyUse[];

/** Further programs are only counted. */
const MAX_USERS = 5;

/** Further series of one key are only counted. */
const MAX_SERIES = 10;

/** For a terminal: one block for each answer, or one line if there are many. */
export function renderKeysText(
  answers: readonly KeyAnswer[],
  findUsers: FindKeyUsers,
  style: TextStyle,
): string {
  const palette = createPalette(style);
  if (answers.length > MAX_BLOCKS)
    return answers.map((answer) => `${renderLine(answer, palette)}\n`).join('');
  return `${answers.map((answer) => renderBlock(answer, findUsers(answer), clampWidth(style.width), palette)).join('\n\n')}\n`;
}

/** `expired   ASIA…7QXK  2026-11-22 16:18:15Z  i-0abc · imds v2 · loader`. */
function renderLine(answer: KeyAnswer, palette: Palette): string {
  const { status, worksUntil, worksAtMostUntil, url, sightings } = answer;
  const end = worksUntil ?? worksAtMostUntil;
  const bound = worksUntil === null && end !== null ? '<= ' : '';
  const columns = [
    paintStatus(status, formatKeyStatus(status), palette) + ' '.repeat(10 - status.length),
    showKeyId(answer.accessKeyId).padEnd(10),
    (end === null ? '-' : bound + formatTimestamp(end)).padEnd(24),
    url === null ? '' : (formatUrlAddress(url) ?? 'URL'),
    sightings.map(({ identity }) => formatSeriesName(identity))[0] ?? '',
  ];
  return columns
    .filter((column) => column !== '')
    .join(' ')
    .trimEnd();
}

function renderBlock(
  answer: KeyAnswer,
  users: readonly StoredKeyUse[],
  width: number,
  palette: Palette,
): string {
  const { status, accessKeyId, kind, accountId, notes, sightings } = answer;
  const account = accountId === null ? '' : ` of account ${accountId}`;
  const limit = describeUrlLimit(answer);
  const rows: Row[] = [
    ['key', showKeyId(accessKeyId), `${describeKeyKind(kind)}${account}`],
    ...listUrlRows(answer),
    ...(limit === null ? [] : [['limited by', limit] as const]),
    ...continueRows(
      'note',
      notes.map((note) => describeKeyNote(note, answer)),
    ),
  ];
  const shown = sightings.slice(0, MAX_SERIES);
  const hidden = sightings.length - shown.length;
  const blocks = [
    rows,
    ...shown.map((each) => listSightingRows(each, shown.length > 1)),
    continueRows('served to', listUsers(users)),
  ];
  return [
    paintStatus(status, describeKeyAnswer(answer), palette),
    ...layOutBlocks(blocks, width, palette),
    ...(hidden > 0 ? [`  and ${formatNumber(hidden)} more series`] : []),
  ].join('\n');
}

function listUsers(users: readonly StoredKeyUse[]): string[] {
  const hidden = users.length - MAX_USERS;
  return [
    ...users.slice(0, MAX_USERS).map((each) => `${describeUser(each)}: ${describeResponses(each)}`),
    ...(hidden > 0 ? [`and ${formatNumber(hidden)} more, see \`cred-watch serve --who\``] : []),
  ];
}

function listUrlRows({ url }: KeyAnswer): Row[] {
  if (url === null) return [];
  const { signedAt, duration, requestedUntil, region, service } = url;
  const scope = [service, region].filter((part) => part !== null).map(escapeUnprintable);
  const requested = requestedUntil === null ? 'unknown' : `until ${formatTimestamp(requestedUntil)}`;
  return [
    ['URL', formatUrlAddress(url) ?? 'unknown', scope.join(' ')],
    ...(signedAt === null ? [] : [['signed', formatTimestamp(signedAt)] as const]),
    ['requested', requested, duration === null ? '' : `(${formatDuration(duration)})`],
  ];
}

function listSightingRows(sighting: KeySighting, isNamed: boolean): Row[] {
  const { identity, accessKeyId, issuedAt, firstSeen, lastSeen, sampleCount, expiration } = sighting;
  const count = formatCount(sampleCount, 'sample');
  return [
    ['issued by', formatSeriesName(identity), isNamed ? maskKeyId(accessKeyId) : ''],
    ['issued', issuedAt === null ? 'unknown' : formatTimestamp(issuedAt)],
    ['seen', `${formatTimestamp(firstSeen)} to ${formatTimestamp(lastSeen)}`, `(${count})`],
    ['rotated', describeReplacement(sighting.replacement)],
    ['expires', formatTimestamp(expiration)],
  ];
}

const showKeyId = (keyId: string) => (keyId.includes('\u2026') ? keyId : maskKeyId(keyId));

function paintStatus(status: KeyStatus, text: string, { bold, good, bad, warning }: Palette): string {
  const paint = { valid: good, expired: bad, rejected: bad, unknown: warning }[status];
  return bold(paint(text));
}
