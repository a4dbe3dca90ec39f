import { expect, test } from 'vitest';
import { findSimilarWords } from '../../src/domain/similar-words.ts';

test.each([
  ['an insertion', 'reports', ['report'], ['report']],
  ['a deletion', 'reprt', ['report'], ['report']],
  ['a substitution', 'repurt', ['report'], ['report']],
  ['a swap of neighbours', 'reoprt', ['report', 'reaaprt'], ['report']],
  ['three edits', 'abcdefgh12', ['abcdefgh12345'], ['abcdefgh12345']],
  ['four edits', 'abcdefgh12', ['abcdefgh123456'], []],
  // Two of five characters are equal, which is not more than 40 %.
  ['a similarity of 40 %', 'abxyz', ['abcde'], []],
  ['a similarity of 57 %', 'abcdxyz', ['abcdefg'], ['abcdefg']],
  ['a word of one character', 'ab', ['a', 'b'], []],
  ['a word of another length', 'poll', ['polling-all'], []],
])('similar words for %s: %s of %j are %j', (_, word, known, similar) => {
  expect(findSimilarWords(word, known)).toEqual(similar);
});

test('similar words are those with the fewest edits, without repetitions and in alphabetical order', () => {
  expect(findSimilarWords('prod', ['prob', 'pros', 'proof', 'prod-eu', 'pros', 'dev'])).toEqual([
    'prob',
    'pros',
  ]);
  // One swap and one insertion are two edits.
  expect(findSimilarWords('defualts', ['default', 'defaults-2'])).toEqual(['default']);
  expect(findSimilarWords('default', ['default'])).toEqual(['default']);
});
