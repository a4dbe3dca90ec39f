import { expect, test } from 'vitest';
import {
  checkInstallation,
  isInstallationOk,
} from '../../../src/domain/installation/check/check-installation.ts';
import type {
  InstallationFacts,
  ProbeFacts,
  RecordedPolls,
} from '../../../src/domain/installation/check/facts.ts';
import type { Poller } from '../../../src/domain/installation/check/poller.ts';
import type { RotationBasis } from '../../../src/domain/installation/choose-interval.ts';
import { findPoll } from '../../../src/domain/installation/found-poll.ts';
import { describeInstallationCheck } from '../../../src/report/messages/installation/checks.ts';
import type { CheckContext } from '../../../src/report/messages/installation/last-poll.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const DATABASE = '/data/samples.db';

const createPoller = (changes: Partial<Poller> = {}): Poller => ({
  place: { kind: 'process', pid: 1 },
  poll: findPoll(['/usr/bin/node', '/usr/local/bin/cred-watch', 'poll'])!,
  database: DATABASE,
  interval: 300,
  isOwn: true,
  variables: new Map(),
  problem: null,
  ...changes,
});

const polled = (at: number, changes: Partial<RecordedPolls> = {}): RecordedPolls => ({
  last: { at, failure: null },
  sampleAt: at,
  firstAt: NOW - 86_400_000,
  ...changes,
});

const PROBE = {
  isOk: true,
  source: 'imds',
  apiVersion: '2',
  clockOffset: 0,
  possibleHopLimit: false,
  otherCredentials: null,
  validity: { code: 'VALIDITY', within: 21_600 },
} as const;

const createFacts = (changes: Partial<InstallationFacts> = {}): InstallationFacts => ({
  now: NOW,
  pollers: [createPoller()],
  database: {
    path: DATABASE,
    state: 'usable',
    error: null,
    exposed: { readable: [], writable: [], folders: [] },
    mayBeRoots: false,
  },
  polledSources: ['imds'],
  assumedSource: null,
  polls: polled(NOW - 60_000),
  clockOffset: 0,
  node: { path: '/usr/bin/node', version: '22.12.0', addonError: null },
  probe: PROBE,
  basis: { code: 'VALIDITY', within: 21_600 },
  ...changes,
});

const FAILURE = { reason: 'timeout', detail: '', misconfiguration: null } as const;
const failProbe = (possibleHopLimit: boolean): ProbeFacts => ({
  isOk: false,
  source: 'imds',
  clockOffset: null,
  failure: { ...FAILURE, possibleHopLimit },
  otherCredentials: null,
});

test('an installation that works has only checks that are ok', () => {
  const checks = checkInstallation(createFacts());
  expect(new Set(checks.map(({ state }) => state))).toEqual(new Set(['ok']));
  expect(isInstallationOk(checks)).toBe(true);
});

const { node, database } = createFacts();

const CONTEXT: CheckContext = {
  database: DATABASE,
  installCommand: 'cred-watch init --write',
  user: 'loader',
  isPollOk: false,
  failure: null,
  hasWorked: true,
  intervalCommand: null,
};

test.each<[string, Partial<InstallationFacts>, string, string]>([
  ['a clock that is 61 seconds ahead', { clockOffset: 61 }, 'CLOCK', 'problem'],
  ['a clock that is 61 seconds behind', { clockOffset: -61 }, 'CLOCK', 'problem'],
  ['a clock that is 60 seconds ahead', { clockOffset: 60 }, 'CLOCK', 'ok'],
  ['an unknown clock', { clockOffset: null }, 'CLOCK', 'unknown'],
  [
    'a hop limit of 1 with IMDSv1',
    { probe: { ...PROBE, apiVersion: '1', possibleHopLimit: true } },
    'HOP_LIMIT',
    'problem',
  ],
  ['a hop limit of 1 without IMDSv1', { probe: failProbe(true) }, 'HOP_LIMIT', 'problem'],
  ['IMDS that does not respond', { probe: failProbe(false) }, 'HOP_LIMIT', 'unknown'],
  ['IMDSv1', { probe: { ...PROBE, apiVersion: '1' } }, 'IMDS_V1', 'note'],
  [
    'SDKs that disagree',
    { probe: { isOk: null, error: { message: 'a', hint: 'b' } } },
    'CREDENTIALS',
    'problem',
  ],
  ['Node 20.18.0', { node: { ...node, version: '20.18.0' } }, 'NODE', 'problem'],
  ['Node 20.18.1', { node: { ...node, version: '20.18.1' } }, 'NODE', 'ok'],
  ['Node 100.0.0', { node: { ...node, version: '100.0.0' } }, 'NODE', 'ok'],
  ['a Node that does not run', { node: { ...node, version: null } }, 'NODE', 'problem'],
  ['no addon', { node: { ...node, addonError: { message: 'a', hint: null } } }, 'ADDON', 'problem'],
  ['two intervals and two minutes since the last poll', { polls: polled(NOW - 720_000) }, 'LAST_POLL', 'ok'],
  [
    'a first poll less than an interval ago, with cron',
    {
      polls: polled(NOW, { firstAt: NOW - 299_000 }),
      pollers: [createPoller({ place: { kind: 'cron', file: null, user: 'loader' } })],
    },
    'LAST_POLL',
    'unknown',
  ],
  [
    'a first poll an interval ago, with cron',
    {
      polls: polled(NOW, { firstAt: NOW - 300_000 }),
      pollers: [createPoller({ place: { kind: 'cron', file: null, user: 'loader' } })],
    },
    'LAST_POLL',
    'ok',
  ],
  [
    'a first poll less than an interval ago, with a process',
    { polls: polled(NOW, { firstAt: NOW }) },
    'LAST_POLL',
    'ok',
  ],
  ['a second more', { polls: polled(NOW - 721_000) }, 'LAST_POLL', 'problem'],
  [
    'a last poll that failed',
    { polls: polled(NOW, { last: { at: NOW, failure: { reason: 'timeout', detail: '' } } }) },
    'LAST_POLL',
    'problem',
  ],
  ['no poll', { polls: null }, 'LAST_POLL', 'problem'],
  [
    'an old poll and a new sample of another command',
    { polls: polled(NOW - 721_000, { sampleAt: NOW }) },
    'LAST_POLL',
    'problem',
  ],
  ['only samples of other commands', { polls: polled(NOW, { last: null }) }, 'LAST_POLL', 'problem'],
  [
    'only the sample of init in the first interval of cron',
    {
      polls: polled(NOW, { last: null, firstAt: NOW }),
      pollers: [createPoller({ place: { kind: 'cron', file: null, user: 'loader' } })],
    },
    'LAST_POLL',
    'unknown',
  ],
  ['a source of the shell', { assumedSource: 'environment' }, 'ASSUMED_SOURCE', 'note'],
  ['an empty database', { database: { ...database, state: 'empty' } }, 'DATABASE', 'problem'],
  ['a database of another user', { database: { ...database, state: 'read-only' } }, 'DATABASE', 'problem'],
  ['a poller of another database', { pollers: [createPoller({ database: '/b' })] }, 'NO_POLLER', 'problem'],
  ['a poller of another database', { pollers: [createPoller({ database: '/b' })] }, 'OTHER_POLLER', 'note'],
  ['a poller of an unknown database', { pollers: [createPoller({ database: null })] }, 'POLLER', 'unknown'],
])('%s: the check has the right state, and a problem has a fix', (_, changes, code, state) => {
  const checks = checkInstallation(createFacts(changes));
  const found = checks.filter((check) => check.code === code);
  expect(found.map((check) => check.state)).toEqual([state]);
  expect(isInstallationOk(checks)).toBe(checks.every((check) => check.state !== 'problem'));
  for (const check of checks) {
    const { message, fix } = describeInstallationCheck(check, CONTEXT);
    expect(message).not.toBe('');
    if (check.state === 'problem') expect(fix, check.code).toMatch(/./);
  }
});

test('a stopped timer does no harm while another poller works', () => {
  const problem = { code: 'unit-inactive', unit: 'cred-watch.timer', scope: 'system' } as const;
  const stopped = createPoller({ problem });
  const states = (pollers: readonly Poller[]) =>
    checkInstallation(createFacts({ pollers }))
      .filter(({ code }) => code === 'POLLER')
      .map(({ state }) => state);
  expect(states([stopped, createPoller()])).toEqual(['note', 'ok']);
  expect(states([stopped])).toEqual(['problem']);
});

test('a source without IMDS has no check of the hop limit', () => {
  const checks = checkInstallation(
    createFacts({ probe: { ...PROBE, source: 'container', apiVersion: null } }),
  );
  expect(checks.map(({ code }) => code)).not.toContain('HOP_LIMIT');
});

test('an addon that cannot be loaded comes first, because it prevents the other fixes', () => {
  const node = { ...createFacts().node, addonError: { message: 'the addon is missing', hint: null } };
  const checks = checkInstallation(createFacts({ node, pollers: [] }));
  expect(checks.map(({ code }) => code).slice(0, 3)).toEqual(['NODE', 'ADDON', 'NO_POLLER']);
  expect(checks[1]).toMatchObject({ state: 'problem' });
});

test('all pollers of other databases are listed, first those of this user', () => {
  const pollers = [
    createPoller({ place: { kind: 'process', pid: 2 }, database: '/b', isOwn: false }),
    createPoller({
      place: { kind: 'cron', file: null, user: 'loader' },
      database: '/c',
      problem: { code: 'cron-not-running' },
    }),
    createPoller({ place: { kind: 'process', pid: 3 }, database: '/d' }),
  ];
  const describe = (code: string) =>
    checkInstallation(createFacts({ pollers }))
      .filter((check) => check.code === code)
      .map((check) => Object.values(describeInstallationCheck(check, CONTEXT)));
  expect(describe('NO_POLLER')).toEqual([
    [
      `nothing polls into ${DATABASE}, but a poller uses /c`,
      'check that database: `cred-watch init --check --db /c`; to poll into this one, run `cred-watch init --write`',
    ],
  ]);
  expect(describe('OTHER_POLLER')).toEqual([
    [
      'another database, /c: cron (crontab of loader) has a poll, but the cron daemon is not running',
      'check it: `cred-watch init --check --db /c`',
    ],
    ['another database, /d: the process 3 polls every 5m', 'check it: `cred-watch init --check --db /d`'],
    ['another database, /b: the process 2 polls every 5m', 'check it: `cred-watch init --check --db /b`'],
  ]);
});

const REFUSED = { reason: 'unreachable', detail: 'refused' } as const;
const MISCONFIGURED = {
  ...REFUSED,
  misconfiguration: {
    code: 'UNREACHABLE_ADDRESS',
    source: 'imds',
    name: 'AWS_EC2_METADATA_SERVICE_ENDPOINT',
  },
  possibleHopLimit: false,
} as const;

test.each<[string, Partial<CheckContext>, ProbeFacts, string[]]>([
  [
    'a source that had credentials before has to respond again',
    { hasWorked: true, failure: MISCONFIGURED },
    { ...failProbe(false), failure: MISCONFIGURED } as ProbeFacts,
    Array(2).fill(
      'check that the endpoint runs and responds, because it did so before: `cred-watch sources` shows its address',
    ),
  ],
  [
    'a source that never had credentials may be misconfigured',
    { hasWorked: false, failure: MISCONFIGURED },
    { ...failProbe(false), failure: MISCONFIGURED } as ProbeFacts,
    Array(2).fill('check that IMDS responds at this address, or unset AWS_EC2_METADATA_SERVICE_ENDPOINT'),
  ],
  [
    'a source that responds again needs only the next poll',
    { hasWorked: true, isPollOk: true },
    PROBE,
    [
      'a poll succeeds now, so run the check again after the next poll; if it fails again, compare its variables with those of this shell',
    ],
  ],
])('after an outage, %s, and all advice is the same', (_, context, probe, advice) => {
  const polls = polled(NOW, { last: { at: NOW, failure: REFUSED } });
  const fixes = checkInstallation(createFacts({ polls, probe }))
    .filter(({ state }) => state === 'problem')
    .map((check) => describeInstallationCheck(check, { ...CONTEXT, ...context }).fix);
  expect(fixes).toEqual(advice);
});

const MEASURED = { code: 'MEASURED', within: 3600 } as const;
const GENERAL = { code: 'GENERAL', within: 3600, environment: 'imds' } as RotationBasis;

test.each<[string, InstallationFacts['basis'], (number | null)[], string | null]>([
  ['longer than half of the measured rotation interval', MEASURED, [1801], 'problem'],
  ['half of it', MEASURED, [1800], null],
  ['longer than half of the validity', { code: 'VALIDITY', within: 600 }, [301], 'problem'],
  ['longer than half of the usual rotation interval', GENERAL, [3600], 'note'],
  ['long, and the credentials expire soon', { code: 'TIME_LEFT', within: 60 }, [300], null],
  ['long, and nothing rotates', null, [86_400], null],
  ['long, beside a shorter one', MEASURED, [3600, 300], null],
  ['long, beside an unknown one', MEASURED, [3600, null], null],
  ['absent', MEASURED, [], null],
])('an interval that is %s', (_, basis, intervals, state) => {
  const pollers = intervals.map((interval) => createPoller({ interval }));
  const check = checkInstallation(createFacts({ basis, pollers })).find(
    ({ code }) => code === 'POLL_INTERVAL',
  );
  expect(check?.state ?? null).toBe(state);
});

test('pollers of other sources, and those that do not work, have no interval', () => {
  const words = ['/usr/bin/node', '/usr/local/bin/cred-watch', 'poll', '--source', 'container'];
  const pollers = [
    createPoller({ interval: 3600 }),
    createPoller({ interval: 60, poll: findPoll(words)! }),
    createPoller({ interval: 60, problem: { code: 'cron-not-running' } }),
  ];
  const checks = checkInstallation(createFacts({ basis: MEASURED, pollers }));
  expect(checks.find(({ code }) => code === 'POLL_INTERVAL')).toMatchObject({
    ...{ state: 'problem', intervalSeconds: 3600, pollEverySeconds: 300 },
  });
});
