const COLUMNS = ['', 'median', 'spread', 'ratio', 'CPU', 'ratio', 'memory', 'ratio', 'goal'];

/** The limit from which a duration is shown in seconds, and bytes in MB. */
const SECONDS_FROM_MS = 1000;

/** Returns one Markdown table. `results` are those of `runBench`. */
export function formatTable(results) {
  const rows = results.flatMap(({ title, rows }) => [
    [`**${title}**`, ...COLUMNS.slice(1).map(() => '')],
    ...rows.map(formatRow),
  ]);
  const alignment = COLUMNS.map((_, index) => (index === 0 || index === COLUMNS.length - 1 ? '---' : '--:'));
  return `${[COLUMNS, alignment, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

function formatRow({ name, unit, figures, ratios, goals, skipped, failed }) {
  const label = name.replaceAll('|', '\\|');
  if (!figures) {
    const reason = skipped === null ? `failed: ${failed.split('\n')[0]}` : `skipped: ${skipped}`;
    return [label, ...COLUMNS.slice(2).map(() => ''), reason.replaceAll('|', '\\|')];
  }
  const { value, cpu, memory } = figures;
  return [
    label,
    formatValue(value.median, unit),
    value.low === value.high ? '' : `${formatValue(value.low, unit)} – ${formatValue(value.high, unit)}`,
    formatRatio(ratios.value),
    cpu ? formatValue(cpu.median, 'ms') : '',
    formatRatio(ratios.cpu),
    memory ? formatValue(memory.median, 'MiB') : '',
    formatRatio(ratios.memory),
    goals.map((goal) => formatGoal(goal, unit)).join('; '),
  ];
}

/** Three significant digits, because the spread is larger than more digits. */
export function formatValue(value, unit) {
  if (unit === 'ms' && value >= SECONDS_FROM_MS) return `${round(value / 1000)} s`;
  return `${round(value)} ${unit}`;
}

const round = (value) => (value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3))));

const formatRatio = (ratio) => (ratio === null ? '' : ratio.toFixed(2));

/** For example `CPU ≤ 2.7: met` and `≤ 1.5 × check at 10 samples: missed, 1.62`. */
export function formatGoal(goal, unit) {
  const { figure, most, least, isRatio, against, measured, met } = goal;
  const name = { value: '', cpu: 'CPU ', memory: 'memory ' }[figure];
  const figureUnit = { value: unit, cpu: 'ms', memory: 'MiB' }[figure];
  const format = (value) => (isRatio ? String(Number(value.toFixed(2))) : formatValue(value, figureUnit));
  const sign = most === undefined ? `≥ ${format(least)}` : `≤ ${format(most)}`;
  const limit = `${name}${sign}${against === null ? '' : ` × ${against}`}`;
  if (met === null) return `${limit}: not measured`;
  return met ? `${limit}: met` : `${limit}: **missed**, ${format(measured)}`;
}
