/** The groups whose rows start the program. */
const GROUPS = ['**One poll**', '**Commands at ten samples**'];

const WITHOUT_CACHE = ', no code cache';

/** `≤ 2.7: met`, `CPU ≤ 2.7: **missed**, 2.73`. Goals that compare with another row are not about the start. */
const START_UP_GOAL = /^(?<figure>CPU )?≤ (?<most>[\d.]+): (?<state>met|\*\*missed\*\*)/;

/** For each command, whether its start meets the goal: a Markdown table, computed from the table of all results. */
export function formatStartUpGoals(results) {
  const rows = findStartUpRows(results);
  const commands = [...rows.keys()].filter((name) => !name.endsWith(WITHOUT_CACHE));
  const lines = commands.map((name) => {
    const cold = rows.get(`${name}${WITHOUT_CACHE}`);
    return `| \`${name}\` | ${rows.get(name)} | ${cold ?? ''} |\n`;
  });
  return `| command | with the code cache | without |\n|---|---|---|\n${lines.join('')}`;
}

function findStartUpRows(results) {
  const rows = new Map();
  let group = '';
  for (const line of results.split('\n').filter((each) => each.startsWith('| '))) {
    const [name, , , ratio, , cpuRatio, , , goals = ''] = line.slice(2, -2).split(' | ');
    if (name.startsWith('**')) group = name;
    const text = GROUPS.includes(group) && ratio !== '' ? describeGoals(goals, ratio, cpuRatio) : null;
    if (text !== null) rows.set(name, text);
  }
  return rows;
}

/** Null if the row has no goal for its start. */
function describeGoals(goals, ratio, cpuRatio) {
  const matches = goals.split('; ').flatMap((goal) => START_UP_GOAL.exec(goal)?.groups ?? []);
  if (matches.length === 0) return null;
  const cpu = matches.some(({ figure }) => figure !== undefined) ? `, CPU ${cpuRatio}` : '';
  const state = matches.every((each) => each.state === 'met') ? 'met' : '**missed**';
  return `${ratio}${cpu}; goal ${matches[0].most}: ${state}`;
}
