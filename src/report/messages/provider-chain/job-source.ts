import { DEFAULT_ROLE_SESSION } from '../../../domain/aws-limits.ts';
import {
  groupSdks,
  groupSessionDurations,
  JOB_SOURCES,
  type JobCredentials,
} from '../../../domain/provider-chain/job-credentials.ts';
import {
  type ChainFacts,
  PROVIDER_NAMES,
  type ProviderName,
} from '../../../domain/provider-chain/providers.ts';
import { formatShortDuration } from '../../../domain/time/duration.ts';
import { quoteForShell } from '../../../untrusted-text.ts';
import type { Explanation } from '../failures/explanation.ts';
import { describeChainOutcome, listIdentity, PROVIDER_LABELS, PROVIDER_PHRASES } from './providers.ts';
import { describeSdks } from './sdk-lists.ts';

const EXPORT_COMMAND = "--process 'aws configure export-credentials'";

/** Why no source has the credentials that SDKs would give the job. */
export const describeUndecidedSource = (job: JobCredentials): Explanation =>
  job.provider === null ? describeDisagreement(job) : describeUnsupportedProvider(job.provider, job.facts);

function describeUnsupportedProvider(name: ProviderName, facts: ChainFacts): Explanation {
  const other = findEndpointSource(facts);
  return {
    message:
      `SDKs would give the job the credentials of ${PROVIDER_LABELS[name]}${formatIdentity(name, facts)}, which cred-watch cannot ` +
      `read, and not those of ${PROVIDER_PHRASES[other]}`,
    hint: `to use the credentials of the SDKs, add ${EXPORT_COMMAND}; to use ${PROVIDER_PHRASES[other]}, add --source ${other}`,
  };
}

function describeDisagreement({ facts, outcomes }: JobCredentials): Explanation {
  const groups = groupSdks(outcomes);
  if (groups.length === 1) return describeDurations(facts);
  const parts = groups.map(({ sdks, outcome }) => {
    const identity = outcome.kind === 'wins' ? formatIdentity(outcome.provider, facts) : '';
    return `${describeSdks(sdks, 'uses', 'use')} ${describeChainOutcome(outcome)}${identity}`;
  });
  const ends = groups.map(({ outcome }) => ('provider' in outcome ? outcome.provider : null));
  const choices = PROVIDER_NAMES.filter(
    (name) => JOB_SOURCES[name] !== null && (ends.includes(name) || name === findEndpointSource(facts)),
  );
  const others = ends.some((end) => end !== null && JOB_SOURCES[end] === null);
  const options = choices.map((name) => formatFlags(name, facts)).concat(others ? EXPORT_COMMAND : []);
  return {
    message: `SDKs disagree about the credentials of the job: ${parts.join('; ')}`,
    hint: `choose with ${options.join(' or ')}; \`cred-watch sources\` shows the reasons`,
  };
}

function describeDurations(facts: ChainFacts): Explanation {
  const parts = groupSessionDurations(facts).map(
    ({ sdks, durationSeconds }) =>
      `${describeSdks(sdks, 'requests', 'request')} ${formatShortDuration(durationSeconds ?? DEFAULT_ROLE_SESSION)}`,
  );
  return {
    message: `SDKs disagree about the duration of the credentials${formatIdentity('profile-role', facts)}: ${parts.join('; ')}`,
    hint: `in the profile, move the comment after duration_seconds to its own line, because botocore reads it as part of the value; or choose with --source role --duration 1h`,
  };
}

/** For credentials that do not come from the endpoint of this instance, task or pod. */
export function describeJobSource(
  provider: Exclude<ProviderName, 'container' | 'imds'>,
  facts: ChainFacts,
): Explanation {
  const other = findEndpointSource(facts);
  return {
    message: `SDKs use ${PROVIDER_PHRASES[provider]}${formatIdentity(provider, facts)} and not ${PROVIDER_PHRASES[other]}, so cred-watch does the same`,
    hint: `to use ${PROVIDER_PHRASES[other]}, add --source ${other}`,
  };
}

/** The flags that select what a provider reads. */
const formatFlags = (name: ProviderName, { profile }: ChainFacts): string =>
  `--source ${JOB_SOURCES[name]}${name === 'profile-web-identity' ? ` --profile ${quoteForShell(profile.name)}` : ''}`;

function formatIdentity(name: ProviderName, { providers }: ChainFacts): string {
  const parts = listIdentity(providers[name]);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

/** The source that SDKs use if no other provider is set up. */
const findEndpointSource = ({ providers }: ChainFacts) =>
  providers.container.state === 'absent' ? 'imds' : 'container';
