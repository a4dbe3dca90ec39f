import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findLocalZone } from '../../../src/cli/time-zone/local-zone.ts';
import { readTimeZone } from '../../../src/cli/time-zone/read-time-zone.ts';
import { formatOffset } from '../../../src/domain/time/zone-offsets.ts';

const isLinux = process.platform === 'linux';

test.each([
  ['Europe/Berlin', 'Europe/Berlin'],
  [':Europe/Berlin', 'Europe/Berlin'],
  ['EST5EDT', 'EST5EDT'],
  ['', 'UTC'],
  // In POSIX, the offset is what has to be added to local time.
  ['JST-9', '+09:00'],
  ['UTC0', '+00:00'],
  ['UTC+3', '-03:00'],
  ['<+0530>-5:30', '+05:30'],
  ['/nowhere/zoneinfo/Europe/Berlin', null],
])('the local zone of TZ=%s is %s', async (tz, name) => {
  expect(await findLocalZone(tz)).toBe(name);
});

test('without TZ, the local zone is the zone of the system', async () => {
  expect(await findLocalZone(undefined)).toBe(new Intl.DateTimeFormat().resolvedOptions().timeZone);
});

test.runIf(isLinux)('TZ can be a file with the rules of the zone', async () => {
  const file = '/usr/share/zoneinfo/Asia/Tokyo';
  const target = realpathOrNull(file);
  expect(await findLocalZone(`:${file}`)).toBe(target === null ? null : target.replace(/.*zoneinfo\//, ''));
});

test.runIf(isLinux).each([':/etc/localtime', 'JST-9', '<+0530>-5:30', 'UTC+3', ''])(
  'with TZ=%j, the local zone is the zone of C programs',
  async (tz) => {
    const { stdout } = spawnSync('date', ['--date=@1793404800', '+%z'], {
      env: { TZ: tz },
      encoding: 'utf8',
    });
    const { offsetAt } = await readTimeZone('local', { env: { TZ: tz } });
    expect(formatOffset(offsetAt(1_793_404_800_000)).replace(':', '')).toBe(stdout.trim());
  },
);

function realpathOrNull(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

const CHOICES = 'use UTC, local, an offset like -05:00, or a name like America/New_York';

test.each([
  ['Berlin', `did you mean Europe/Berlin? ${CHOICES}`],
  ['new york', `did you mean America/New_York? ${CHOICES}`],
  ['Europe/Berlim', `did you mean Europe/Berlin? ${CHOICES}`],
  ['Asia/Kolkatta', `did you mean Asia/Kolkata? ${CHOICES}`],
  ['IST', `an abbreviation can mean several zones; ${CHOICES}`],
  ['Mars/Olympus', CHOICES],
  ['', CHOICES],
])('--timezone %j is an error with a hint', async (text, hint) => {
  await expect(readTimeZone(text, { env: {} })).rejects.toMatchObject({
    message: `--timezone '${text}' is not a time zone`,
    hint,
  });
});

test.each(['Foo/Bar', 'CET-1CEST,M3.5.0,M10.5.0/3', 'IST'])(
  'TZ=%s without a name of a zone is an error of --timezone local',
  async (tz) => {
    await expect(readTimeZone('local', { env: { TZ: tz } })).rejects.toMatchObject({
      message: `--timezone local needs the name of the local zone, and TZ is '${tz}'`,
      hint: 'set TZ to a name like America/New_York, or give the name with --timezone',
    });
  },
);

test.each([' local ', 'LOCAL'])('%j is the local zone', async (text) => {
  expect((await readTimeZone(text, { env: { TZ: 'Asia/Kolkata' } })).name).toBe('Asia/Kolkata');
});
