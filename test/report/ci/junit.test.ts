import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { Assessment } from '../../../src/domain/verdict/assessment.ts';
import { renderJunit } from '../../../src/report/ci/junit.ts';
import { describeReader } from '../../support/credential-formats/describe-reader.ts';
import {
  context,
  HOSTILE_NAMES,
  HOUR,
  hostile,
  hourly,
  identity,
  job,
  joinPieces,
  judge,
  mixed,
} from '../../support/report/assessments.ts';

const render = (assessment: Assessment) => joinPieces(renderJunit(assessment, context(assessment)));

describeReader(
  'a JUnit file read by xmllint',
  { program: 'xmllint', package: 'libxml2-utils' },
  (xmllint) => {
    function read(xml: string, ...args: string[]): string {
      const { status, stdout, stderr } = spawnSync(xmllint, [...args, '-'], { input: xml, encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
      return stdout.replace(/\n$/, '');
    }
    const ask = (xml: string, xpath: string) => read(xml, '--xpath', xpath);
    const numbers = (xml: string, ...xpaths: string[]) => xpaths.map((each) => Number(ask(xml, each)));

    test('a JUnit file is well-formed even with hostile names', async () => {
      for (const assessment of [mixed(), hostile(), judge([], []), judge([], [job(HOUR)])]) {
        read(await render(assessment), '--noout');
      }
    });

    test('a JUnit file has one test case per series and job, and counts that equal the elements', async () => {
      const xml = await render(mixed());
      expect(numbers(xml, 'count(//testsuite)', 'count(//testcase)', 'count(//testcase[not(*)])')).toEqual([
        5, 15, 0,
      ]);
      for (const [attribute, element] of [
        ['tests', 'testcase'],
        ['failures', 'failure'],
        ['errors', 'error'],
        ['skipped', 'skipped'],
      ]) {
        const [all, found, wrong] = numbers(
          xml,
          `number(/testsuites/@${attribute})`,
          `count(//${element})`,
          `count(//testsuite[@${attribute} != count(.//${element})])`,
        );
        expect([attribute, all, wrong]).toEqual([attribute, found, 0]);
      }
      expect(numbers(xml, 'count(//failure)', 'count(//error)', 'count(//skipped)')).toEqual([2, 5, 5]);
    });

    test('a JUnit file maps each verdict to an outcome of a test case', async () => {
      const xml = await render(mixed());
      const outcome = (host: string, name: string) =>
        ask(
          xml,
          `name(//testsuite[@hostname='${host}'][1]/testcase[@name='${name}']/*[not(self::properties)])`,
        );
      expect(outcome('web-1', 'a 3h job')).toBe('');
      expect(outcome('web-2', 'a 3h job')).toBe('failure');
      expect(outcome('web-3', 'a 3h job')).toBe('error');
      expect(outcome('task-1', 'nightly')).toBe('skipped');
      expect(outcome('web-1', 'new')).toBe('error');
      expect(
        ask(xml, "string(//testsuite[@name='web-1 · imds v2 · old']/testcase[3]/skipped/@message)"),
      ).toMatch(/has replaced this one/);
      expect(ask(xml, 'string(//failure/@type)')).toBe('CredentialExpiry');
      expect(ask(xml, 'string(//failure)')).toMatch(
        /^start the job within .* after a rotation: .*\n`cred-watch exec .*\nor let the job refresh/,
      );
      expect(ask(xml, "string(//testsuite[1]//property[@name='spare_seconds']/@value)")).toBe('-2100');
    });

    test('a JUnit file has names in the same form as other formats', async () => {
      const { markup, quotes, lines, drawn } = HOSTILE_NAMES;
      const series = [identity({ host: markup, role: quotes }), identity({ host: `${lines}${drawn}` })];
      const xml = await render(
        judge(
          series.map((each) => hourly(each)),
          [job(HOUR)],
        ),
      );
      expect(ask(xml, 'string(//testsuite[1]/@name)')).toBe(`${markup} · imds v2 · ${quotes}`);
      expect(ask(xml, 'string(//testsuite[2]/@hostname)')).toBe(
        'two\\u{a}INJECTED ::error::lines\\u{d}\\u{9}and\\u{0}more\\u{2028}INJECTED' +
          '\\u{1b}[31mred\\u{202e}gnp.exe\\u{ffff}\\u{d800}',
      );
    });

    test('a JUnit file has only skipped cases without jobs, and only errors without series', async () => {
      const withoutJobs = await render(judge([hourly(identity())], []));
      expect(numbers(withoutJobs, 'count(//testcase)', 'count(//skipped)')).toEqual([1, 1]);
      const unknown = await render(judge([], [job(HOUR), job(null, { name: 'new' })]));
      expect(numbers(unknown, 'count(//testcase)', 'count(//error)')).toEqual([2, 2]);
      expect(numbers(await render(judge([], [])), 'count(//testcase)', 'number(/testsuites/@tests)')).toEqual(
        [0, 0],
      );
    });
  },
);

test('the output of a JUnit suite says `safe so far` if the history is short', async () => {
  const renderOf = (lifetimes: readonly number[]) =>
    render(judge([hourly(identity(), { lifetimes })], [job(3 * HOUR)]));
  const short = await renderOf([6, 6, 6].map((hours) => hours * HOUR));
  expect(short).toMatch(/<system-out>safe so far: a 3h job with a margin of 5m at any measured start/);
  expect(short).toContain('<property name="verdict" value="safe"/>');
  expect(await renderOf(Array.from({ length: 30 }, () => 6 * HOUR))).not.toContain('safe so far');
});

test('the suites of a JUnit file come worst first', async () => {
  const hosts = Object.entries({ a: 6, b: 3.5, c: 6.5, d: 2.5 }).map(([host, hours]) =>
    hourly(identity({ host, role: '' }), { lifetimes: Array.from({ length: 4 }, () => hours * HOUR) }),
  );
  const listNames = (xml: string) => [...xml.matchAll(/hostname="(.)"/g)].map(([, name]) => name);
  expect(listNames(await render(judge(hosts, [job(3 * HOUR)])))).toEqual(['d', 'b', 'a', 'c']);
  expect(listNames(await render(judge(hosts, [])))).toEqual(['d', 'b', 'a', 'c']);
});
