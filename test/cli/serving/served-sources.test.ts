import { describe, expect, test } from 'vitest';
import { InvalidSecretError } from '../../../src/cli/flags/invalid-value.ts';
import {
  assertDistinctNames,
  parseServedSource,
  SERVED_VALUES,
} from '../../../src/cli/serving/served-sources.ts';
import { SOURCE_NAMES } from '../../../src/domain/model.ts';
import { SOURCE_KINDS } from '../../../src/sources/source.ts';
import { catchError } from '../../support/catch-error.ts';

const ARN = 'arn:aws:iam::111122223333:role/team/ops';

describe('--serve NAME=SOURCE:VALUE', () => {
  test.each([
    ['loader=profile:etl', 'profile', { profile: 'etl' }],
    ['loader=profile:team: a=b', 'profile', { profile: 'team: a=b' }],
    ['loader=profile', 'profile', {}],
    [`loader=role:${ARN}`, 'role', { roleArn: ARN }],
    [`loader=web-identity:${ARN}`, 'web-identity', { roleArn: ARN }],
    [`loader=github:${ARN}`, 'github', { roleArn: ARN }],
    ['loader=sso:dev', 'sso', { profile: 'dev' }],
    ['loader=imds', 'imds', {}],
    ['loader=imds:team/etl', 'imds', { role: 'team/etl' }],
    ['loader=container', 'container', {}],
    ['loader=environment', 'environment', {}],
    ['loader=process:TOKEN=a:b print --json', 'process', { process: 'TOKEN=a:b print --json' }],
  ])('%s selects the source %s', (text, source, flags) => {
    expect(parseServedSource(text)).toEqual({ name: 'loader', source, flags });
  });

  test('each value sets a flag that its source takes', () => {
    const settings = { profile: 'profile', process: 'command', roleArn: 'roleArn', role: 'role' } as const;
    for (const source of SOURCE_NAMES) {
      const value = SERVED_VALUES[source];
      const [flag] =
        value === null
          ? []
          : Object.keys(value.parse(source === 'process' ? 'x' : value.placeholder === 'ARN' ? ARN : 'x'));
      if (flag === undefined) expect(['container', 'environment']).toContain(source);
      else expect(SOURCE_KINDS[source].settings).toContain(settings[flag as keyof typeof settings]);
    }
  });

  test.each([
    ['', 'has a value without an equals sign'],
    ['loader', 'has a value without an equals sign'],
    ['=imds', 'has no valid name'],
    ['../x=imds', 'has no valid name'],
    ['1.0=imds', 'has no valid name'],
    ['2021-03-23=imds', 'has no valid name'],
    ['a/b=imds', 'has no valid name'],
    ['a\nb=imds', 'has no valid name'],
    [`${'a'.repeat(65)}=imds`, 'has no valid name'],
    ['latest=imds', 'latest=… has the name of a path of the endpoint'],
    ['Healthz=imds', 'Healthz=… has the name of a path of the endpoint'],
    ['a=', 'a=… names no source'],
    ['a=auto', 'a=auto names no source'],
    ['a=profil:x', 'a=profil names no source'],
    ['a=profile:', 'a=profile has no PROFILE'],
    ['a=profile:x\ny', 'a=profile:… is not a valid name'],
    ['a=process', 'a=process has no COMMAND'],
    ['a=process: ', 'a=process has no COMMAND'],
    ['a=imds:x y', 'a=imds:… is not a role'],
    ['a=role:ops', 'a=role:… is not the ARN of a role'],
    ['a=container:x', 'a=container takes no value'],
    ['a=environment:', 'a=environment takes no value'],
  ])('%j is an error', (text, message) => {
    const error = catchError(() => parseServedSource(text));
    expect(error).toBeInstanceOf(InvalidSecretError);
    expect(error.message).toContain(message);
    expect(error).toHaveProperty('hint', expect.stringMatching(/\S/));
  });

  test.each(['a=proces:print CANARY', 'a=CANARY token', 'CANARY x=imds', 'print CANARY', 'a=imds:CANARY x'])(
    'the error about %j does not quote the value',
    (text) => {
      const { message, hint } = catchError(() => parseServedSource(text)) as InvalidSecretError;
      expect(`${message} ${hint}`).not.toContain('CANARY');
    },
  );

  test('a misspelled source gets a suggestion', () => {
    expect(catchError(() => parseServedSource('a=profil:x'))).toHaveProperty(
      'hint',
      expect.stringContaining('did you mean profile?'),
    );
  });

  test('two roles with the same name are an error', () => {
    const served = ['a=imds', 'b=imds', 'a=container'].map(parseServedSource);
    expect(() => assertDistinctNames(served)).toThrow('--serve a=… was given twice');
    expect(() => assertDistinctNames(served.slice(0, 2))).not.toThrow();
  });
});
