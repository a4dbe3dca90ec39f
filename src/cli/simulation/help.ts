import { FAULT_DEFINITIONS } from '../../server/faults/fault-definitions.ts';
import { FAULT_CONDITIONS, type FaultCondition } from '../../server/faults/parse-fault.ts';
import { BUILT_IN_SCENARIOS } from '../../server/faults/scenario.ts';
import { VARIANTS } from '../../server/variants.ts';
import { WRONG_USAGE } from '../flags/exit-codes.ts';
import type { CommandHelp } from '../manual/command-help.ts';

const CONDITIONS: Readonly<Record<FaultCondition, readonly [example: string, means: string]>> = {
  share: ['share=30%', 'affect this share of the requests, chosen at random'],
  path: [
    'path=/latest/api/token',
    'affect only this path; * matches any text: path=*/security-credentials/*',
  ],
  from: ['from=2m', 'begin this time after the start'],
  until: ['until=5m', 'end this time after the start'],
  for: ['for=3m', 'end this time after the beginning of the fault'],
  times: ['times=2', 'affect at most this many requests'],
};

/** The help of `simulate` below its flags. */
export const SIMULATE_HELP: CommandHelp = {
  commonFlags: [
    '--lifetime',
    '--rotate-every',
    '--shape',
    '--scenario',
    '--fault',
    '--listen',
    '--history',
    '--output',
  ],
  notes: [
    {
      heading: 'Faults (--fault WHAT[,CONDITION=VALUE]...)',
      rows: Object.values(FAULT_DEFINITIONS).map(({ syntax, description }) => [syntax, description]),
    },
    'Of several faults that replace the response, only the first one applies.',
    {
      heading: 'Conditions of a fault',
      rows: FAULT_CONDITIONS.map((name) => CONDITIONS[name]),
    },
    {
      heading: 'Scenarios (--scenario NAME)',
      rows: Object.entries(BUILT_IN_SCENARIOS).map(([name, { title }]) => [name, title]),
    },
    {
      heading: 'Your own scenarios (--scenario FILE, with a dot or a slash in its name)',
      verbatim: [
        '{"description": "...", "shape": "ecs", "lifetime": "3m", "rotate_every": "1m",',
        ' "steps": [{"fault": "503", "share": "30%", "from": "2m", "for": "1m"}]}',
      ],
    },
    {
      heading: 'Variants (--variant NAME=VALUE, the first is the default)',
      rows: Object.entries(VARIANTS).map(([name, { choices, description }]) => [
        `${name}=${choices.join('|')}`,
        description,
      ]),
    },
  ],
  exitCodes: [['0', 'stopped as requested, or the history was written'], WRONG_USAGE],
  examples: [
    ['cred-watch simulate --lifetime 3m --rotate-every 1m', 'a rotation per minute'],
    ['cred-watch simulate --shape ecs --fault 429,share=30%', 'a throttled task'],
    ['cred-watch simulate --scenario hop-limit', 'a container without IMDSv2'],
    ['cred-watch simulate --history 30d -o - | cred-watch import -'],
  ],
};
