import {
  applyFieldFaults,
  buildDocumentFields,
  formatDocument,
} from '../credentials/credentials-document.ts';
import { type EndpointRequest, type ShapeResult, toCredentialsResult } from '../endpoint-request.ts';
import type { EndpointState } from '../endpoint-state.ts';
import { buildDataResponse, buildEmptyError, buildHtmlError, formatImdsJson } from '../imds/imds-wire.ts';
import { handleTokenRequest, isTokenPath } from '../imds/token-request.ts';
import { isSameSecret } from './compare-secrets.ts';

export const CLOUDSHELL_PATH = '/latest/meta-data/container/security-credentials';

/**
 * Handles requests to the endpoint of CloudShell, as described in two blog posts (AWS does not
 * document this endpoint). The document has an empty `Type` and no `LastUpdated`. Clients send the token of the
 * environment or one from `PUT /latest/api/token`.
 */
export function handleCloudshellRequest(request: EndpointRequest, state: EndpointState): ShapeResult | null {
  const { path, method, faults, now } = request;
  const { issuer, shapes, variants } = state;
  // If IMDS is served too, its handler issues the tokens for both.
  if (isTokenPath(path) && !shapes.includes('imds')) {
    return { kind: 'token', response: handleTokenRequest(request, state) };
  }
  if (path !== CLOUDSHELL_PATH) return null;
  if (method !== 'GET' && method !== 'HEAD') {
    return toCredentialsResult(buildEmptyError(request, 405, 'GET, HEAD'));
  }
  if (!isCloudshellAuthorized(request, state)) return toCredentialsResult(buildEmptyError(request, 401));
  if (faults.has('no-role')) return toCredentialsResult(buildHtmlError(request, 404, null, variants));
  const credentials = issuer.issue('cloudshell', now, faults);
  if (credentials === null) {
    return toCredentialsResult(buildHtmlError(request, 503, null, variants, issuer.getRetryAfter()));
  }
  const serve = (body: string, served: typeof credentials | null) => {
    const content = { body, contentType: 'text/plain', lastModified: credentials.issuedAt } as const;
    return toCredentialsResult(buildDataResponse(request, content, null, variants), served);
  };
  const error = faults.get('error');
  if (error !== null) {
    const fields = { Code: error.code ?? 'InternalError', Message: 'Simulated error.' };
    return serve(formatImdsJson(applyFieldFaults(fields, faults)), null);
  }
  const buildFields = () => ({ Type: '', ...buildDocumentFields(credentials), Code: 'Success' });
  return serve(formatDocument(credentials, 'cloudshell', faults, buildFields, formatImdsJson), credentials);
}

export function isCloudshellAuthorized(
  { headers, now }: EndpointRequest,
  { authorization, metadataTokens }: EndpointState,
): boolean {
  const candidates = [headers.authorization, headers['x-aws-ec2-metadata-token']];
  return candidates.some(
    (text) =>
      typeof text === 'string' &&
      (isSameSecret(text, authorization) || metadataTokens.check(text, now) !== null),
  );
}
