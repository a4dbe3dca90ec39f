import { expect, test } from 'vitest';
import { detectPlatform } from '../../../src/sources/environment/platform.ts';

const AMPLIFY = { AWS_APP_ID: 'abcd1234', AWS_BRANCH: 'main', AWS_JOB_ID: '0000000001' };

test.each<[string, Record<string, string>, string | null]>([
  ['a function', { AWS_LAMBDA_FUNCTION_NAME: 'loader' }, 'lambda'],
  ['a runtime of Lambda', { AWS_EXECUTION_ENV: 'AWS_Lambda_python3.13' }, 'lambda'],
  ['a task of Fargate', { AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE' }, null],
  ['a build', { CODEBUILD_BUILD_ID: 'load:1' }, 'codebuild'],
  ['a build of Amplify', AMPLIFY, 'amplify'],
  [
    'a build of Amplify with the variables of CodeBuild',
    { ...AMPLIFY, CODEBUILD_BUILD_ID: 'a:1' },
    'amplify',
  ],
  ['some other AWS_BRANCH', { AWS_BRANCH: 'main' }, null],
  ['a blank variable', { CODEBUILD_BUILD_ID: '' }, null],
  ['no variable', {}, null],
])('the platform of %s', (_, env, expected) => {
  expect(detectPlatform(env)).toBe(expected);
});
