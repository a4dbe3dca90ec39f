import type { ContainerCheckId } from '../../../domain/conformance/check-list.ts';

/** What each check requires of a container endpoint. */
export const CONTAINER_REQUIREMENTS: Record<ContainerCheckId, string> = {
  'host-allowed':
    'SDKs request credentials over http only from loopback, 169.254.170.2, 169.254.170.23 and fd00:ec2::23',
  'variables-agree':
    'the environment variables that name the endpoint and the token do not contradict each other',
  'token-file-format': 'the token file does not end with a line end',
  'token-unchanged': 'the endpoint accepts the token as it is, without "Bearer"',
  'container-response': 'the response is not a redirect, has less than 64 KiB, and is UTF-8',
  'container-document':
    'the response is JSON with AccessKeyId, SecretAccessKey, Token, and an Expiration with a time zone',
  'container-identity': 'ECS states the RoleArn, and EKS the AccountId',
  'authorization-required': 'requests without a token, with a wrong token or with a wrong id are refused',
  'query-used': 'a request without the query of the URL is refused',
  'container-errors': 'refusals are not 429 or 5xx, and errors of ECS have a code and a message',
  'eks-agent-errors':
    'a request with an unknown Host gets 403, and an expired service-account token gets 400 with "token is expired"',
  'cloudshell-token': 'a token of PUT /latest/api/token works in both headers, and the Code is "Success"',
  'token-rotation': 'a new token in the token file works at once, and the old one until it expires',
};
