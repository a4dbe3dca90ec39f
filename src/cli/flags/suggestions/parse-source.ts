import { SOURCE_NAMES, type SourceName } from '../../../domain/model.ts';
import type { SourceChoice } from '../../../sources/open.ts';
import { buildChoiceHint } from '../flag-hints.ts';
import { InvalidValueError } from '../invalid-value.ts';

/** Names of services and of other tools. */
const OTHER_SOURCES: Readonly<Record<string, SourceName>> = {
  ec2: 'imds',
  instance: 'imds',
  metadata: 'imds',
  ecs: 'container',
  eks: 'container',
  fargate: 'container',
  task: 'container',
  'pod-identity': 'container',
  cloudshell: 'container',
  greengrass: 'container',
  irsa: 'web-identity',
  oidc: 'web-identity',
  env: 'environment',
  keys: 'environment',
  sts: 'role',
  'assume-role': 'role',
  'identity-center': 'sso',
  'credential-process': 'process',
};

export function parseSource(text: string): SourceChoice {
  const choices = ['auto', ...SOURCE_NAMES] as const;
  const source = choices.find((each) => each === text);
  if (source !== undefined) return source;
  const name = text.toLowerCase();
  const other = Object.hasOwn(OTHER_SOURCES, name) ? `did you mean ${OTHER_SOURCES[name]}? ` : '';
  throw new InvalidValueError('is unknown', other + buildChoiceHint(text, choices));
}
