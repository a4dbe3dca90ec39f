import type { ImdsCheckId } from '../../../domain/conformance/check-list.ts';

/** What each check requires of IMDS. */
export const IMDS_REQUIREMENTS: Record<ImdsCheckId, string> = {
  'token-issued': 'a PUT for a token returns 200 and a token of visible ASCII characters without a line end',
  'token-ttl-header': 'the response to the token request states the TTL of the token in a header',
  'token-ttl-validated':
    'a token request without a TTL, or with a TTL that is not between 1 and 21600, gets 400',
  'token-refusal-status':
    '403, 404 and 405 mean that there are no tokens, so a request with an invalid token never gets them',
  'forwarded-request-refused': 'requests with X-Forwarded-For are refused',
  'token-path-exact': 'a token request to a dated path, or to a path with a slash at the end, gets 403',
  'token-reusable': 'a token works on several connections until its TTL ends',
  'token-expires': 'a token is refused with 401 after its TTL',
  'invalid-token-refused': 'requests without a token, or with an invalid token, get 401',
  'token-remaining-ttl': 'responses to requests with a token state its remaining TTL',
  'role-list':
    'the list of roles is one name without a line end, with or without a slash at the end of the path',
  'unknown-role-not-found': 'a request for an unknown role gets 404',
  'document-code': 'the credentials document has the Code "Success"',
  'document-fields':
    'AccessKeyId, SecretAccessKey, Token and Expiration of the credentials document are non-empty texts',
  'expiration-format': 'Expiration has whole seconds and ends with Z',
  'last-updated': 'LastUpdated has whole seconds, is not in the future, and changes only with the key',
  'error-document': 'an error document has no keys',
  'no-role-not-found': 'without a role, the list of roles and iam/ get 404',
  'key-stable': 'two requests in a row get the same key',
  'not-expired': 'the served credentials have not expired',
  'remaining-validity':
    'the remaining validity is at least 25 minutes at IMDS, or 15 at containers, as SDKs need it',
  'rotation-overlap': 'the old credentials are valid for at least 5 minutes after a rotation',
  'response-time': 'responses take less than a second, also with 20 requests at the same time',
  'region-metadata': 'the region, the availability zone and the identity document name the same region',
  'instance-metadata': 'instance-id and iam/info exist',
  methods: 'HEAD gets the headers of GET, and other methods get 405 with the header Allow',
  'expect-refused': 'a token request with "Expect: 100-continue" gets 417',
  'not-found-response': 'an unknown path gets 404 and a text',
  'host-header': 'only the addresses of the endpoint and 169.254.169.254 are accepted as host',
  'no-cross-origin': 'no response allows web pages to read it',
};
