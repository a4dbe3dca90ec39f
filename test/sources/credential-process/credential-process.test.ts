import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { withProcessTimeout } from '../../../src/sources/credential-process/credential-process.ts';
import { createLocalSource } from '../../../src/sources/open.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { isRunning } from '../../support/send-signal.ts';
import { createLifeline } from '../../support/sources/lifeline.ts';
import { CANARIES, codes, fail, harmless, options, succeed } from '../../support/sources/polling.ts';
import { processDocument } from '../../support/sources/process-document.ts';
import { homeWith } from '../../support/sources/profile-home.ts';
import { sampleCases } from '../../support/thorough.ts';

const [SECRET, TOKEN, OTHER] = CANARIES;

const source = (command: string, more = {}, env = {}) =>
  createLocalSource('process', options(env, { command, ...more }));

/** A command that prints the text. */
const printing = (text: string | Buffer) => {
  const file = join(temporaryFolder(), 'output');
  writeFileSync(file, text);
  return `cat ${file}`;
};

test('keys, token and expiration are read from the output of a command', async () => {
  const process = source(printing(`${processDocument({ AccountId: '123456789012', Other: 1 })}\n`));
  expect(process).toMatchObject({ name: 'process', endpoint: null });
  const outcome = await succeed(process);
  expect(outcome).toMatchObject({
    credentials: {
      accessKeyId: 'ASIACANARY0000000009',
      expiration: Date.parse('2026-11-22T06:23:11Z'),
      lastUpdated: null,
      zoneless: false,
    },
    identity: { apiVersion: null, role: 'cat', host: null },
    accountId: '123456789012',
    clockOffset: null,
    notes: [],
  });
  expect(outcome.secrets.secretAccessKey.reveal()).toBe(SECRET);
  expect(outcome.secrets.token?.reveal()).toBe(TOKEN);
});

describe('a command', () => {
  const output = processDocument();

  test('a command runs in a shell, in the environment of the poll', async () => {
    const command = 'test "$SET" = yes && printf %s "$OUTPUT" | cat';
    expect(await succeed(source(command, {}, { SET: 'yes', OUTPUT: output }))).toMatchObject({ ok: true });
  });

  test('a command has an empty stdin, and its stderr is ignored', async () => {
    await succeed(source(`cat; yes ${SECRET} | head -c 1000000 >&2; ${printing(output)}`));
  });

  test('a command runs in every poll', async () => {
    const counter = join(temporaryFolder(), 'counter');
    const process = source(`echo >> ${counter}; sed -n "$(wc -l < ${counter})p" ${counter}.outputs`);
    const outputs = [1, 2].map((last) => processDocument({ AccessKeyId: `ASIACANARY000000000${last}` }));
    writeFileSync(`${counter}.outputs`, outputs.join('\n'));
    expect((await succeed(process)).credentials.accessKeyId).toBe('ASIACANARY0000000001');
    expect((await succeed(process)).credentials.accessKeyId).toBe('ASIACANARY0000000002');
  });

  test('the command of the profile runs if no command is given', async () => {
    const config = `[default]\ncredential_process = exit 4\n[profile loader]\ncredential_process = ${printing(output)}\n`;
    const HOME = homeWith({ config, credentials: '[loader]\naws_access_key_id = AKIA\n' });
    const named = await succeed(createLocalSource('process', options({ HOME, AWS_PROFILE: 'loader' })));
    expect(named.identity.role).toBe('loader');
    const given = await succeed(createLocalSource('process', options({ HOME }, { profile: 'loader' })));
    expect(given.identity.role).toBe('loader');
    const labelled = createLocalSource('process', options({ HOME }, { profile: 'loader', role: 'x' }));
    expect((await succeed(labelled)).identity.role).toBe('x');
    expect((await fail(createLocalSource('process', options({ HOME })))).detail).toBe('exit: exit code 4');
  });

  test('a profile without credential_process is not configured', async () => {
    const HOME = homeWith({ config: '[default]\nregion = x\n' });
    expect(await fail(createLocalSource('process', options({ HOME })))).toMatchObject({
      reason: 'not-configured',
      detail: 'profile default has no credential_process',
    });
  });

  test('a given command needs no profile', async () => {
    await succeed(source(printing(output), {}, { HOME: '/nonexistent', AWS_PROFILE: 'none' }));
  });
});

describe('the role of the series is', () => {
  test.each(
    sampleCases(
      [
        ['get-keys', '/opt/bin/get-keys --for x'],
        ['get-keys', '  get-keys'],
        ['get-keys', 'A=CANARY-x B="a b" C= get-keys'],
        ['get-keys', `A='a b'"c"\\ d ./get-keys`],
        ['get-keys', `'/opt/get-keys' x`],
        ['getkeys', '"/opt/my tools"/get\\keys'],
        ['get-keys', 'get-keys;x'],
        ['get-keys.sh', 'get-keys.sh|x'],
        // The program name is not obvious.
        [null, '(get-keys)'],
        [null, '$KEYS x'],
        [null, '"$KEYS" x'],
        [null, '`keys` x'],
        [null, 'A="CANARY x get-keys'],
        [null, 'A=$(CANARY x) get-keys'],
        [null, 'A=x'],
        [null, '"get keys"'],
        [null, '/opt/'],
        [null, `${'x'.repeat(65)}`],
      ],
      4,
    ),
  )('the role of the series is %j for the command %j', async (role, command) => {
    // The command fails. Only the name of the series matters here.
    const outcome = harmless(await source(`${command}`, {}, { PATH: '/nonexistent' }).poll());
    expect(outcome.identity.role).toBe(role);
  });

  test('a given role is the role of the series', async () => {
    const outcome = await succeed(source(printing(processDocument()), { role: 'nightly' }));
    expect(outcome.identity.role).toBe('nightly');
  });
});

describe('the output', () => {
  test.each<[string, string | Buffer, object]>([
    ['nothing', '', { reason: 'malformed', detail: 'the process printed nothing' }],
    ['a blank line', ' \n', { reason: 'malformed', detail: 'the process printed nothing' }],
    ...[`keys: ${SECRET}`, `[${processDocument()}]`].map((text): [string, string, object] => [
      text.slice(0, 12),
      text,
      { reason: 'malformed', detail: 'the output of the process is not a JSON object' },
    ]),
    [
      'not UTF-8',
      Buffer.from([0x7b, 0xff]),
      { reason: 'malformed', detail: 'the output of the process is not UTF-8' },
    ],
    ...[undefined, 2, '1', null].map((Version): [string, string, object] => [
      `Version ${JSON.stringify(Version)}`,
      processDocument({ Version }),
      { reason: 'malformed', detail: 'Version is not 1' },
    ]),
    [
      'no secret key',
      processDocument({ SecretAccessKey: undefined }),
      {
        reason: 'malformed',
        detail: 'missing: SecretAccessKey',
        accessKeyId: 'ASIACANARY0000000009',
        expiration: Date.parse('2026-11-22T06:23:11Z'),
      },
    ],
    [
      'no key id',
      processDocument({ AccessKeyId: 17 }),
      { reason: 'malformed', detail: 'missing: AccessKeyId' },
    ],
    [
      'an invalid key id',
      processDocument({ AccessKeyId: SECRET }),
      { reason: 'malformed', detail: 'AccessKeyId is not a key id' },
    ],
    [
      'an invalid token',
      processDocument({ SessionToken: `${TOKEN}\n` }),
      { reason: 'malformed', detail: 'the value of SessionToken begins or ends with a blank or line break' },
    ],
    [
      'a token without an expiration',
      processDocument({ Expiration: undefined }),
      { reason: 'unknown-expiry', detail: 'Expiration is missing' },
    ],
    [
      'an expiration that is not a time',
      processDocument({ Expiration: OTHER }),
      { reason: 'unknown-expiry', detail: 'Expiration is not a time' },
    ],
    [
      'an expiration that is a number',
      processDocument({ Expiration: 1_795_328_591 }),
      { reason: 'unknown-expiry', detail: 'Expiration is not a time' },
    ],
    [
      'keys without an expiration',
      processDocument({ Expiration: '', SessionToken: '', AccessKeyId: 'AKIACANARY' }),
      { reason: 'long-lived', detail: '', accessKeyId: 'AKIACANARY' },
    ],
  ])('output with %s is rejected', async (_, text, expected) => {
    expect(await fail(source(printing(text)))).toMatchObject(expected);
  });

  test('the output can lack a token and have an expiration in any zone', async () => {
    const text = processDocument({
      AccessKeyId: 'AKIACANARY',
      SessionToken: undefined,
      Expiration: '2026-11-22T08:23:11+02:00',
    });
    const outcome = await succeed(source(printing(text)));
    expect(outcome.credentials.expiration).toBe(Date.parse('2026-11-22T06:23:11Z'));
    expect(outcome.secrets.token).toBeNull();
  });

  test('output with the key of a session and without its token is rejected', async () => {
    const outcome = await fail(source(printing(processDocument({ SessionToken: undefined }))));
    expect(outcome).toMatchObject({ reason: 'malformed', detail: 'missing: SessionToken' });
    expect(codes(outcome)).toEqual(['SESSION_KEY_WITHOUT_TOKEN']);
  });

  test('the output can have at most 64 KiB', async () => {
    const text = processDocument();
    await succeed(source(printing(text.padEnd(65_536))));
    expect(await fail(source(printing(text.padEnd(65_537))))).toMatchObject({
      reason: 'response-too-large',
      detail: 'the process printed over 64 KiB',
    });
    expect((await fail(source('yes'))).reason).toBe('response-too-large');
  });
});

describe('the failure of a process has the detail', () => {
  test.each<[string, string]>([
    [`echo ${SECRET}; echo ${SECRET} >&2; exit 3`, 'exit code 3'],
    ['/opt/creds.sh --key CANARY-key', 'creds.sh: exit code 127, not found'],
    ['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'exit code 127, not found'],
    ['/dev/null', 'null: exit code 126, not executable'],
    ['kill -TERM $$', 'the process was killed by SIGTERM'],
    // Even if the output is valid.
    [`printf %s '${processDocument()}'; exit 1`, 'exit code 1'],
  ])('the failure of a process has the detail %s', async (command, detail) => {
    expect(await fail(source(command))).toMatchObject({ reason: 'process-failed', detail });
  });

  test('the failure of a command that cannot be started does not quote it', async () => {
    expect(await fail(source(`echo ${SECRET}\0`))).toMatchObject({
      reason: 'invalid-configuration',
      detail: 'the command contains a NUL character',
    });
    const tooLong = await fail(source(`: ${'x'.repeat(300_000)}`));
    expect(tooLong).toMatchObject({
      reason: 'process-failed',
      detail: 'could not start the shell: argument list too long (E2BIG)',
    });
  });
});

describe('a process that does not end', () => {
  test('a process has a default time limit of a minute', () => {
    const { limits: _, ...rest } = options({});
    expect(withProcessTimeout(rest).limits).toEqual({ pollMs: 60_000 });
    expect(withProcessTimeout({ ...rest, limits: { attempts: 1 } }).limits?.pollMs).toBe(60_000);
    expect(withProcessTimeout({ ...rest, limits: { pollMs: 5 } }).limits?.pollMs).toBe(5);
  });

  test('a process is killed after its time limit', async () => {
    expect(await fail(source('sleep 600', { clock: systemClock, limits: { pollMs: 50 } }))).toMatchObject({
      reason: 'timeout',
      detail: 'the process did not end in time',
    });
  });

  test.each([
    ['alone', 'sleep 600'],
    ['with all its children', 'sleep 600 & (sleep 600 & sleep 600) & wait'],
    ['even if it ignores signals', "trap '' TERM INT HUP; sleep 600; sleep 600"],
  ])('a process that does not end is killed when the poll is aborted: %s', async (_, command) => {
    const { hold, held, released } = createLifeline();
    const stop = new AbortController();
    const outcome = source(`${hold}; ${command}`).poll(stop.signal);
    await held;
    stop.abort();
    expect(await outcome).toMatchObject({ ok: false, reason: 'timeout' });
    await released;
  });

  test('an aborted poll starts no process', async () => {
    const file = join(temporaryFolder(), 'started');
    const stop = new AbortController();
    stop.abort();
    const outcome = await source(`: > ${file}; ${printing(processDocument())}`).poll(stop.signal);
    expect(outcome).toMatchObject({
      reason: 'timeout',
      detail: 'no time was left to start the process',
    });
    expect(existsSync(file)).toBe(false);
  });

  test('a process that prints too much is killed', async () => {
    const { hold, held, released } = createLifeline();
    const outcome = fail(source(`${hold}; yes; sleep 600`));
    await held;
    expect((await outcome).reason).toBe('response-too-large');
    await released;
  });

  test('a child that keeps the output of an ended process open is reported', async () => {
    const { hold, held, released } = createLifeline();
    const stop = new AbortController();
    const outcome = source(`${hold}; sleep 600 & exit 0`).poll(stop.signal);
    const pid = Number(await held);
    // The process disappears when Node.js has noticed its end.
    while (isRunning(pid)) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect(await outcome).toMatchObject({
      reason: 'timeout',
      detail: 'the process ended, but a process that it started keeps its output open',
    });
    await released;
  });
});

test('a child that closed its output is not killed', async () => {
  const folder = temporaryFolder();
  const gate = join(folder, 'gate');
  execFileSync('mkfifo', [gate]);
  const command = `(read line < ${gate}; echo "$line" > ${folder}/line) > /dev/null 2>&1 & ${printing(processDocument())}`;
  await succeed(source(command));
  execFileSync('sh', ['-c', `echo alive > ${gate}; until [ -s ${folder}/line ]; do sleep 0.02; done`]);
});
