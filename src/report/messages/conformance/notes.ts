import type { ConformanceNote } from '../../../domain/conformance/check-result.ts';
import type { ConformanceShape } from '../../../domain/conformance/conformance-check.ts';
import type { Refusal } from '../../../domain/conformance/refusal.ts';
import { formatDuration } from '../../../domain/time/duration.ts';

export function describeNote(note: ConformanceNote): string {
  switch (note.code) {
    case 'IMDS_V1_ALLOWED':
      return 'IMDSv1 is allowed: requests without a token get credentials';
    case 'IMDS_V1_ONLY':
      return 'only IMDSv1: the endpoint issues no tokens';
    case 'POSSIBLE_HOP_LIMIT':
      return 'only the token request got no response: in a container, the hop limit of the instance may be too low';
    case 'NO_ROLE':
      return 'no role is attached, so there are no credentials to check';
    case 'ERROR_DOCUMENT':
      return `the endpoint serves no credentials, but the error ${note.errorCode}`;
    case 'CLOCK_OFFSET':
      return `the Date header is ${formatDuration(Math.abs(note.aheadSeconds))} ${note.aheadSeconds > 0 ? 'ahead of' : 'behind'} the clock of this host`;
    case 'TOKEN_IGNORED':
      return 'the endpoint ignores the token, as in ECS: the id in the URL grants access';
    default:
      return describeRefusal(note);
  }
}

const REFUSALS: Record<Refusal['code'], string> = {
  TOKEN_MISSING: 'the endpoint refused the request without a token',
  TOKEN_REFUSED: 'the endpoint refused the token',
  ACCESS_REFUSED: 'the endpoint refused to serve the credentials',
  PATH_NOT_FOUND: 'the endpoint has nothing at this path',
  ROLE_NOT_FOUND: 'the endpoint has no such role',
  THROTTLED: 'the endpoint throttles requests',
  SERVER_ERROR: 'the endpoint has no credentials now',
};

/** `the endpoint refused the token (status 403: invalid token)`. */
const describeRefusal = ({ code, status, detail }: Refusal): string =>
  `${REFUSALS[code]} (status ${status}${detail === null ? '' : `: ${detail}`})`;

/** What to do so that the credentials can be checked. Null if the note does not prevent this. */
export function buildNoteHint({ code }: ConformanceNote, shape: ConformanceShape): string | null {
  switch (code) {
    case 'TOKEN_MISSING':
      return shape === 'eks'
        ? 'give the token with --token-file, or set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'
        : 'give the token with --token-file, or set AWS_CONTAINER_AUTHORIZATION_TOKEN';
    case 'TOKEN_REFUSED':
      return 'check that the token is complete, has not expired, and belongs to this endpoint';
    case 'ACCESS_REFUSED':
      return 'check whether this host and user may use the endpoint';
    case 'PATH_NOT_FOUND':
      return shape === 'imds'
        ? 'check the base URL; --shape selects another protocol'
        : 'check the path of the URL, and whether it names an existing role';
    case 'ROLE_NOT_FOUND':
      return 'check --role; without it, the role that the endpoint lists is checked';
    case 'THROTTLED':
      return 'run again later';
    case 'SERVER_ERROR':
      return 'check the endpoint and the source of its credentials, then run again';
    case 'NO_ROLE':
      return 'attach a role, then run again';
    case 'ERROR_DOCUMENT':
      return shape === 'imds'
        ? 'check the role and its trust policy'
        : 'check the URL, the token and the role of the endpoint';
    default:
      return null;
  }
}
