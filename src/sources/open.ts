import type { SourceName } from '../domain/model.ts';
import { containerSource } from './container/container.ts';
import { environmentSource } from './environment/environment.ts';
import { imdsSource } from './imds/imds.ts';
import { processSource } from './process/process.ts';
import { profileSource } from './profile/profile.ts';
import { namesContainer } from './shadowing.ts';
import type { CredentialSource, SourceOptions } from './source.ts';

const SOURCES: Record<SourceName, (options: SourceOptions) => CredentialSource> = {
  imds: imdsSource,
  container: containerSource,
  process: processSource,
  environment: environmentSource,
  profile: profileSource,
};

/** `auto` decides as the SDKs do between the two, from the environment alone: nothing is tried first. */
export function chooseSource(choice: 'auto' | SourceName, options: SourceOptions): CredentialSource {
  return SOURCES[choice === 'auto' ? remoteSource(options) : choice](options);
}

export const remoteSource = ({ env }: Pick<SourceOptions, 'env'>): 'container' | 'imds' =>
  namesContainer(env) ? 'container' : 'imds';
