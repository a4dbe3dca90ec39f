import type { Seconds } from '../model.ts';

export const REFRESHING_SDKS = [
  'botocore',
  'java-1',
  'java-2',
  'dotnet',
  'ruby',
  'javascript',
  'go',
  'cpp',
] as const;

/** An SDK that refreshes credentials of an endpoint before they expire. */
export type RefreshingSdk = (typeof REFRESHING_SDKS)[number];

/** The kinds of endpoints between which the SDKs differ. */
export type EndpointKind = 'imds' | 'container';

/** What an SDK does with credentials that have less remaining validity than the window. */
export type ShortValidityEffect =
  /** It sends a request for each API call, so the endpoint gets many requests. */
  | 'requests-at-every-call'
  /** It replaces the expiration by a later time, so it can use expired credentials. */
  | 'extends-expiration'
  /** It waits for a request before each API call. */
  | 'blocks';

export interface RefreshWindow {
  sdk: RefreshingSdk;
  endpoints: readonly EndpointKind[];
  /** The effect occurs if the remaining validity of served credentials is below this. */
  below: Seconds;
  effect: ShortValidityEffect;
}

const BOTH = ['imds', 'container'] as const;

/**
 * From the source of the SDKs, read in 2026: botocore 1.43, aws-sdk-java 1.12 and 2, aws-sdk-net 3.7 and 4, aws-sdk-ruby
 * 3, @aws-sdk/credential-provider-node 3.972, aws-sdk-go-v2 config 1.32, aws-c-auth 0.9.
 * - botocore: measured on IMDS with 6 minutes left, 40 sessions assumed 17 to 24.5 minutes. So it never has less
 *   than 15 minutes there. It does not extend the expiration of container endpoints.
 * - .NET on IMDS: `InstanceProfileAWSCredentials`. The default chain sends a request every two minutes anyway.
 * - C++: the providers of aws-c-auth. Those of aws-sdk-cpp send a request every 15 minutes, and 5 seconds before the
 *   expiration.
 * - Java 2 on IMDS, and Rust (10 seconds), have no window. Java 2 on container endpoints chooses a random time between
 *   15 and 2 minutes before the expiration.
 */
export const REFRESH_WINDOWS: readonly RefreshWindow[] = [
  { sdk: 'botocore', endpoints: ['imds'], below: 25 * 60, effect: 'extends-expiration' },
  { sdk: 'botocore', endpoints: ['container'], below: 15 * 60, effect: 'requests-at-every-call' },
  { sdk: 'botocore', endpoints: ['container'], below: 10 * 60, effect: 'blocks' },
  { sdk: 'java-1', endpoints: BOTH, below: 15 * 60, effect: 'requests-at-every-call' },
  { sdk: 'dotnet', endpoints: BOTH, below: 15 * 60, effect: 'requests-at-every-call' },
  { sdk: 'ruby', endpoints: BOTH, below: 5 * 60, effect: 'blocks' },
  { sdk: 'javascript', endpoints: BOTH, below: 5 * 60, effect: 'requests-at-every-call' },
  { sdk: 'go', endpoints: BOTH, below: 5 * 60, effect: 'requests-at-every-call' },
  { sdk: 'cpp', endpoints: BOTH, below: 5 * 60, effect: 'requests-at-every-call' },
  { sdk: 'java-2', endpoints: ['container'], below: 2 * 60, effect: 'requests-at-every-call' },
  { sdk: 'java-2', endpoints: ['container'], below: 60, effect: 'blocks' },
];

/** The windows that contain this remaining validity, at an endpoint of this kind. */
export const findRefreshWindows = (remaining: Seconds, endpoint: EndpointKind): RefreshWindow[] =>
  REFRESH_WINDOWS.filter(({ below, endpoints }) => remaining < below && endpoints.includes(endpoint));
