import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSimulationSettings, type SimulationFlags } from '../../../src/cli/simulation/settings.ts';
import { parseInstant } from '../../../src/domain/time/instant.ts';
import { BUILT_IN_SCENARIOS } from '../../../src/server/faults/built-in-scenarios.ts';
import { openScenario, readBuiltInScenarios } from '../../../src/server/faults/scenario.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { FalseClock } from '../../support/server/false-clock.ts';
import { ask, Connection, type RawAnswer, requestText } from '../../support/server/raw-client.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';

const START = Date.UTC(2026, 10, 22, 10);
const ROLES = '/latest/meta-data/iam/security-credentials/';
const TOKEN = '/latest/api/token';

const settingsOf = (scenario: string, flags: Partial<SimulationFlags> = {}) =>
  readSimulationSettings({ fault: [], variant: [], scenario, ...flags }, START, 'seed');

/** The endpoint of a shipped scenario, and a client of its shape. */
async function play(scenario: string) {
  const { options, authorizationLifetime } = settingsOf(scenario);
  const clock = new FalseClock(START);
  const { faults, variants: _variants, ...given } = options;
  const simulated = await startSimulated({
    ...given,
    faults: faults.map(({ spec }) => spec),
    clock,
    authorizationLifetime,
  });
  const { origin, environments, exchanges } = simulated;
  const [shape] = options.shapes;
  const { AWS_CONTAINER_CREDENTIALS_FULL_URI: url, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile } =
    environments[shape!];
  const readToken = () => (tokenFile === undefined ? '' : readFileSync(tokenFile, 'utf8'));
  const client = {
    clock,
    origin,
    exchanges,
    readToken,
    /** Moves the clock to so many seconds after the start. */
    at(seconds: number) {
      clock.pass(START + seconds * 1000 - clock.now());
      return client;
    },
    /** A session token, as a text or as the answer that came instead. */
    token: () => ask(origin, 'PUT', TOKEN, { 'X-aws-ec2-metadata-token-ttl-seconds': '21600' }),
    imds: (token = '', path = `${ROLES}simulated-role`) =>
      ask(origin, 'GET', path, token === '' ? {} : { 'X-aws-ec2-metadata-token': token }),
    container: (authorization = readToken()) =>
      ask(
        origin,
        'GET',
        new URL(url!).pathname,
        authorization === '' ? {} : { Authorization: authorization },
      ),
  };
  return client;
}

/** What a document says, and how long it is good for by then. */
function documentOf({ status, body }: RawAnswer, now: number) {
  expect(status).toBe(200);
  const { AccessKeyId: key, Expiration: expiration } = JSON.parse(body);
  return { key, left: (parseInstant(expiration)!.instant - now) / 1000 };
}

describe('shipped:', () => {
  const played = new Set<string>();
  const scenario = (name: string, run: (client: Awaited<ReturnType<typeof play>>) => Promise<void>) => {
    played.add(name);
    test(name, async () => run(await play(name)));
  };

  scenario('agent-restarts', async (agent) => {
    for (const seconds of [0, 19.999, 60, 3600]) {
      expect((await agent.at(seconds).container()).status).toBe(200);
    }
    for (const seconds of [20, 29.999]) {
      expect((await agent.at(seconds).container()).head).toBe('');
      expect(agent.exchanges.at(-1)).toMatchObject({ incompleteReason: 'reset', status: null });
    }
    for (const seconds of [30, 59.999]) {
      const { status, body } = await agent.at(seconds).container();
      expect(status).toBe(503);
      expect(JSON.parse(body)).toMatchObject({ code: 'CredentialsUninitialized', HTTPErrorCode: 503 });
    }
  });

  scenario('agent-serves-expired', async (agent) => {
    const seen = [];
    for (const seconds of [0, 60, 120, 180, 299, 301, 86_400]) {
      seen.push(documentOf(await agent.at(seconds).container(), agent.clock.now()));
    }
    const keys = seen.map(({ key }) => key);
    expect(new Set(keys.slice(0, 3)).size).toBe(3);
    expect(new Set(keys.slice(2)).size).toBe(1);
    expect(seen.map(({ left }) => left)).toEqual([180, 180, 180, 120, 1, -1, 300 - 86_400]);
  });

  scenario('agent-throttles', async (agent) => {
    /** How many of 100 requests, so many seconds apart, are turned away. */
    const turnedAway = async (apart: number) => {
      const answers = [];
      for (let count = 0; count < 100; count += 1) {
        agent.clock.pass(apart * 1000);
        answers.push(await agent.container());
      }
      const others = answers.filter(({ status }) => status !== 200);
      for (const { status, body } of others) {
        expect([status, body]).toEqual([429, 'You have reached maximum request limit.\n']);
      }
      return others.length;
    };
    expect(await turnedAway(0.1)).toBe(0);
    agent.at(30);
    const share = (await turnedAway(1)) / 100;
    expect(Math.abs(share - 0.7)).toBeLessThan(0.3);
    agent.at(150);
    expect(await turnedAway(0.1)).toBe(0);
    // The agent's own limit: a burst of 60.
    agent.at(300);
    expect(await turnedAway(0)).toBe(40);
  });

  scenario('bad-token-request', async (imds) => {
    for (const seconds of [0, 3600]) {
      expect((await imds.at(seconds).token()).status).toBe(400);
      // Version 1 is there, and a client that falls back to it is told from one that does not.
      expect((await imds.imds()).status).toBe(200);
    }
  });

  scenario('frozen-copy', async (imds) => {
    const copy = documentOf(await imds.imds(), START);
    expect(copy.left).toBe(180);
    for (const minute of [1, 2, 3, 4, 5]) {
      const { key, left } = documentOf(await imds.at(minute * 60 + 5).imds(), imds.clock.now());
      expect(key).not.toBe(copy.key);
      expect(left).toBeGreaterThan(110);
      expect(left).toBeLessThanOrEqual(180);
    }
  });

  const tokenNeverComes = async ({ origin, exchanges }: Awaited<ReturnType<typeof play>>) => {
    const connection = await Connection.open(origin);
    connection.send(requestText(origin, 'PUT', TOKEN, { 'X-aws-ec2-metadata-token-ttl-seconds': '60' }));
    await expect.poll(() => exchanges.length, { timeout: 20_000 }).toBe(1);
    expect(exchanges[0]).toMatchObject({ incompleteReason: 'no answer', fault: 'hop-limit' });
    connection.destroy();
  };

  scenario('hop-limit', async (imds) => {
    await tokenNeverComes(imds);
    expect((await imds.imds()).status).toBe(200);
  });

  scenario('hop-limit-v2-only', async (imds) => {
    await tokenNeverComes(imds);
    expect((await imds.imds()).status).toBe(401);
  });

  scenario('imds-serves-expired', async (imds) => {
    for (const seconds of [0, 59.999, 240, 3600]) {
      const { left } = documentOf(await imds.at(seconds).imds(), imds.clock.now());
      expect(left).toBeGreaterThan(290);
    }
    const expired = [];
    for (const seconds of [60, 239.999]) {
      expired.push(documentOf(await imds.at(seconds).imds(), START + 60_000));
      expect((await imds.imds('', ROLES)).body).toBe('simulated-role');
    }
    expect(expired[0]!.left).toBe(-300);
    expect(expired[1]).toEqual(expired[0]);
  });

  scenario('no-association', async (agent) => {
    for (const seconds of [0, 59.999, 180, 3600]) {
      expect((await agent.at(seconds).container()).status).toBe(200);
    }
    for (const seconds of [60, 179.999]) {
      const { status, body } = await agent.at(seconds).container();
      expect(status).toBe(404);
      expect(body).toMatch(/\(ResourceNotFoundException\)/);
    }
  });

  scenario('one-slow-answer', async ({ clock, imds }) => {
    let slow = 0;
    for (let count = 0; count < 200; count += 1) {
      let isAsleep = false;
      const answer = imds();
      const slept = clock.nextSleep().then(() => {
        isAsleep = true;
      });
      await Promise.race([answer, slept]);
      if (isAsleep) {
        slow += 1;
        expect(Math.min(...clock.left())).toBe(1500);
        clock.pass(1500);
      }
      expect((await answer).status).toBe(200);
    }
    // 10 are expected, and 30 are more than six standard deviations off.
    expect(slow).toBeGreaterThan(0);
    expect(slow).toBeLessThan(30);
  });

  /** Keys and what is left of them, looked at every so many seconds. */
  const watched = async (imds: Awaited<ReturnType<typeof play>>, every: number, until: number) => {
    const seen = [];
    for (let seconds = 0; seconds <= until; seconds += every) {
      seen.push(documentOf(await imds.at(seconds).imds(), imds.clock.now()));
    }
    const left = seen.map((each) => each.left);
    return {
      sets: new Set(seen.map(({ key }) => key)).size,
      least: Math.min(...left),
      most: Math.max(...left),
    };
  };

  scenario('refresh-at-every-request', async (imds) => {
    const { sets, least, most } = await watched(imds, 10, 1230);
    expect(sets).toBe(11);
    // Below the five minutes of the JavaScript and the Go SDK, and never expired.
    expect(most).toBeLessThan(300);
    expect(least).toBeGreaterThan(60);
  });

  scenario('short-lived-proxy', async (imds) => {
    const { sets, least, most } = await watched(imds, 15, 5 * 14 * 60 + 60);
    expect(sets).toBe(6);
    expect(most).toBe(900);
    // Replaced late, in the last two minutes, though never after the end.
    expect(least).toBeGreaterThanOrEqual(0);
    expect(least).toBeLessThan(120);
  });

  scenario('token-file-read-once', async (agent) => {
    const once = agent.readToken();
    expect((await agent.at(30).container(once)).status).toBe(200);
    const renewal = agent.clock.nextSleep();
    agent.at(59);
    await renewal;
    expect((await agent.container(once)).status).toBe(200);
    const { status, body } = await agent.at(60).container(once);
    expect([status, body]).toEqual([400, expect.stringContaining('token is expired')]);
    // Who reads the file again sees nothing of it.
    expect((await agent.container()).status).toBe(200);
  });

  scenario('token-refused', async (imds) => {
    const { body: first } = await imds.token();
    expect((await imds.at(19.999).imds(first)).status).toBe(200);
    expect((await imds.at(20).imds(first)).status).toBe(401);
    expect((await imds.imds(first, '/latest/meta-data/instance-id')).status).toBe(401);
    const { status, body: second } = await imds.token();
    expect(status).toBe(200);
    expect((await imds.at(39.999).imds(second)).status).toBe(200);
    expect((await imds.at(40).imds(second)).status).toBe(401);
  });

  scenario('trust-policy-broken', async (imds) => {
    const codeAt = async (seconds: number) => {
      const { status, body } = await imds.at(seconds).imds();
      expect(status).toBe(200);
      return JSON.parse(body).Code;
    };
    for (const seconds of [0, 59.999, 180, 3600]) expect(await codeAt(seconds)).toBe('Success');
    for (const seconds of [60, 179.999]) {
      expect(await codeAt(seconds)).toBe('AssumeRoleUnauthorizedAccess');
      expect((await imds.imds('', ROLES)).body).toBe('simulated-role');
    }
  });

  test('none was left out', () => {
    expect([...played].sort()).toEqual(Object.keys(BUILT_IN_SCENARIOS).sort());
    expect(readBuiltInScenarios().map(({ name }) => name)).toEqual(Object.keys(BUILT_IN_SCENARIOS));
  });

  test.for(Object.keys(BUILT_IN_SCENARIOS))(
    '%s has settings that a run takes, and says what happened',
    (name) => {
      const { options, scenario, notes } = settingsOf(name);
      expect(scenario).toMatchObject({ name, description: expect.stringMatching(/^[A-Z].{60,}\.$/s) });
      expect(notes).toEqual([]);
      // Within a coffee break, there is something to see; and a client that keeps credentials for hours sees it.
      const begins = options.faults.map(({ from }) => from);
      expect(Math.max(0, ...begins)).toBeLessThanOrEqual(120_000);
      const isLater = begins.some((from) => from > 0);
      expect(options.rotationTiming.lifetime).toBeLessThanOrEqual(isLater ? 360 : 21_600);
    },
  );
});

/** A scenario of a user's own, in a file. */
function fileOf(content: unknown, name = 'mine.json'): string {
  const file = join(temporaryFolder(), name);
  const isRaw = typeof content === 'string' || Buffer.isBuffer(content);
  writeFileSync(file, isRaw ? content : JSON.stringify(content));
  return file;
}

describe('a file', () => {
  test('of a user is read with all that it may have', () => {
    const file = fileOf({
      description: 'ours',
      shape: 'eks, imds',
      lifetime: '3m',
      rotate_every: '1m',
      jitter: '5s',
      imds: 'v1',
      role: 'loader',
      authorization_lifetime: '10m',
      steps: [
        { fault: 503, share: 0.3, times: 2, why: 'a number is as good as a text' },
        { fault: 'body={"a":1},share=none', path: '/a,b', from: '1m', until: '2m' },
        { fault: 'frozen', from: '2m', for: '1m', why: ['anything', 'at all'] },
      ],
    });
    expect(settingsOf(file)).toMatchObject({
      options: {
        shapes: ['imds', 'eks'],
        rotationTiming: { lifetime: 180, rotateEvery: 60, jitter: 5 },
        imds: 'v1',
        role: 'loader',
        faults: [
          { effect: { kind: 'status', status: 503 }, share: 0.3, times: 2 },
          {
            effect: { kind: 'body', text: '{"a":1},share=none' },
            path: '/a,b',
            from: 60_000,
            until: 120_000,
          },
          { effect: { kind: 'frozen' }, from: 120_000, until: 180_000 },
        ],
      },
      authorizationLifetime: 600,
      scenario: { name: file, description: 'ours' },
    });
  });

  test('may be empty of all, written with dashes, and begin with a byte order mark', () => {
    expect(openScenario(fileOf('{}'))).toMatchObject({ description: '', faults: [] });
    const marked = fileOf(Buffer.from('\ufeff{"rotate-every": "2m", "overlap": "0"}'));
    expect([...openScenario(marked).settings]).toEqual([
      ['rotate-every', '2m'],
      ['overlap', '0'],
    ]);
  });

  test('may be a pipe, and is read to its end', () => {
    const steps = Array(900).fill({ fault: '503', why: 'more than a pipe takes at once'.repeat(4) });
    const file = fileOf({ steps });
    const pipe = join(temporaryFolder(), 'pipe.json');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    spawn('sh', ['-c', 'cat "$0" > "$1"', file, pipe]);
    expect(openScenario(pipe).faults).toHaveLength(900);
  });

  test('is told from a shipped scenario by a dot or a slash', () => {
    expect(openScenario('hop-limit').name).toBe('hop-limit');
    for (const name of ['hop-limits', '', '__proto__', 'toString']) {
      expect(() => openScenario(name)).toThrow(`there is no scenario '${name}'`);
    }
    expect(() => openScenario('./hop-limit')).toThrow('there is no scenario ./hop-limit');
    expect(() => openScenario('hop-limit.json')).toThrow('there is no scenario hop-limit.json');
  });

  const SHOWS = '`cred-watch simulate --help` shows one';
  const STEP = 'write {"fault": "503", "from": "2m"}';
  const KEYS =
    'use title, description, steps, lifetime, rotate_every, overlap, jitter, shape, imds, role, authorization_lifetime';
  const STEP_KEYS = 'use fault, why, share, path, from, until, for, times';
  const TOP = 'write {"steps": [{"fault": "503"}]}';
  /** What is in the file, what is said of it, and what to do. */
  const REFUSED: [content: unknown, message: string, hint: string][] = [
    ['', '{file} is not JSON', SHOWS],
    ['not at all', '{file} is not JSON', SHOWS],
    ['{"steps": [],\n\n"shape" "ecs"}', '{file} is not JSON: see line 3', SHOWS],
    ...[[], 'null', '3', '"text"'].map((top): [unknown, string, string] => [
      top,
      'the top of the scenario {file} is not an object',
      TOP,
    ]),
    [{ description: 3 }, 'description of the scenario {file} is not text', 'put it in quotes'],
    [{ speed: '3m' }, "'speed' of the scenario {file} is not known", KEYS],
    ['{"__proto__": {"lifetime": "3m"}}', "'__proto__' of the scenario {file} is not known", KEYS],
    [{ constructor: '3m' }, "'constructor' of the scenario {file} is not known", KEYS],
    [{ lifetime: ['3m'] }, "'lifetime' of the scenario {file} is not text", 'put it in quotes'],
    [{ lifetime: true }, "'lifetime' of the scenario {file} is not text", 'put it in quotes'],
    ...[{}, 'x', null, 3].map((steps): [unknown, string, string] => [
      { steps },
      'steps of the scenario {file} is not a list',
      'write "steps": [{"fault": "503"}]',
    ]),
    [
      { steps: Array(1001).fill({ fault: '503' }) },
      'steps of the scenario {file} is too long',
      'use at most 1000',
    ],
    ...['503', null, [], 3].map((step): [unknown, string, string] => [
      { steps: [{ fault: '503' }, step] },
      'step 2 of the scenario {file} is not an object',
      STEP,
    ]),
    ...[{}, { why: 'x' }, { fault: null }, { fault: ['503'] }, { fault: true }].map(
      (step): [unknown, string, string] => [
        { steps: [step] },
        'step 1 of the scenario {file} has no fault',
        STEP,
      ],
    ),
    [
      { steps: [{ fault: '503' }, { fault: '503' }, { fault: '503', form: '1m' }] },
      "'form' in step 3 of the scenario {file} is not known",
      STEP_KEYS,
    ],
    [
      '{"steps": [{"fault": "503", "__proto__": {"share": "1%"}}]}',
      "'__proto__' in step 1 of the scenario {file} is not known",
      STEP_KEYS,
    ],
    [
      { steps: [{ fault: '503', from: { minutes: 2 } }] },
      "'from' in step 1 of the scenario {file} is not text",
      'put it in quotes',
    ],
    [
      { steps: [{ fault: '503' }, { fault: 'boom' }] },
      "step 2 of the scenario {file}: there is no fault 'boom'",
      expect.stringMatching(/^use one of status, /) as unknown as string,
    ],
    [
      { steps: [{ fault: '503', share: 30 }] },
      "step 1 of the scenario {file}: share=30 of the fault '503' is not understood",
      'use share=30%',
    ],
    [
      { steps: [{ fault: '503', until: '1m', for: '1m' }] },
      "step 1 of the scenario {file}: the fault '503' has both until and for",
      'give one of them',
    ],
    [
      `{"description": "${'x'.repeat(256 * 1024)}"}`,
      '{file} is too large for a scenario',
      'use at most 256 KiB',
    ],
    [
      { lifetime: '5x' },
      "lifetime '5x' of the scenario {file} is not a duration",
      expect.stringMatching(/^use 90s/),
    ],
    [
      { lifetime: 180 },
      "lifetime '180' of the scenario {file} is not a duration",
      expect.stringMatching(/^use 90s/),
    ],
    [{ rotate_every: '0' }, "rotate-every '0' of the scenario {file} is too short", 'use at least 1s'],
    [
      { authorization_lifetime: '0s' },
      "authorization-lifetime '0s' of the scenario {file} is too short",
      'use at least 1s',
    ],
    [{ imds: 'v3' }, "imds 'v3' of the scenario {file} is unknown", 'use one of both, v2, v1'],
    [
      { shape: 'ecs,ec2' },
      "shape 'ecs,ec2' of the scenario {file} is unknown",
      'did you mean ecs? use one of imds, ecs, eks, cloudshell, or several with commas',
    ],
    [
      { role: 'a/b' },
      "role 'a/b' of the scenario {file} is not a role name",
      'use 1 to 64 letters, digits or any of +=,.@_-',
    ],
  ] as [unknown, string, string][];

  test.for(REFUSED)('with %j is refused', ([content, message, hint]) => {
    const file = fileOf(content);
    expect(thrownBy(() => settingsOf(file))).toMatchObject({
      message: message.replace('{file}', file),
      hint,
    });
  });

  test('that is none is refused, and one without an end is not read to it', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'folder'));
    const hint = 'name a JSON file, or a scenario of --help';
    expect(thrownBy(() => openScenario(join(folder, 'none.json')))).toMatchObject({
      message: `there is no scenario ${join(folder, 'none.json')}`,
      hint,
    });
    expect(thrownBy(() => openScenario(join(folder, 'folder')))).toMatchObject({
      message: `the scenario ${join(folder, 'folder')} cannot be read (EISDIR)`,
      hint,
    });
    expect(thrownBy(() => openScenario('/dev/zero'))).toMatchObject({
      message: '/dev/zero is too large for a scenario',
    });
  });

  test('of secrets, named by mistake, is not quoted', () => {
    const secret = 'CANARYsecret0123456789';
    for (const content of [secret, `[default]\naws_secret_access_key=${secret}`, `{"a": ${secret}}`]) {
      const error = thrownBy(() => openScenario(fileOf(content)));
      expect(error).toBeInstanceOf(Error);
      expect(`${(error as Error).message} ${(error as Error).cause}`).not.toMatch(/CANARY|aws_secret/);
    }
  });
});

function thrownBy(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
