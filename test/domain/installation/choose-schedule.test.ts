import { expect, test } from 'vitest';
import {
  chooseSchedule,
  findProcessReason,
  findScheduleProblem,
} from '../../../src/domain/installation/choose-schedule.ts';
import type { Host, PollCommand } from '../../../src/domain/installation/schedule.ts';
import { createHost, createPoll } from '../../support/installation/poll-command.ts';

const BOTH = { hasSystemd: true, hasCrontab: true };
const PROFILE = { source: 'profile', words: ['poll', '--source', 'profile', '--profile', 'a'] } as const;

test.each<[string, Partial<Host>, Partial<PollCommand>, string]>([
  ['root with systemd', { ...BOTH, isRoot: true }, {}, 'systemd'],
  ['root without systemd', { hasCrontab: true, isRoot: true }, {}, 'cron'],
  ['root with Node in a home folder', { ...BOTH, isRoot: true }, { node: '/root/.nvm/bin/node' }, 'cron'],
  ['root with another database', { ...BOTH, isRoot: true }, { isDefaultDatabase: false }, 'cron'],
  ['root with a profile', { ...BOTH, isRoot: true }, PROFILE, 'cron'],
  ['a user with cron and systemd', BOTH, {}, 'cron'],
  ['a user with Node in a home folder', BOTH, { node: '/home/a/.nvm/bin/node' }, 'cron'],
  ['a user whose cron daemon does not run', { ...BOTH, isCronRunning: false }, {}, 'systemd'],
  ['a user with cron on a system without /proc', { hasCrontab: true, isCronRunning: null }, {}, 'cron'],
  ['a stopped cron daemon only', { hasCrontab: true, isCronRunning: false }, {}, 'process'],
  ['a user with systemd only', { hasSystemd: true }, {}, 'systemd'],
  ['a machine with neither', {}, {}, 'process'],
  ['a task of ECS', { ...BOTH, container: 'ecs' }, { source: 'container' }, 'sidecar'],
  ['a pod', { container: 'kubernetes' }, { source: 'web-identity' }, 'sidecar'],
  ['another container', { ...BOTH, container: 'other' }, {}, 'process'],
  ['keys of a shell', BOTH, { source: 'environment' }, 'process'],
  ['an endpoint that variables of a shell name', BOTH, { source: 'container' }, 'process'],
])('for %s, the usual schedule works', (_, host, poll, kind) => {
  const chosen = chooseSchedule(createHost(host), createPoll(poll), 300);
  expect(chosen).toBe(kind);
  expect(findScheduleProblem(chosen, createHost(host), createPoll(poll), 300)).toBeNull();
});

test('an interval that neither cron nor systemd has needs a process', () => {
  expect(chooseSchedule(createHost(BOTH), createPoll(), 90)).toBe('process');
});

const ROOT = createHost({ ...BOTH, isRoot: true });

test.each([
  ['cron', createPoll({ source: 'environment' }), 300, { code: 'SHELL_SOURCE', source: 'environment' }],
  ['cron', createPoll(), 90, { code: 'INTERVAL', kind: 'cron', every: 90 }],
  ['cron', createPoll({ database: '/a\nb' }), 300, { code: 'LINE_END' }],
  ['cron', createPoll({ program: '/a\\b' }), 300, { code: 'BACKSLASH', word: '/a\\b' }],
  [
    'cron',
    createPoll({ database: `/${'a'.repeat(990)}` }),
    300,
    expect.objectContaining({ code: 'LINE_TOO_LONG' }),
  ],
  ['systemd', createPoll({ ...PROFILE }), 300, { code: 'UNIT_SOURCE', source: 'profile' }],
  ['systemd', createPoll({ words: ['poll', '--profile', 'a'] }), 300, { code: 'UNIT_PROFILE' }],
  ['systemd', createPoll({ variables: [['AWS_CONFIG_FILE', '/a']] }), 300, { code: 'UNIT_PROFILE' }],
  [
    'systemd',
    createPoll({ program: '/home/a/cred-watch' }),
    300,
    { code: 'UNIT_PROGRAM', path: '/home/a/cred-watch' },
  ],
  [
    'systemd',
    createPoll({ isDefaultDatabase: false, database: '/a' }),
    300,
    { code: 'UNIT_DATABASE', path: '/a' },
  ],
  ['systemd', createPoll({ node: "/it's/node" }), 300, { code: 'UNIT_NODE', path: "/it's/node" }],
  ['sidecar', createPoll(), 300, { code: 'NO_ORCHESTRATOR' }],
] as const)('%s reports why it cannot run a poll (case %#)', (kind, poll, every, problem) => {
  expect(findScheduleProblem(kind, ROOT, poll, every)).toEqual(problem);
});

test('a unit of a user can read the home folder of the user', () => {
  const poll = createPoll({ ...PROFILE, node: '/home/a/node', isDefaultDatabase: false });
  expect(findScheduleProblem('systemd', createHost(BOTH), poll, 300)).toBeNull();
});

test.each<[string, Partial<Host>, Partial<PollCommand>, number, object]>([
  ['a machine with neither', {}, {}, 300, { code: 'NO_SCHEDULER' }],
  [
    'a stopped cron daemon',
    { hasCrontab: true, isCronRunning: false },
    {},
    300,
    { code: 'CRON_NOT_RUNNING' },
  ],
  ['a container', { ...BOTH, container: 'other' }, {}, 300, { code: 'CONTAINER', hasCron: true }],
  [
    'a container whose user may not use cron',
    { ...BOTH, container: 'other', crontabError: 'not allowed' },
    ...([{}, 300, { code: 'CONTAINER', hasCron: false }] as const),
  ],
  [
    'a user who may not use cron',
    { ...BOTH, hasSystemd: false, crontabError: 'not allowed' },
    ...([{}, 300, { code: 'PROBLEM', problem: { code: 'CRONTAB', reason: 'not allowed' } }] as const),
  ],
  [
    'keys of a shell',
    BOTH,
    { source: 'environment' },
    300,
    { code: 'PROBLEM', problem: { code: 'SHELL_SOURCE', source: 'environment' } },
  ],
  ['90 seconds', BOTH, {}, 90, { code: 'PROBLEM', problem: { code: 'INTERVAL', kind: 'cron', every: 90 } }],
])('for %s, the reason for a process is known', (_, host, poll, every, reason) => {
  expect(findProcessReason(createHost(host), createPoll(poll), every)).toEqual(reason);
});
