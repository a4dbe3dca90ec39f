import { expect, test } from 'vitest';
import { Assembler } from '../../../../src/store/import/stream/assembler.ts';
import { PartialDocument } from '../../../../src/store/import/stream/partial-document.ts';
import { createExact } from '../../../../src/store/import/timestamps/timestamp.ts';

const MORNING = '2026-11-20T06:00:01Z';
const START = Date.parse('2026-11-20T00:00:00Z');

type Kind = Parameters<PartialDocument['addMember']>[0];
/** A member and the seconds of the timestamp on its line, or a call. */
type Step = [Kind, string, number?] | 'finish' | 'close' | number;

/** Lines are numbered from 1. A number is the seconds of a timestamp for the document. */
function run(...steps: readonly Step[]) {
  const assembler = new Assembler({
    identity: { host: 'h', source: 'imds', apiVersion: '', role: '' },
    convert: (at) => [at],
    isZoneGiven: false,
    fileTime: null,
  });
  const partial = new PartialDocument(assembler);
  const at = (seconds: number) => createExact(START + seconds * 1000, 0, 0);
  const states = steps.map((step, index) => {
    if (step === 'finish') partial.finish();
    else if (step === 'close') partial.close();
    else if (typeof step === 'number') partial.setTimestamp(at(step));
    else {
      const inline = step[2] === undefined ? null : at(step[2]);
      partial.addPairs([{ kind: step[0], value: step[1] }], inline, index + 1);
    }
    const { isOpen, hasExpiration, needsTimestamp } = partial;
    return (isOpen ? 'o' : '') + (hasExpiration ? 'e' : '') + (needsTimestamp ? 't' : '');
  });
  const skipped = assembler.skipped.list().map(({ reason, firstLine }) => `${firstLine} ${reason}`);
  const times = assembler
    .takeRecords()
    .map((record) => record.record === 'sample' && (record.sample.observedAt - START) / 1000);
  return { states: states.join(' '), times, skipped };
}

const e: Step = ['expiration', MORNING];
const u: Step = ['lastUpdated', '2026-11-20T00:00:00Z'];
const eAt = (seconds: number): Step => ['expiration', MORNING, seconds];
const uAt = (seconds: number): Step => ['lastUpdated', '2026-11-20T00:00:00Z', seconds];

test.each<[string, Step[], { times?: number[]; skipped?: string[]; states?: string }]>([
  ['two members', [u, e, 5, 'finish'], { states: 'ot oet oe ', times: [5] }],
  ['an expiration only', [e, 5, 'finish'], { states: 'oet oe ', times: [5] }],
  ['no timestamp', [u, e, 'finish'], { skipped: ['2 document without a timestamp'] }],
  ['nothing', ['finish', 'close'], { states: ' ', times: [] }],
  [
    'ignored members',
    [
      [null, 'x'],
      ['ignored', 'x'],
      ['message', 'x'],
    ],
    { states: '  ' },
  ],
  ['a secret first', [['secret', ''], ['role', 'x'], e], { states: '  oet' }],
  [
    'a secret later',
    [e, ['secret', ''], ['role', 'x'], 5, 'finish'],
    { times: [5], states: 'oet oet oet oe ' },
  ],
  ['a repeated member', [uAt(1), eAt(1), uAt(9), eAt(9), 'finish'], { times: [1, 9] }],
  ['a timestamp a minute later', [uAt(0), eAt(60), 'finish'], { times: [60] }],
  [
    'a timestamp over a minute later',
    [uAt(0), eAt(60.001), 'finish'],
    {
      times: [],
      skipped: [
        '1 LastUpdated without an Expiration after it',
        '2 Expiration without a LastUpdated before it',
      ],
    },
  ],
  ['a timestamp over a minute earlier', [uAt(61), eAt(0), 'finish'], { times: [] }],
  ['a timestamp after the expiration', [eAt(5), uAt(9), 'finish'], { times: [5] }],
  ['an earlier timestamp', [uAt(5), e, 'finish'], { times: [5] }],
  [
    'an expiration before its timestamp',
    [e, uAt(9), 'finish'],
    { times: [], skipped: ['1 document without a timestamp'] },
  ],
  [
    'an invalid expiration',
    [uAt(1), ['expiration', 'x'], 'finish'],
    { skipped: ['2 Expiration is not a time'] },
  ],
  [
    'an invalid LastUpdated',
    [['lastUpdated', 'x'], e, 'finish'],
    { skipped: ['2 LastUpdated is not a time'] },
  ],
  [
    'an invalid LastUpdated only',
    [['lastUpdated', 'x'], 'finish'],
    { skipped: ['1 LastUpdated is not a time'] },
  ],
  ['a LastUpdated only', [u, 'finish'], { skipped: ['1 LastUpdated without an Expiration after it'] }],
  ['a key id only', [['accessKeyId', 'x'], 'finish'], { skipped: ['1 key id without an Expiration'] }],
  ['an error', [['code', 'Failed', 5], 'finish'], { skipped: [] }],
  [
    'a document without LastUpdated after one with it',
    [uAt(1), eAt(1), 'finish', eAt(9), 'finish'],
    {
      times: [1],
      skipped: ['4 Expiration without a LastUpdated before it'],
    },
  ],
  [
    'a document with LastUpdated after one without it',
    [eAt(1), 'finish', uAt(9), eAt(9), 'finish'],
    { times: [1, 9] },
  ],
  [
    'a start that is missing',
    [['accessKeyId', 'x'], e, 'close'],
    { skipped: ['1 document whose start is missing'], states: 'ot oet ' },
  ],
  ['a start that is missing, but a timestamp', [eAt(5), 'close'], { times: [5], skipped: [] }],
  [
    'a start that is missing, but LastUpdated',
    [u, e, 'close'],
    { skipped: ['2 document without a timestamp'] },
  ],
  ['a document after one that is closed', [e, 'close', uAt(9), eAt(9), 'finish'], { times: [9] }],
  ['a member after one that is closed', [e, 'close', ['code', 'x']], { states: 'oet  ot' }],
  [
    'a member after a document',
    [eAt(5), 'finish', ['accessKeyId', 'x'], 'finish'],
    {
      times: [5],
      skipped: ['3 key id without an Expiration'],
    },
  ],
])('a document with %s', (_, steps, expected) => {
  expect(run(...steps)).toMatchObject(expected);
});
