import type { Platform } from '../../domain/platform.ts';
import { type Environment, isVariableSet, readVariable } from './variables.ts';

/** Documented variables that every build of Amplify Hosting has. */
const AMPLIFY_VARIABLES = ['AWS_APP_ID', 'AWS_BRANCH', 'AWS_JOB_ID'];

/** The service of AWS that runs this process, by the variables that it documents. */
export function detectPlatform(env: Environment): Platform | null {
  if (isVariableSet(env, 'AWS_LAMBDA_FUNCTION_NAME')) return 'lambda';
  if (readVariable(env, 'AWS_EXECUTION_ENV')?.startsWith('AWS_Lambda_')) return 'lambda';
  // A build of Amplify may have the variables of CodeBuild too.
  if (AMPLIFY_VARIABLES.every((name) => isVariableSet(env, name))) return 'amplify';
  return isVariableSet(env, 'CODEBUILD_BUILD_ID') ? 'codebuild' : null;
}
