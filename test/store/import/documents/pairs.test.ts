import { describe, expect, test } from 'vitest';
import { findPairs, readSimplePair } from '../../../../src/store/import/documents/pairs.ts';

const TIME = '2026-11-20T06:00:01Z';

describe('readSimplePair', () => {
  test.each([
    [`"Expiration" : "${TIME}",`, 'expiration', TIME],
    [`LastUpdated:${TIME}`, 'lastUpdated', TIME],
    ['AccessKeyId: ASIA1 , ', 'accessKeyId', 'ASIA1'],
    ['Access_key_id: ASIA1', 'accessKeyId', 'ASIA1'],
  ])('readSimplePair reads %j', (text, kind, value) => {
    expect(readSimplePair(text, 0)).toEqual({ kind, value });
    expect(readSimplePair(`xx${text}`, 2)).toEqual({ kind, value });
  });

  test.each([
    '"Token" : "x",',
    '"Code" : "Success",',
    'Timestamp: 1795132801',
    'Role: x',
    'x: y',
    'Expiration = x',
    'Expiration: a b',
    'Expiration: a,b',
    'Expiration: {',
    'Expiration: a}',
    'Expiration:',
    'Expiration: ""',
    ' Expiration: x',
    '1Expiration: x',
    '""Expiration: x',
    'Expir-ation: x',
    'Expiration: x,,',
    '',
  ])('readSimplePair does not read %j', (text) => {
    expect(readSimplePair(text, 0)).toBeNull();
  });
});

describe('findPairs', () => {
  const e = (value: string) => ({ kind: 'expiration', value });

  test.each([
    [`Expiration=${TIME}`, [e(TIME)]],
    [`Expiration: ${TIME} x`, [e(TIME)]],
    [`Expiration =\t${TIME};`, [e(TIME)]],
    [`"Expiration": "${TIME}"`, [e(TIME)]],
    [`'Expiration':'${TIME}'`, [e(TIME)]],
    [`\\"Expiration\\":\\"${TIME}\\",`, [e(TIME)]],
    [`"Expiration"=>"${TIME}"`, [e(TIME)]],
    [`export AWS_CREDENTIAL_EXPIRATION=${TIME}`, [e(TIME)]],
    [`set AWS_CREDENTIAL_EXPIRATION=${TIME}`, [e(TIME)]],
    [`SET AWS_CREDENTIAL_EXPIRATION=${TIME}`, [e(TIME)]],
    [`set "AWS_CREDENTIAL_EXPIRATION=${TIME}"`, [e(TIME)]],
    [`setenv AWS_CREDENTIAL_EXPIRATION ${TIME}`, [e(TIME)]],
    [`set -gx AWS_CREDENTIAL_EXPIRATION ${TIME}`, [e(TIME)]],
    [`set -x AWS_CREDENTIAL_EXPIRATION ${TIME}`, [e(TIME)]],
    [`set -x AWS_CREDENTIAL_EXPIRATION "${TIME}"`, [e(TIME)]],
    [`$Env:AWS_CREDENTIAL_EXPIRATION="${TIME}"`, [e(TIME)]],
    [`$env:AWS_CREDENTIAL_EXPIRATION = '${TIME}'`, [e(TIME)]],
    ['Expiration=2026-11-20 06:00:01 +0000 UTC x', [e('2026-11-20 06:00:01 +0000')]],
    ['Expiration: x,y', [e('x')]],
    ['Expiration: x;y', [e('x')]],
    ['Expiration: x}y', [e('x')]],
    ['Expiration: x]y', [e('x')]],
    ['Expiration: x)y', [e('x')]],
    ['Expiration: x(y', [e('x(y')]],
    ['Expiration: "x y" Code=z', [e('x y'), { kind: 'code', value: 'z' }]],
    ['Expiration: "x\'y"', [e("x'y")]],
    ['Expiration: "x', [e('x')]],
    ['Expiration=', [e('')]],
    ['Expiration:\nCode: z', [e(''), { kind: 'code', value: 'z' }]],
    [
      'Expiration: datetime.datetime(2026, 11, 20), Code=z',
      [e('datetime.datetime(2026, 11, 20)'), { kind: 'code', value: 'z' }],
    ],
    ['Expiration: datetime.datetime(2026, 11', [e('datetime.datetime(2026, 11')]],
    ['LastUpdated=2026-11-20 06:00:01 x', [{ kind: 'lastUpdated', value: '2026-11-20 06:00:01' }]],
    ['ts=2026-11-20 06:00:01 x', [{ kind: 'timestamp', value: '2026-11-20 06:00:01' }]],
    ['Code=2026-11-20 06:00:01 x', [{ kind: 'code', value: '2026-11-20' }]],
    ['Token=abc', [{ kind: 'secret', value: '' }]],
    ['x=y Code=z', [{ kind: 'code', value: 'z' }]],
    ['x="Code=y" Code=z', [{ kind: 'code', value: 'z' }]],
    ['credentials: {Code: z}', [{ kind: 'code', value: 'z' }]],
    ['credentials: [Code: z]', [{ kind: 'code', value: 'z' }]],
    ['@timestamp=x', [{ kind: 'timestamp', value: 'x' }]],
    ['.Code=z', []],
    ['xCode=z', []],
    ['1Code=z', []],
    ['Code z', []],
    ['set z', []],
    ['Code', []],
    ['', []],
    [`${'_'.repeat(57)}Code=z`, [{ kind: 'code', value: 'z' }]],
    [`${'_'.repeat(58)}Code=z`, []],
    [`set -x ${'_'.repeat(36)}CODE z`, [{ kind: 'code', value: 'z' }]],
    ['set -y CODE z', []],
    ['sets -x CODE z', []],
    ['|  Expiration | x y |', [e('x y')]],
    ['|Expiration|x|  ', [e('x')]],
    ['| x | y |', [{ kind: null, value: 'y' }]],
    [`|${'_'.repeat(50)}Expiration|x|`, [e('x')]],
    [`|${'_'.repeat(51)}Expiration|x|`, []],
    ['| Expiration: x', [e('x')]],
    ['| Expiration |  |', []],
    ['| Exp iration | x |', []],
  ])('findPairs finds the pairs of %j', (text, pairs) => {
    expect(findPairs(text)).toEqual(pairs);
  });
});
