import { Help } from 'commander';
import { BUILT_IN_SCENARIOS } from '../../server/faults/built-in-scenarios.ts';
import { FAULT_DEFINITIONS } from '../../server/faults/fault-definitions.ts';
import { FAULT_CONDITIONS, type FaultCondition } from '../../server/faults/parse-fault.ts';
import { VARIANTS } from '../../server/variants.ts';

/** What the flags of simulate can be given. */
export function renderSimulateHelp(): string {
  const faults = Object.values(FAULT_DEFINITIONS).map(({ syntax, description }) => row(syntax, description));
  const conditions = FAULT_CONDITIONS.map((name) => row(...CONDITIONS[name]));
  const scenarios = Object.entries(BUILT_IN_SCENARIOS).map(([name, { title }]) => row(name, title));
  const variants = Object.entries(VARIANTS).map(([name, { choices, description }]) =>
    row(`${name}=${choices.join('|')}`, description),
  );
  return `
Faults: --fault WHAT[,CONDITION=VALUE]…
${faults.join('\n')}

Of several faults that would stand in for the answer the first one does, and
the others wait.

Conditions of a fault:
${conditions.join('\n')}

Scenarios: --scenario NAME
${scenarios.join('\n')}

Scenarios of your own: --scenario FILE, with a dot or a slash in its name
  {"description": "…", "shape": "ecs", "lifetime": "3m", "rotate_every": "1m",
   "steps": [{"fault": "503", "share": "30%", "from": "2m", "for": "1m"}]}

Variants: --variant NAME=VALUE, the first is the default
${variants.join('\n')}

Examples:
  cred-watch simulate --lifetime 3m --rotate-every 1m    a rotation a minute
  cred-watch simulate --shape ecs --fault 429,share=30%  a throttled task
  cred-watch simulate --scenario hop-limit               as in a container
  cred-watch simulate --history 30d -o - | cred-watch import -`;
}

const CONDITIONS: Readonly<Record<FaultCondition, readonly [example: string, means: string]>> = {
  share: ['share=30%', 'this part of the requests, by chance'],
  path: ['path=/latest/api/token', 'only this path; * stands for anything: path=*/security-credentials/*'],
  from: ['from=2m', 'not before this time after the start'],
  until: ['until=5m', 'not from this time after the start on'],
  for: ['for=3m', 'for so long, from its beginning'],
  times: ['times=2', 'at most so often'],
};

/** As commander lays out flags; a term in the margin would push everything to the right. */
const helper = new Help();
helper.prepareContext({ helpWidth: 80 });
const row = (left: string, right: string) => helper.formatItem(left, 26, right, helper);
