import { SHAPE_NAMES } from '../../report/messages/conformance/results.ts';
import type { ConformanceTarget } from '../../sources/conformance/target.ts';

/** What the user should know about the endpoint and the token, each with an optional hint. */
export function listTargetNotes({
  url,
  shape,
  shapeOrigin,
  token,
  isTokenWithheld,
}: ConformanceTarget): (readonly [message: string, hint?: string])[] {
  const guess = `checking ${url.origin} as an endpoint of ${SHAPE_NAMES[shape]}`;
  return [
    ...(shapeOrigin === 'url'
      ? [[`${guess}, because of its URL`, '--shape selects another protocol'] as const]
      : []),
    ...(shapeOrigin === 'environment' ? [[`${guess}, which SDKs use in this environment`] as const] : []),
    ...(token?.origin === 'flag'
      ? [
          [
            'other users of this machine can read --token in the list of processes',
            'use --token-file, or set AWS_CONTAINER_AUTHORIZATION_TOKEN',
          ] as const,
        ]
      : []),
    ...(isTokenWithheld
      ? [
          [
            'the token of the environment is not sent over http to another machine, as in SDKs',
            'give it with --token-file if the endpoint needs it',
          ] as const,
        ]
      : []),
  ];
}
