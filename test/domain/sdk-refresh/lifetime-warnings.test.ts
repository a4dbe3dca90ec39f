import { describe, expect, test } from 'vitest';
import { findLifetimeWarnings } from '../../../src/domain/sdk-refresh/lifetime-warnings.ts';
import { ADVISED_LIFETIME } from '../../../src/domain/sdk-refresh/refresh-time.ts';
import type { EndpointKind } from '../../../src/domain/sdk-refresh/refresh-windows.ts';

const MINUTE = 60;
const BOTH: EndpointKind[] = ['imds', 'container'];

const summarise = (minutes: number, endpoints = BOTH) =>
  findLifetimeWarnings(minutes * MINUTE, endpoints).map(
    ({ sdk, effect, when, endpoints: at }) => `${sdk} on ${at.join(' and ')} ${effect} ${when}`,
  );

describe('warnings about a short lifetime', () => {
  test.each([50, 60, 720])('a lifetime of %i minutes affects no SDK', (minutes) => {
    expect(summarise(minutes)).toEqual([]);
  });

  test('the shortest lifetime without a warning is the advised one', () => {
    expect(findLifetimeWarnings(ADVISED_LIFETIME - 1, BOTH)).not.toEqual([]);
  });

  test('a lifetime of 30 to 50 minutes affects botocore on IMDS if a refresh is late', () => {
    const expected = ['botocore on imds extends-expiration if-late'];
    expect(summarise(49)).toEqual(expected);
    expect(summarise(30)).toEqual(expected);
    expect(summarise(49, ['container'])).toEqual([]);
  });

  test('a lifetime of less than 30 minutes affects botocore on IMDS before each refresh', () => {
    expect(summarise(29)).toEqual([
      'botocore on imds extends-expiration always',
      'botocore on container requests-at-every-call if-late',
      'java-1 on imds and container requests-at-every-call if-late',
      'dotnet on imds and container requests-at-every-call if-late',
    ]);
  });

  test('a lifetime of 15 minutes affects botocore, Java 1 and .NET before each refresh', () => {
    expect(summarise(15)).toEqual([
      'botocore on imds extends-expiration always',
      'botocore on container requests-at-every-call always',
      'botocore on container blocks if-late',
      'java-1 on imds and container requests-at-every-call always',
      'dotnet on imds and container requests-at-every-call always',
    ]);
    expect(summarise(15, ['imds'])).toEqual([
      'botocore on imds extends-expiration always',
      'java-1 on imds requests-at-every-call always',
      'dotnet on imds requests-at-every-call always',
    ]);
  });

  test('a lifetime of 2 minutes affects every SDK that refreshes before the expiration', () => {
    const sdks = findLifetimeWarnings(2 * MINUTE, BOTH).map(({ sdk }) => sdk);
    expect([...new Set(sdks)].sort()).toEqual([
      'botocore',
      'cpp',
      'dotnet',
      'go',
      'java-1',
      'java-2',
      'javascript',
      'ruby',
    ]);
  });
});
