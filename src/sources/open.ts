import type { SourceName } from '../domain/model.ts';
import { createContainerSource } from './container/container.ts';
import { createEnvironmentSource } from './environment/environment.ts';
import { createImdsSource } from './imds/imds.ts';
import { createProcessSource } from './process/process.ts';
import { createProfileSource } from './profile/profile.ts';
import { isContainerEndpointSet } from './shadowing.ts';
import type { CredentialSource, SourceOptions } from './source.ts';

const SOURCES: Record<SourceName, (options: SourceOptions) => CredentialSource> = {
  imds: createImdsSource,
  container: createContainerSource,
  process: createProcessSource,
  environment: createEnvironmentSource,
  profile: createProfileSource,
};

/** `auto` decides as the SDKs do between the two, from the environment alone: nothing is tried first. */
export function createSource(choice: 'auto' | SourceName, options: SourceOptions): CredentialSource {
  return SOURCES[choice === 'auto' ? chooseEndpointSource(options) : choice](options);
}

export const chooseEndpointSource = ({ env }: Pick<SourceOptions, 'env'>): 'container' | 'imds' =>
  isContainerEndpointSet(env) ? 'container' : 'imds';
