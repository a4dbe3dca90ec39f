import { containerSource } from './container.ts';
import { imdsSource } from './imds.ts';
import { namesContainer } from './shadowing.ts';
import type { CredentialSource, SourceOptions } from './source.ts';

/** `auto` decides as the SDKs do, from the environment alone: nothing is tried first. */
export function chooseSource(
  choice: 'auto' | 'imds' | 'container',
  options: SourceOptions,
): CredentialSource {
  const container = choice === 'container' || (choice === 'auto' && namesContainer(options.env));
  return container ? containerSource(options) : imdsSource(options);
}
