import { expect, test } from 'vitest';
import {
  checkInstallation,
  isInstallationOk,
} from '../../../src/domain/installation/check/check-installation.ts';
import type { InstallationFacts, ProbeFacts } from '../../../src/domain/installation/check/facts.ts';
import type { Poller } from '../../../src/domain/installation/check/poller.ts';
import { findPoll } from '../../../src/domain/installation/found-poll.ts';
import { describeInstallationCheck } from '../../../src/report/messages/installation/checks.ts';

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

const PROBE = {
  isOk: true,
  source: 'imds',
  apiVersion: '2',
  clockOffset: 0,
  possibleHopLimit: false,
  otherCredentials: null,
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
  lastPoll: { at: NOW - 60_000, firstAt: NOW - 86_400_000, failure: null },
  clockOffset: 0,
  node: { path: '/usr/bin/node', version: '22.12.0', addonError: null },
  probe: PROBE,
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
  [
    'two intervals and two minutes since the last poll',
    { lastPoll: { at: NOW - 720_000, firstAt: NOW - 86_400_000, failure: null } },
    'LAST_POLL',
    'ok',
  ],
  [
    'a first poll less than an interval ago, with cron',
    {
      lastPoll: { at: NOW, firstAt: NOW - 299_000, failure: null },
      pollers: [createPoller({ place: { kind: 'cron', file: null, user: 'loader' } })],
    },
    'LAST_POLL',
    'unknown',
  ],
  [
    'a first poll an interval ago, with cron',
    {
      lastPoll: { at: NOW, firstAt: NOW - 300_000, failure: null },
      pollers: [createPoller({ place: { kind: 'cron', file: null, user: 'loader' } })],
    },
    'LAST_POLL',
    'ok',
  ],
  [
    'a first poll less than an interval ago, with a process',
    { lastPoll: { at: NOW, firstAt: NOW, failure: null } },
    'LAST_POLL',
    'ok',
  ],
  [
    'a second more',
    { lastPoll: { at: NOW - 721_000, firstAt: NOW - 86_400_000, failure: null } },
    'LAST_POLL',
    'problem',
  ],
  [
    'a last poll that failed',
    { lastPoll: { at: NOW, firstAt: NOW - 86_400_000, failure: { reason: 'timeout', detail: '' } } },
    'LAST_POLL',
    'problem',
  ],
  ['no poll', { lastPoll: null }, 'LAST_POLL', 'problem'],
  ['a source of the shell', { assumedSource: 'environment' }, 'ASSUMED_SOURCE', 'note'],
  ['an empty database', { database: { ...database, state: 'empty' } }, 'DATABASE', 'problem'],
  ['a database of another user', { database: { ...database, state: 'read-only' } }, 'DATABASE', 'problem'],
  ['a poller of another database', { pollers: [createPoller({ database: '/b' })] }, 'NO_POLLER', 'problem'],
  ['a poller of an unknown database', { pollers: [createPoller({ database: null })] }, 'POLLER', 'unknown'],
])('%s: the check has the right state, and a problem has a fix', (_, changes, code, state) => {
  const checks = checkInstallation(createFacts(changes));
  const found = checks.filter((check) => check.code === code);
  expect(found.map((check) => check.state)).toEqual([state]);
  expect(isInstallationOk(checks)).toBe(checks.every((check) => check.state !== 'problem'));
  const context = { database: DATABASE, installCommand: 'cred-watch init --write', user: 'loader' };
  for (const check of checks) {
    const { message, fix } = describeInstallationCheck(check, context);
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
