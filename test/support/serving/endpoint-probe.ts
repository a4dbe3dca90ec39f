import type { Environment } from '../peers/child-client.ts';
import { type RawResponse, sendRequest } from '../server/raw-client.ts';

/** Requests the credentials of an endpoint, as its variables say. */
export async function requestCredentials({
  AWS_EC2_METADATA_SERVICE_ENDPOINT: imds,
  AWS_CONTAINER_CREDENTIALS_FULL_URI: container,
  AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization = '',
}: Environment): Promise<RawResponse> {
  if (container !== undefined) {
    const { origin, pathname } = new URL(container);
    return sendRequest(origin, 'GET', pathname, { Authorization: authorization });
  }
  const { origin } = new URL(imds ?? '');
  const { body: token } = await sendRequest(origin, 'PUT', '/latest/api/token', {
    'X-aws-ec2-metadata-token-ttl-seconds': '60',
  });
  const headers = { 'X-aws-ec2-metadata-token': token };
  const folder = '/latest/meta-data/iam/security-credentials/';
  const { body: role } = await sendRequest(origin, 'GET', folder, headers);
  return sendRequest(origin, 'GET', `${folder}${role}`, headers);
}
