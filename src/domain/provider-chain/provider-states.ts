import type { Provider } from './providers.ts';

/** The provider is set up, and no failure is known. The credentials may have expired. */
export const mayHaveCredentials = ({ state }: Pick<Provider, 'state'>): boolean =>
  state === 'answers' || state === 'untried';

/** The endpoint of IMDS unless a setting names another one. */
const IMDS_ORIGIN = 'http://169.254.169.254';

/** True if IMDS was polled only because it is the default: no setting names it, and it is unreachable. */
export const isUnconfiguredImds = ({ name, origin, problem }: Provider): boolean =>
  name === 'imds' &&
  origin === IMDS_ORIGIN &&
  problem?.code === 'POLL_FAILED' &&
  problem.reason === 'unreachable' &&
  !problem.possibleHopLimit;

/** Unexpired credentials, or a provider that needs a call to AWS. Decides the exit code of `sources`. */
export const isUsableProvider = ({ state, remaining }: Provider): boolean =>
  state === 'untried' || (state === 'answers' && (remaining === null || remaining > 0));
