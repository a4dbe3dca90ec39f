import { describe, expect, test } from 'vitest';
import type { Assessment } from '../../../src/domain/verdict/assessment.ts';
import { renderGithub } from '../../../src/report/ci/github.ts';
import { renderGithubFiles, truncateSummary } from '../../../src/report/ci/github-files.ts';
import {
  context,
  HOSTILE_NAMES,
  HOUR,
  hostile,
  hourly,
  identity,
  job,
  judge,
  logsOf2015,
  mixed,
} from '../../support/report/assessments.ts';

/** Parses a line as the GitHub runner does: properties are separated by commas and end at the next `::`. */
function readCommand(line: string) {
  const [, kind, properties, data] = /^::(\w+) (.*?)::(.*)$/.exec(line) ?? [];
  const decode = (text: string) =>
    text
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',')
      .replaceAll('%25', '%');
  const named = properties
    ?.split(',')
    .map((each) => [each.split('=')[0], decode(each.slice(each.indexOf('=') + 1))]);
  return { kind, ...Object.fromEntries(named ?? []), message: decode(data ?? '') };
}

const renderCommands = (assessment: Assessment) =>
  renderGithub(assessment, context(assessment)).split('\n').slice(0, -1).map(readCommand);

const listTitles = (assessment: Assessment, kind: string) =>
  renderCommands(assessment)
    .filter((each) => each.kind === kind)
    .map(({ title }) => title);

describe('GitHub annotations', () => {
  test('GitHub annotations are errors, warnings or notices, the worst of each kind first', () => {
    const assessment = mixed();
    expect(listTitles(assessment, 'error')).toEqual([
      'cred-watch: 3h on web-2 · imds v2 · worker',
      'cred-watch: nightly (2h 45m) on web-2 · imds v2 · worker',
    ]);
    expect(listTitles(assessment, 'warning')).toEqual([
      'cred-watch: 3h on web-3 · imds',
      'cred-watch: new (of unknown length)',
      'cred-watch: web-3 · imds',
    ]);
    expect(listTitles(assessment, 'notice')).toHaveLength(3);
    expect(renderCommands(assessment)[0]?.message).toMatch(
      /^not safe: .*; 79\.54% of starts were safe\nstart the job .*\n`cred-watch exec .*\nor /,
    );
  });

  test('GitHub annotations are limited to ten of a kind, and the last one states how many are omitted', () => {
    const lifetimes = (index: number) => [4, 4, 3.9 - index / 10, 4].map((hours) => hours * HOUR);
    const series = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        hourly(identity({ host: `h${index}` }), { lifetimes: lifetimes(index) }),
      );
    const ten = listTitles(judge(series(10), [job(3 * HOUR)]), 'error');
    expect([ten.length, ten[0], ten[9]]).toEqual([
      10,
      'cred-watch: 3h on h9 · imds v2 · app',
      'cred-watch: 3h on h0 · imds v2 · app',
    ]);
    const twelve = renderCommands(judge(series(12), [job(3 * HOUR)]));
    expect([twelve.length, twelve[0]?.title]).toEqual([10, 'cred-watch: 3h on h11 · imds v2 · app']);
    expect(twelve[9]?.message).toMatch(/^and 3 more: /);
  });

  test('a reason for the verdict unknown is not repeated in a second GitHub annotation', () => {
    const stale = hourly(identity(), { began: 60 });
    const commands = renderCommands(judge([stale], [job(HOUR)]));
    expect(commands.map(({ kind, title }) => [kind, title])).toEqual([
      ['warning', 'cred-watch: 1h on web-1 · imds v2 · app'],
    ]);
    expect(commands[0]?.message).toMatch(/the newest sample is .* old, more than/);
    expect(renderCommands(judge([stale], [])).map(({ title, message }) => [title, message])).toContainEqual([
      'cred-watch: web-1 · imds v2 · app',
      expect.stringMatching(/^the newest sample is .* old /),
    ]);
  });

  test('a name cannot inject a GitHub annotation', () => {
    const text = renderGithub(hostile(), context(hostile()));
    for (const line of text.split('\n').slice(0, -1)) {
      expect(line).toMatch(
        /^::(error|warning) title=[^:,\r]*::not safe: |^::warning title=[^:,\r]*::the length/,
      );
    }
    const name = `${HOSTILE_NAMES.markup} · imds v2 · ${HOSTILE_NAMES.quotes}`;
    expect(listTitles(hostile(), 'error')[0]).toMatch(/\\u\{a\}INJECTED ::error::lines/);
    expect(listTitles(hostile(), 'error')[0]?.endsWith(` on ${name}`)).toBe(true);
  });
});

describe('GitHub outputs', () => {
  const renderOutputs = (assessment: Assessment) =>
    renderGithubFiles(assessment, context(assessment)).outputs;

  test('GitHub outputs are those of the decisive series', async () => {
    expect(renderOutputs(judge(await logsOf2015(), [job(5 * HOUR, { margin: 0 })]))).toBe(
      `verdict=start-after-rotation
safe=false
worst-case-seconds=17976
spare-seconds=-24
remaining-seconds=
expiration=
`,
    );
    expect(renderOutputs(judge([hourly(identity())], [job(HOUR)]))).toBe(
      `verdict=safe
safe=true
worst-case-seconds=18000
spare-seconds=14100
remaining-seconds=18000
expiration=2026-11-22T17:00:00Z
`,
    );
  });

  test('GitHub outputs are empty if unknown', () => {
    const nothing = 'worst-case-seconds=\nspare-seconds=\nremaining-seconds=\nexpiration=\n';
    // Without a rotation, a later step could take the remaining validity for the worst case.
    const [once] = hourly(identity()).generations;
    const unknown = renderOutputs(judge([{ ...hourly(identity()), generations: [once!] }], [job(HOUR)]));
    expect(unknown).toMatch(
      /^verdict=unknown\nsafe=false\nworst-case-seconds=\nspare-seconds=\nremaining-seconds=/,
    );
    expect(renderOutputs(judge([], [job(HOUR)]))).toBe(`verdict=unknown\nsafe=false\n${nothing}`);
    expect(renderOutputs(judge([], []))).toBe(`verdict=\nsafe=\n${nothing}`);
    expect(renderOutputs(judge([hourly(identity())], []))).toMatch(
      /^verdict=\nsafe=\nworst-case-seconds=18000\nspare-seconds=\nremaining-seconds=18000\n/,
    );
  });

  test('a safe verdict has no remaining validity of credentials that the host no longer gets', () => {
    const lifetimes = [6, 6, 6].map((hours) => hours * HOUR);
    const old = hourly(identity({ role: 'old' }), { began: 9, lifetimes });
    const replaced = judge([old, hourly(identity())], [job(HOUR)], { judgeRetired: true });
    const retired = { ...replaced, series: replaced.series.filter(({ isRetired }) => isRetired) };
    expect(renderOutputs(retired)).toMatch(
      /^verdict=safe\nsafe=true\n.*\n.*\nremaining-seconds=\nexpiration=\n$/,
    );
    // The poller has stopped, so other credentials are served since then.
    const stopped = hourly(identity(), { began: 10, lifetimes });
    expect(renderOutputs(judge([stopped], [job(HOUR)]))).toMatch(
      /^verdict=safe\nsafe=true\n.*\n.*\nremaining-seconds=\nexpiration=\n$/,
    );
  });

  test('GitHub outputs are plain words even with hostile names', () => {
    expect(renderOutputs(hostile())).toMatch(/^([a-z-]+=[\w:-]+\n){6}$/);
  });
});

describe('a step summary', () => {
  const text = 'first\nsecönd\nthird\n';

  test('a step summary that fits is unchanged', () => {
    expect(truncateSummary(text, Buffer.byteLength(text))).toBe(text);
  });

  test('a step summary that is too long is cut after a whole line and ends with a note', () => {
    const long = text.repeat(20);
    for (let room = 0; room < Buffer.byteLength(long); room += 1) {
      const shortened = truncateSummary(long, room);
      if (shortened === null) {
        expect(room).toBeLessThan(60);
        continue;
      }
      expect(Buffer.byteLength(shortened)).toBeLessThanOrEqual(room);
      expect(shortened).toMatch(
        /^((first|secönd|third)\n)+\nThe rest of this report exceeds the size limit\.\n$/,
      );
    }
    expect(truncateSummary(long, Buffer.byteLength(long) - 1)).toContain('third\nfirst\nsecönd\nthird\n');
  });
});
