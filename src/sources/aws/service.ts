/** Where the services of AWS that issue credentials are: region, endpoint, and how long a call may take. */
import { type Environment, readVariable } from '../environment/variables.ts';
import { isLoopbackUrl } from '../http/addresses.ts';
import type { PollLimits } from '../http/exchange.ts';
import { createInvalidSettingError, PollError } from '../poll-error.ts';
import { readProfileSetting } from '../profile/credentials.ts';
import type { Profile } from '../profile/files.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { type AwsServiceId, buildAwsEndpoint, type RegionalService } from './endpoint-names.ts';

export interface AwsService extends RegionalService {
  /** Null: the endpoint of AWS in the region. */
  endpoint: URL | null;
}

/** Where settings come from. */
export interface AwsSettings {
  env: Environment;
  /**
   * SDKs read these settings from both files, although most people write them to the config file. Null if no profile
   * is selected, or if it does not exist.
   */
  profile: Profile | null;
  /** The settings of the section `services` that the profile names. */
  services: Readonly<Record<string, string>>;
}

/** AWS is farther away than an endpoint on the host, and answers only after it has checked a signature. */
const AWS_LIMITS = { connectMs: 3000, requestMs: 8000, pollMs: 25_000 };

export const withAwsLimits = (options: SourceOptions): SourceOptions => ({
  ...options,
  limits: { ...AWS_LIMITS, ...options.limits },
});

/** The limits of one call. A source that also reads files and processes has other limits for the rest of its poll. */
export const chooseCallLimits = ({
  limits,
}: Pick<SourceOptions, 'limits'>): Pick<PollLimits, 'connectMs' | 'requestMs'> => ({
  connectMs: limits?.connectMs ?? AWS_LIMITS.connectMs,
  requestMs: limits?.requestMs ?? AWS_LIMITS.requestMs,
});

/** A name of a region cannot contain anything that changes the host name of an endpoint. */
const REGION = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The region, with the precedence of the SDKs. botocore reads only the second variable.
 * @throws PollError if the region is missing or invalid
 */
export function readRegion({ env, profile }: AwsSettings): string {
  const [name, value] =
    ['AWS_REGION', 'AWS_DEFAULT_REGION']
      .map((variable) => [variable, readVariable(env, variable)] as const)
      .find(([, text]) => text !== null) ?? (['region', readProfileSetting(profile, 'region')] as const);
  if (value === null) {
    throw new PollError('region-missing', 'neither AWS_REGION nor the profile names a region');
  }
  return parseRegion(value.trim(), name);
}

/** @throws PollError if the text is not the name of a region */
export function parseRegion(text: string, name: string): string {
  if (!REGION.test(text)) throw createInvalidSettingError(name, 'is not the name of a region');
  return text;
}

/**
 * @param chosenEndpoint an endpoint that takes precedence over every setting
 * @throws PollError if a setting is invalid
 */
export function readAwsService(
  id: AwsServiceId,
  region: string,
  settings: AwsSettings,
  chosenEndpoint: string | null = null,
): AwsService {
  const isTrue = (variable: string, key: string) =>
    (readVariable(settings.env, variable) ?? readProfileSetting(settings.profile, key) ?? '')
      .trim()
      .toLowerCase() === 'true';
  const endpoint = readEndpoint(id, settings, chosenEndpoint, isTrue);
  const usesFips = isTrue('AWS_USE_FIPS_ENDPOINT', 'use_fips_endpoint');
  const usesDualStack = isTrue('AWS_USE_DUALSTACK_ENDPOINT', 'use_dualstack_endpoint');
  if (endpoint !== null && (usesFips || usesDualStack)) {
    const kind = usesFips ? 'FIPS' : 'dual-stack';
    throw new PollError('invalid-configuration', `a ${kind} endpoint and another endpoint are configured`);
  }
  return { id, region, endpoint, usesFips, usesDualStack };
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
function readEndpoint(
  id: AwsServiceId,
  { env, profile, services }: AwsSettings,
  chosenEndpoint: string | null,
  isTrue: (variable: string, key: string) => boolean,
): URL | null {
  if (chosenEndpoint !== null) return parseEndpoint(chosenEndpoint, 'the endpoint');
  if (isTrue('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', 'ignore_configured_endpoint_urls')) return null;
  const candidates: [name: string, value: string | null | undefined][] = [
    ...[`AWS_ENDPOINT_URL_${id}`, 'AWS_ENDPOINT_URL'].map((name): [string, string | null] => [
      name,
      readVariable(env, name),
    ]),
    [`endpoint_url of ${id.toLowerCase()}`, services[`${id.toLowerCase()}.endpoint_url`]],
    ['endpoint_url', readProfileSetting(profile, 'endpoint_url')],
  ];
  const found = candidates.find(([, value]) => (value ?? '').trim() !== '');
  return found === undefined ? null : parseEndpoint(found[1]?.trim() ?? '', found[0]);
}

/** An endpoint with a path is a server that simulates AWS. @throws PollError */
function parseEndpoint(text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw createInvalidSettingError(name, 'is not an absolute http or https URL');
  }
  if (`${url.username}${url.password}` !== '') {
    throw createInvalidSettingError(name, 'contains a user name or a password');
  }
  return url;
}

/** The endpoint for display. Null if it is not configured completely. */
export function describeEndpoint(read: () => AwsService): CredentialSource['endpoint'] {
  try {
    const { endpoint, ...service } = read();
    if (endpoint !== null) return { url: endpoint.origin, loopback: isLoopbackUrl(endpoint) };
    return { url: buildAwsEndpoint(service), loopback: false };
  } catch (error) {
    if (error instanceof PollError) return null;
    throw error;
  }
}
