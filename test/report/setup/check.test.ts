import { describe, expect, test } from 'vitest';
import { SETUP_CHECK_CODES } from '../../../src/domain/setup/setup-check.ts';
import { checkSetup, isSetupComplete } from '../../../src/domain/setup/setup-checks.ts';
import type { EndpointAnswer, SetupFacts } from '../../../src/domain/setup/setup-facts.ts';
import {
  planRoutes,
  SETUP_SYSTEMS,
  type SetupPlan,
  type SetupSystem,
} from '../../../src/domain/setup/setup-plan.ts';
import { describeSetupCheck } from '../../../src/report/messages/setup/checks.ts';
import { renderSetupCheck, renderSetupCheckJson } from '../../../src/report/setup/check.ts';
import { findViolations, SCHEMAS } from '../../support/docs/schemas.ts';

const TARGET = { host: '127.0.0.1', port: 1338 };
const PLAN: SetupPlan = {
  routes: planRoutes(['imds'], [TARGET]),
  bridges: [],
  firewall: 'nft',
  hasListen: false,
  flags: '',
  serveFlags: '',
};
const BRIDGES: SetupPlan = { ...PLAN, bridges: ['docker0'], flags: ' --setup-bridge docker0' };
const DIRECT: SetupPlan = { ...PLAN, routes: planRoutes(['imds'], [{ host: '169.254.169.254', port: 80 }]) };

const SERVER: EndpointAnswer = { kind: 'cred-watch', user: 'anna', pid: 7, roles: ['etl', 'ops'] };
const RULE = { address: '169.254.169.254', target: TARGET, bridge: null };

const answer = (server: EndpointAnswer, route: EndpointAnswer = server) =>
  new Map([
    ['127.0.0.1:1338', server],
    ['169.254.169.254:80', route],
  ]);

const COMPLETE: SetupFacts = {
  system: 'linux',
  interfaces: new Map([['169.254.169.254', 'lo']]),
  redirects: { value: [RULE] },
  answers: answer(SERVER),
  port80: [],
  cloud: null,
  environment: {},
  bridges: new Map(),
  reboot: 'kept',
};

const REFUSED: EndpointAnswer = { kind: 'nothing', reason: 'refused' };
const OTHER: EndpointAnswer = { kind: 'other', status: 404, server: 'nginx\u001b[2J' };
const NO_RULES = { value: [] };
const PERMISSION = { unknown: 'permission' } as const;
const exists = (routesLoopback: boolean) => new Map([['docker0', { exists: true, routesLoopback }]]);

/** Facts that differ from those of a complete set-up, and the checks that are not ok then. */
type Case = [name: string, changes: Partial<SetupFacts>, checks: string[], plan?: SetupPlan];

const CASES: Case[] = [
  ['nothing is missing', {}, []],
  ['a cloud', { cloud: 'Amazon EC2' }, ['CLOUD note']],
  ['no address', { interfaces: new Map() }, ['ADDRESS missing']],
  [
    'no redirect',
    { redirects: NO_RULES, answers: answer(SERVER, REFUSED) },
    ['REDIRECT missing', 'ROUTE missing'],
  ],
  ['rules of another program redirect', { redirects: NO_RULES }, []],
  ['unreadable rules that work', { redirects: PERMISSION }, []],
  [
    'unreadable rules',
    { redirects: PERMISSION, answers: answer(SERVER, REFUSED) },
    ['REDIRECT unknown', 'ROUTE missing'],
  ],
  [
    'rules that could not be read',
    { redirects: { unknown: 'failed' }, answers: answer(SERVER, REFUSED) },
    ['REDIRECT unknown', 'ROUTE missing'],
  ],
  [
    'a redirect to another port',
    {
      redirects: { value: [{ ...RULE, target: { host: '127.0.0.1', port: 9 } }] },
      answers: answer(SERVER, REFUSED),
    },
    ['REDIRECT missing', 'ROUTE missing'],
  ],
  [
    'a redirect of a bridge only',
    { redirects: { value: [{ ...RULE, bridge: 'docker0' }] }, answers: answer(SERVER, REFUSED) },
    ['REDIRECT missing', 'ROUTE missing'],
  ],
  ['no server', { answers: answer(REFUSED) }, ['SERVER missing', 'ROUTE missing']],
  ['no answers', { answers: new Map() }, ['SERVER missing', 'ROUTE missing']],
  ['another server', { answers: answer(OTHER) }, ['SERVER missing', 'ROUTE missing']],
  ['a server without HTTP', { answers: answer({ kind: 'no-http' }) }, ['SERVER missing', 'ROUTE missing']],
  ['a simulator', { answers: answer({ kind: 'simulator' }) }, ['SERVER missing', 'ROUTE missing']],
  [
    'the metadata service of a cloud',
    { answers: answer(SERVER, { kind: 'cloud', cloud: 'Amazon EC2' }) },
    ['ROUTE missing'],
  ],
  ['another server of cred-watch', { answers: answer(SERVER, { ...SERVER, pid: 8 }) }, ['ROUTE missing']],
  [
    'a silent server',
    { answers: answer({ kind: 'nothing', reason: 'timeout' }) },
    ['SERVER missing', 'ROUTE missing'],
  ],
  [
    'a program at port 80 without a redirect',
    { port80: ['0.0.0.0', '::', '10.0.0.1'], answers: answer(SERVER, OTHER), redirects: NO_RULES },
    ['REDIRECT missing', 'ROUTE missing', 'PORT_80 note'],
  ],
  ['a program at port 80 with a redirect', { port80: ['0.0.0.0'] }, []],
  ['IMDS is disabled', { environment: { AWS_EC2_METADATA_DISABLED: 'true' } }, ['VARIABLE missing']],
  ['a proxy', { environment: { HTTP_PROXY: 'http://proxy' } }, ['VARIABLE missing']],
  ['no unit', { reboot: 'missing' }, ['REBOOT missing']],
  ['a disabled unit', { reboot: 'disabled' }, ['REBOOT missing']],
  ['no systemd', { reboot: 'no-systemd' }, ['REBOOT note']],
  ['neither systemd nor a script', { reboot: 'no-script' }, ['REBOOT missing']],
  [
    'a bridge',
    { bridges: exists(true), redirects: { value: [RULE, { ...RULE, bridge: 'docker0' }] } },
    [],
    BRIDGES,
  ],
  ['no bridge', { bridges: new Map() }, ['BRIDGE missing'], BRIDGES],
  ['a bridge without its setting', { bridges: exists(false) }, ['BRIDGE missing'], BRIDGES],
  ['a bridge without its rule', { bridges: exists(true) }, ['BRIDGE missing'], BRIDGES],
  [
    'a bridge with unreadable rules',
    { bridges: exists(true), redirects: PERMISSION },
    ['BRIDGE unknown'],
    BRIDGES,
  ],
  ['a server at the address itself', { redirects: NO_RULES }, [], DIRECT],
  [
    'no server at the address itself',
    { answers: answer(SERVER, REFUSED), redirects: NO_RULES },
    ['SERVER missing', 'ROUTE missing'],
    DIRECT,
  ],
];

describe.each<Case>(CASES)('%s', (_, changes, expected, plan = PLAN) => {
  const facts = { ...COMPLETE, ...changes };
  const checks = checkSetup(plan, facts);

  test('each check has its state', () => {
    const notOk = checks.filter(({ state }) => state !== 'ok').map(({ code, state }) => `${code} ${state}`);
    expect(notOk).toEqual(expected);
    expect(isSetupComplete(checks)).toBe(!expected.some((each) => each.endsWith('missing')));
  });

  test.each(SETUP_SYSTEMS)('the texts of %s have all values and no control characters', (system) => {
    const text = renderSetupCheck(
      checks,
      { plan, system },
      { width: 100, hasColour: false, isAsciiOnly: false },
    );
    expect(text).not.toMatch(/undefined|NaN|null|\[object|[^\n\x20-\x7e\u2192]/);
    expect(text).toMatch(
      isSetupComplete(checks) ? /^the set-up is complete\n/ : /^the set-up is not complete: /,
    );
  });

  test('the JSON has the form of its schema', () => {
    const json = renderSetupCheckJson(checks, { plan, system: 'linux' }, 0);
    expect(findViolations('serve-setup-check', JSON.parse(json))).toEqual([]);
  });

  test('each missing part has a command', () => {
    const missing = checks.filter(({ state }) => state === 'missing');
    const withoutFix = missing.filter(
      (check) => describeSetupCheck(check, { plan, system: 'linux' }).fix === null,
    );
    expect(withoutFix.map(({ code }) => code)).toEqual(
      expected.includes('ROUTE missing') && JSON.stringify([...facts.answers]).includes('"cloud"')
        ? ['ROUTE']
        : [],
    );
  });
});

test('the cases have each check', () => {
  const found = CASES.flatMap(([, changes, , plan = PLAN]) =>
    checkSetup(plan, { ...COMPLETE, ...changes }).map(({ code }) => code),
  );
  expect([...new Set(found)].sort()).toEqual([...SETUP_CHECK_CODES].sort());
});

test('the schema lists the same codes as the program', () => {
  const schema = SCHEMAS.find(({ $id }) => $id === 'serve-setup-check.schema.json');
  const codes = Object(schema?.$defs).check.oneOf.map((each: unknown) => Object(each).properties.code.const);
  expect(codes).toEqual([...SETUP_CHECK_CODES]);
});

test.each<[SetupSystem, string]>([
  ['linux', 'cred-watch serve --setup linux --shape imds | sudo sh'],
  ['macos', 'cred-watch serve --setup macos --shape imds | sudo sh'],
  ['windows', 'cred-watch serve --setup windows --shape imds > setup.ps1'],
])('a fix of %s repeats the flags', (system, command) => {
  const plan = { ...PLAN, flags: ' --shape imds' };
  const [check] = checkSetup(plan, { ...COMPLETE, interfaces: new Map() });
  expect(describeSetupCheck(check!, { plan, system }).fix).toContain(command);
});

const OTHER_TARGET = { host: '127.0.0.1', port: 1444 };
const REDIRECTED = { redirects: { value: [{ ...RULE, target: OTHER_TARGET }] } };
const SET_UP = 'cred-watch serve --setup linux | sudo sh';
const SERVE = 'cred-watch serve --profile NAME';
const LISTENERS = "sudo ss -ltnp 'sport = :1338'";
const CHECK_OTHER = 'cred-watch serve --setup-check --listen 127.0.0.1:1444';

test.each<[string, Partial<SetupFacts>, Partial<SetupPlan>, string[]]>([
  [
    'a missing address and no server',
    { interfaces: new Map(), answers: answer(REFUSED), redirects: NO_RULES },
    {},
    [`ADDRESS ${SET_UP}`, `REDIRECT ${SET_UP}`, `SERVER ${SERVE}`, `ROUTE ${SET_UP}`],
  ],
  [
    'a missing address at which the server will listen',
    { interfaces: new Map(), answers: answer(REFUSED) },
    { routes: DIRECT.routes },
    [`ADDRESS ${SET_UP}`, `SERVER ${SET_UP}`, `ROUTE ${SET_UP}`],
  ],
  [
    'a set-up for a server at another address, which runs',
    { ...REDIRECTED, answers: answer(REFUSED, SERVER) },
    {},
    [`REDIRECT ${CHECK_OTHER}`, `SERVER ${CHECK_OTHER}`, `ROUTE ${CHECK_OTHER}`],
  ],
  [
    'a set-up for another address than the given one',
    { ...REDIRECTED, answers: answer(SERVER, REFUSED) },
    { hasListen: true },
    [`REDIRECT ${SET_UP}`, `ROUTE ${SET_UP}`],
  ],
  [
    'another program at the port of the server',
    { answers: answer(OTHER) },
    {},
    [`SERVER ${LISTENERS}`, `ROUTE ${LISTENERS}`],
  ],
  ['no server', { answers: answer(REFUSED) }, {}, [`SERVER ${SERVE}`, `ROUTE ${SERVE}`]],
  [
    'no redirect',
    { answers: answer(SERVER, REFUSED), redirects: NO_RULES },
    {},
    [`REDIRECT ${SET_UP}`, `ROUTE ${SET_UP}`],
  ],
])('the fixes of %s remove its cause', (_, changes, planned, expected) => {
  const plan = { ...PLAN, ...planned };
  const missing = checkSetup(plan, { ...COMPLETE, ...changes }).filter(({ state }) => state === 'missing');
  const fixes = missing.map(
    (check) => `${check.code} ${describeSetupCheck(check, { plan, system: 'linux' }).fix}`,
  );
  expect(fixes).toEqual(expected);
});
