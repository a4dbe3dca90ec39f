import type { AssessedFleet, FleetGroups } from '../../domain/fleet/assessed-fleet.ts';
import { formatTableRow, formatVerdictWithSymbol, getVerdictSymbol, quoteName } from '../ci/markdown.ts';
import {
  adviseOnSilence,
  describeChange,
  describeMore,
  describeTrend,
  formatFleetSafety,
} from '../messages/fleet/fleet.ts';
import { FAILING_ADVICE, listHostNotes } from '../messages/fleet/host-notes.ts';
import {
  buildGroupCells,
  buildHostCells,
  formatGroup,
  HOST_COLUMNS,
  listGroupColumns,
  NOTE_COLUMN,
} from './fleet-cells.ts';
import { chooseHosts, type FleetContext, MAX_HOSTS_IN_TEXT } from './fleet-context.ts';
import { listFailingLines, listSilentLines, listSummaryLines } from './fleet-lines.ts';

/** For issues and pull requests: CommonMark, plus the tables of GitHub's dialect. */
export function renderFleetMarkdown(fleet: AssessedFleet, context: FleetContext): string {
  const { verdict, hosts, groups, changes, trends } = fleet;
  const shown = chooseHosts(fleet, context.top ?? MAX_HOSTS_IN_TEXT);
  const hidden = shown.hidden[0];
  const failing = listFailingLines(shown, context, quoteName);
  const silent = listSilentLines(shown, context, quoteName);
  return `${[
    `## cred-watch: ${verdict === null ? 'fleet' : `fleet ${getVerdictSymbol(verdict)} ${formatFleetSafety({ verdict, isSafeSoFar: fleet.isSafeSoFar })}`}`,
    formatList(listSummaryLines(fleet, context, quoteSentence, quoteName)),
    ...(groups === null ? [] : [renderGroups(groups)]),
    ...(hosts.length === 0 ? [] : [renderHosts(shown.hosts, listHostNotes(fleet, context.now))]),
    ...(hidden === undefined ? [] : [describeMore(shown.hidden.length, hidden.verdict)]),
    ...renderList('failing polls', failing.length === 0 ? [] : [...failing, FAILING_ADVICE]),
    ...renderList('silent hosts', silent.length === 0 ? [] : [...silent, adviseOnSilence(fleet.silentHosts)]),
    ...renderList(
      'changed last week',
      changes.map((each) => quoteSentence(describeChange(each))),
    ),
    ...renderList(
      'trends',
      trends.map((each) => quoteSentence(describeTrend(each, context.times))),
    ),
  ].join('\n\n')}\n`;
}

/** A sentence with names of others is shown as code, where links and mentions have no effect. */
const quoteSentence = (text: string) => quoteName(text);

const renderList = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`### ${title}`, formatList(lines)];

const formatList = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join('\n');

function renderHosts(hosts: AssessedFleet['hosts'], notes: ReadonlyMap<string, string>): string {
  const hasNotes = hosts.some(({ host }) => notes.has(host));
  return renderRows(
    hasNotes ? [...HOST_COLUMNS, NOTE_COLUMN] : HOST_COLUMNS,
    hosts.map((host) => {
      const [verdict = '', worstCase = '', spare = '', series = ''] = buildHostCells(host);
      const symbol =
        host.verdict === null ? verdict : formatVerdictWithSymbol(host.verdict, host.isSafeSoFar);
      const row = [quoteName(host.host), symbol, worstCase, spare, quoteName(series)];
      return hasNotes ? [...row, notes.get(host.host) ?? ''] : row;
    }),
  );
}

const renderGroups = ({ by, groups }: FleetGroups) =>
  renderRows(
    listGroupColumns(by).map((label, index) => (index === 0 ? quoteName(label) : label)),
    groups.map((group) => {
      const [verdict = '', ...cells] = buildGroupCells(group);
      const symbol = group.verdict === null ? [] : [getVerdictSymbol(group.verdict)];
      return [quoteName(formatGroup(group)), [...symbol, verdict].join(' '), ...cells];
    }),
  );

const renderRows = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map(formatTableRow).join('\n');
