import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type EndpointFlags, readSimulationSettings } from '../../../src/cli/simulation/settings.ts';
import { parseInstant } from '../../../src/domain/time/instant.ts';
import { BUILT_IN_SCENARIOS, openScenario } from '../../../src/server/faults/scenario.ts';
import { catchError } from '../../support/catch-error.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { FakeClock } from '../../support/server/fake-clock.ts';
import { Connection, type RawResponse, requestText, sendRequest } from '../../support/server/raw-client.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';
import { ciTest } from '../../support/thorough.ts';

const START = Date.UTC(2026, 10, 22, 10);
const ROLES = '/latest/meta-data/iam/security-credentials/';
const TOKEN = '/latest/api/token';

const readSettings = (scenario: string, flags: Partial<EndpointFlags> = {}) =>
  readSimulationSettings({ fault: [], variant: [], scenario, ...flags }, START, 'seed');

/** Starts the endpoint of a built-in scenario, and returns a client of its shape. */
async function startScenario(scenario: string) {
  const { options, authorizationLifetime } = readSettings(scenario);
  const clock = new FakeClock(START);
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
    /** Moves the clock to `seconds` after the start. */
    at(seconds: number) {
      clock.pass(START + seconds * 1000 - clock.now());
      return client;
    },
    /** Requests a session token. */
    token: () => sendRequest(origin, 'PUT', TOKEN, { 'X-aws-ec2-metadata-token-ttl-seconds': '21600' }),
    imds: (token = '', path = `${ROLES}simulated-role`) =>
      sendRequest(origin, 'GET', path, token === '' ? {} : { 'X-aws-ec2-metadata-token': token }),
    container: (authorization = readToken()) =>
      sendRequest(
        origin,
        'GET',
        new URL(url!).pathname,
        authorization === '' ? {} : { Authorization: authorization },
      ),
  };
  return client;
}

/** The key id of a credentials document, and its remaining validity in seconds. */
function readDocument({ status, body }: RawResponse, now: number) {
  expect(status).toBe(200);
  const { AccessKeyId: key, Expiration: expiration } = JSON.parse(body);
  return { key, remaining: (parseInstant(expiration)!.instant - now) / 1000 };
}

type ScenarioClient = Awaited<ReturnType<typeof startScenario>>;

describe('the built-in scenario', () => {
  const tested = new Set<string>();
  const scenario = (name: string, run: (client: ScenarioClient) => Promise<void>) => {
    const testSampled = tested.size % 4 === 0 ? test : ciTest;
    tested.add(name);
    testSampled(`the built-in scenario ${name} causes its documented faults`, async () =>
      run(await startScenario(name)),
    );
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
    const documents = [];
    for (const seconds of [0, 60, 120, 180, 299, 301, 86_400]) {
      documents.push(readDocument(await agent.at(seconds).container(), agent.clock.now()));
    }
    const keys = documents.map(({ key }) => key);
    expect(new Set(keys.slice(0, 3)).size).toBe(3);
    expect(new Set(keys.slice(2)).size).toBe(1);
    expect(documents.map(({ remaining }) => remaining)).toEqual([180, 180, 180, 120, 1, -1, 300 - 86_400]);
  });

  scenario('agent-throttles', async (agent) => {
    /** Sends 100 requests, `interval` seconds apart, and counts the rejected ones. */
    const countRejected = async (interval: number) => {
      const responses = [];
      for (let count = 0; count < 100; count += 1) {
        agent.clock.pass(interval * 1000);
        responses.push(await agent.container());
      }
      const rejected = responses.filter(({ status }) => status !== 200);
      for (const { status, body } of rejected) {
        expect([status, body]).toEqual([429, 'You have reached maximum request limit.\n']);
      }
      return rejected.length;
    };
    expect(await countRejected(0.1)).toBe(0);
    agent.at(30);
    const share = (await countRejected(1)) / 100;
    expect(Math.abs(share - 0.7)).toBeLessThan(0.3);
    agent.at(150);
    expect(await countRejected(0.1)).toBe(0);
    // The agent's own limit accepts a burst of 60.
    agent.at(300);
    expect(await countRejected(0)).toBe(40);
  });

  scenario('bad-token-request', async (imds) => {
    for (const seconds of [0, 3600]) {
      expect((await imds.at(seconds).token()).status).toBe(400);
      // IMDSv1 is enabled, so that a client that falls back to it can be recognised.
      expect((await imds.imds()).status).toBe(200);
    }
  });

  scenario('frozen-copy', async (imds) => {
    const copy = readDocument(await imds.imds(), START);
    expect(copy.remaining).toBe(180);
    for (const minute of [1, 2, 3, 4, 5]) {
      const { key, remaining } = readDocument(await imds.at(minute * 60 + 5).imds(), imds.clock.now());
      expect(key).not.toBe(copy.key);
      expect(remaining).toBeGreaterThan(110);
      expect(remaining).toBeLessThanOrEqual(180);
    }
  });

  const expectNoTokenResponse = async ({ origin, exchanges }: ScenarioClient) => {
    const connection = await Connection.open(origin);
    connection.send(requestText(origin, 'PUT', TOKEN, { 'X-aws-ec2-metadata-token-ttl-seconds': '60' }));
    await expect.poll(() => exchanges.length, { timeout: 20_000 }).toBe(1);
    expect(exchanges[0]).toMatchObject({ incompleteReason: 'no response', fault: 'hop-limit' });
    connection.destroy();
  };

  scenario('hop-limit', async (imds) => {
    await expectNoTokenResponse(imds);
    expect((await imds.imds()).status).toBe(200);
  });

  scenario('hop-limit-v2-only', async (imds) => {
    await expectNoTokenResponse(imds);
    expect((await imds.imds()).status).toBe(401);
  });

  scenario('imds-serves-expired', async (imds) => {
    for (const seconds of [0, 59.999, 240, 3600]) {
      const { remaining } = readDocument(await imds.at(seconds).imds(), imds.clock.now());
      expect(remaining).toBeGreaterThan(290);
    }
    const expired = [];
    for (const seconds of [60, 239.999]) {
      expired.push(readDocument(await imds.at(seconds).imds(), START + 60_000));
      expect((await imds.imds('', ROLES)).body).toBe('simulated-role');
    }
    expect(expired[0]?.remaining).toBe(-300);
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

  scenario('one-slow-response', async ({ clock, imds }) => {
    let slow = 0;
    for (let count = 0; count < 200; count += 1) {
      let isAsleep = false;
      const response = imds();
      const slept = clock.nextSleep().then(() => {
        isAsleep = true;
      });
      await Promise.race([response, slept]);
      if (isAsleep) {
        slow += 1;
        expect(Math.min(...clock.left())).toBe(1500);
        clock.pass(1500);
      }
      expect((await response).status).toBe(200);
    }
    // 10 are expected; 30 are more than six standard deviations away.
    expect(slow).toBeGreaterThan(0);
    expect(slow).toBeLessThan(30);
  });

  /**
   * Polls every `every` seconds. Returns the number of sets, and the smallest and largest remaining validity.
   */
  const pollRepeatedly = async (imds: ScenarioClient, every: number, until: number) => {
    const documents = [];
    for (let seconds = 0; seconds <= until; seconds += every) {
      documents.push(readDocument(await imds.at(seconds).imds(), imds.clock.now()));
    }
    const remaining = documents.map((each) => each.remaining);
    return {
      sets: new Set(documents.map(({ key }) => key)).size,
      least: Math.min(...remaining),
      most: Math.max(...remaining),
    };
  };

  scenario('refresh-at-every-request', async (imds) => {
    const { sets, least, most } = await pollRepeatedly(imds, 10, 1230);
    expect(sets).toBe(11);
    // Below the refresh window of five minutes of the JavaScript and Go SDKs, and never expired.
    expect(most).toBeLessThan(300);
    expect(least).toBeGreaterThan(60);
  });

  scenario('short-lived-proxy', async (imds) => {
    const { sets, least, most } = await pollRepeatedly(imds, 15, 5 * 14 * 60 + 60);
    expect(sets).toBe(6);
    expect(most).toBe(900);
    // Rotated in the last two minutes, but never after the expiration.
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
    // A client that reads the file again is not affected.
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

  test('the tests above cover every built-in scenario', () => {
    expect([...tested].sort()).toEqual(Object.keys(BUILT_IN_SCENARIOS).sort());
  });

  test.for(Object.keys(BUILT_IN_SCENARIOS))(
    'the built-in scenario %s has valid settings, a description, and visible effects within minutes',
    (name) => {
      const { options, scenario, notes } = readSettings(name);
      expect(scenario).toMatchObject({ name, description: expect.stringMatching(/^[A-Z].{60,}\.$/s) });
      expect(notes).toEqual([]);
      // Faults begin within two minutes. If they begin later than at the start, credentials are short-lived.
      const begins = options.faults.map(({ from }) => from);
      expect(Math.max(0, ...begins)).toBeLessThanOrEqual(120_000);
      const isLater = begins.some((from) => from > 0);
      expect(options.rotationTiming.lifetime).toBeLessThanOrEqual(isLater ? 360 : 21_600);
    },
  );
});

/** Writes a scenario file and returns its name. */
function writeScenario(content: unknown, name = 'mine.json'): string {
  const file = join(temporaryFolder(), name);
  const isRaw = typeof content === 'string' || Buffer.isBuffer(content);
  writeFileSync(file, isRaw ? content : JSON.stringify(content));
  return file;
}

describe('a scenario file', () => {
  test('a scenario file can have every setting and condition', () => {
    const file = writeScenario({
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
    expect(readSettings(file)).toMatchObject({
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

  test('a scenario file can be empty, use dashes in names, and begin with a byte order mark', () => {
    expect(openScenario(writeScenario('{}'))).toMatchObject({ description: '', faults: [] });
    const marked = writeScenario(Buffer.from('\ufeff{"rotate-every": "2m", "overlap": "0"}'));
    expect([...openScenario(marked).settings]).toEqual([
      ['rotate-every', '2m'],
      ['overlap', '0'],
    ]);
  });

  test('a scenario file can be a pipe', () => {
    const steps = Array(900).fill({ fault: '503', why: 'more data than a pipe can buffer'.repeat(4) });
    const file = writeScenario({ steps });
    const pipe = join(temporaryFolder(), 'pipe.json');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    spawn('sh', ['-c', 'cat "$0" > "$1"', file, pipe]);
    expect(openScenario(pipe).faults).toHaveLength(900);
  });

  test('a scenario file differs from a built-in scenario by a dot or a slash in its name', () => {
    expect(openScenario('hop-limit').name).toBe('hop-limit');
    for (const name of ['hop-limits', '', '__proto__', 'toString']) {
      expect(() => openScenario(name)).toThrow(`unknown scenario '${name}'`);
    }
    expect(() => openScenario('./hop-limit')).toThrow('the scenario file ./hop-limit does not exist');
    expect(() => openScenario('hop-limit.json')).toThrow('the scenario file hop-limit.json does not exist');
  });

  const EXAMPLE = '`cred-watch simulate --help` shows an example';
  const STEP = 'write {"fault": "503", "from": "2m"}';
  const KEYS =
    'use title, description, steps, lifetime, rotate_every, overlap, jitter, shape, imds, role, authorization_lifetime';
  const STEP_KEYS = 'use fault, why, share, path, from, until, for, times';
  const TOP = 'write {"steps": [{"fault": "503", "from": "2m"}]}';
  const QUOTE_IT = 'put the value in quotes';
  const INVALID: [content: unknown, message: string, hint: string][] = [
    ['', '{file} is not valid JSON', EXAMPLE],
    ['not at all', '{file} is not valid JSON', EXAMPLE],
    ['{"steps": [],\n\n"shape" "ecs"}', '{file} is not valid JSON (line 3)', EXAMPLE],
    ...[[], 'null', '3', '"text"'].map((top): [unknown, string, string] => [
      top,
      'scenario {file}: the document is not a JSON object',
      TOP,
    ]),
    [{ description: 3 }, "scenario {file}: 'description' is not text", QUOTE_IT],
    [{ speed: '3m' }, "scenario {file}: unknown field 'speed'", KEYS],
    ['{"__proto__": {"lifetime": "3m"}}', "scenario {file}: unknown field '__proto__'", KEYS],
    [{ constructor: '3m' }, "scenario {file}: unknown field 'constructor'", KEYS],
    [{ lifetime: ['3m'] }, "scenario {file}: 'lifetime' is not text", QUOTE_IT],
    [{ lifetime: true }, "scenario {file}: 'lifetime' is not text", QUOTE_IT],
    ...[{}, 'x', null, 3].map((steps): [unknown, string, string] => [
      { steps },
      "scenario {file}: 'steps' is not a list",
      'write "steps": [{"fault": "503", "from": "2m"}]',
    ]),
    [
      { steps: Array(1001).fill({ fault: '503' }) },
      "scenario {file}: 'steps' has 1001 entries",
      'use at most 1000',
    ],
    ...['503', null, [], 3].map((step): [unknown, string, string] => [
      { steps: [{ fault: '503' }, step] },
      'scenario {file}, step 2: the step is not an object',
      STEP,
    ]),
    ...[{}, { why: 'x' }, { fault: null }, { fault: ['503'] }, { fault: true }].map(
      (step): [unknown, string, string] => [
        { steps: [step] },
        "scenario {file}, step 1: 'fault' is missing",
        STEP,
      ],
    ),
    [
      { steps: [{ fault: '503' }, { fault: '503' }, { fault: '503', form: '1m' }] },
      "scenario {file}, step 3: unknown field 'form'",
      STEP_KEYS,
    ],
    [
      '{"steps": [{"fault": "503", "__proto__": {"share": "1%"}}]}',
      "scenario {file}, step 1: unknown field '__proto__'",
      STEP_KEYS,
    ],
    [
      { steps: [{ fault: '503', from: { minutes: 2 } }] },
      "scenario {file}, step 1: 'from' is not text",
      QUOTE_IT,
    ],
    [
      { steps: [{ fault: '503' }, { fault: 'boom' }] },
      "scenario {file}, step 2: unknown fault 'boom'",
      expect.stringMatching(/^use one of status, /) as unknown as string,
    ],
    [
      { steps: [{ fault: '503', share: 30 }] },
      "scenario {file}, step 1: the fault '503' has the invalid condition share=30",
      'use share=30%',
    ],
    [
      { steps: [{ fault: '503', until: '1m', for: '1m' }] },
      "scenario {file}, step 1: the fault '503' has both until and for",
      'remove one of them',
    ],
    [
      `{"description": "${'x'.repeat(256 * 1024)}"}`,
      'the scenario file {file} is larger than 256 KiB',
      'check that the file is a scenario',
    ],
    [
      { lifetime: '5x' },
      "lifetime '5x' of the scenario {file} is not a duration",
      expect.stringMatching(/^use 90s/),
    ],
    [
      { lifetime: 180 },
      "lifetime '180' of the scenario {file} has no unit",
      'did you mean 180s, 180m, 180h or 180d?',
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

  test.for(INVALID)('a scenario file with %j is rejected', ([content, message, hint]) => {
    const file = writeScenario(content);
    expect(catchError(() => readSettings(file))).toMatchObject({
      message: message.replace('{file}', file),
      hint,
    });
  });

  test('a scenario file that is missing, a folder or endless is rejected', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'folder'));
    const hint = 'name a JSON file, or a scenario that `cred-watch simulate --help` lists';
    expect(catchError(() => openScenario(join(folder, 'none.json')))).toMatchObject({
      message: `the scenario file ${join(folder, 'none.json')} does not exist`,
      hint,
    });
    expect(catchError(() => openScenario(join(folder, 'folder')))).toMatchObject({
      message: `could not read the scenario file ${join(folder, 'folder')}: illegal operation on a directory (EISDIR)`,
      hint,
    });
    expect(catchError(() => openScenario('/dev/zero'))).toMatchObject({
      message: 'the scenario file /dev/zero is larger than 256 KiB',
    });
  });

  test('the error for a scenario file does not quote secrets of the file', () => {
    const secret = 'CANARYsecret0123456789';
    for (const content of [secret, `[default]\naws_secret_access_key=${secret}`, `{"a": ${secret}}`]) {
      const error = catchError(() => openScenario(writeScenario(content)));
      expect(`${error.message} ${error.cause}`).not.toMatch(/CANARY|aws_secret/);
    }
  });
});
