import type { ConformanceNote } from '../../../domain/conformance/check-result.ts';
import type { RefusalCode } from '../../../domain/conformance/refusal.ts';
import { readDocument } from '../exchanges/exchange-documents.ts';
import type { Exchange } from '../exchanges/prober.ts';
import { toRefusal } from '../judgements/refusals.ts';
import { findDocumentRefusal, findListRefusal } from './imds-refusals.ts';
import { getStatus, isErrorDocument } from './imds-responses.ts';

/** Null for what was not requested. */
interface NotedResponses {
  token: Exchange | null;
  roles: Exchange | null;
  document: Exchange | null;
  /** Without a token. */
  open: Exchange | null;
  /** The role is not from the list. */
  isRoleGiven: boolean;
  /** No path of IMDS exists. */
  isNotFound: boolean;
}

/** @param quote makes a text of the endpoint safe to print */
export function listImdsNotes(responses: NotedResponses, quote: (text: string) => string): ConformanceNote[] {
  const { token, roles, document, open, isNotFound } = responses;
  const hasStatus = (exchange: Exchange | null, status: number) =>
    exchange !== null && getStatus(exchange) === status;
  const fields = document === null ? null : readDocument(document);
  const isTokenLost = token !== null && token.response === null;
  const refused = findRefused(responses);
  return [
    ...(isTokenLost && roles !== null && roles.response !== null
      ? [{ code: 'POSSIBLE_HOP_LIMIT' } as const]
      : []),
    ...(!hasStatus(token, 200) && hasStatus(roles, 200) ? [{ code: 'IMDS_V1_ONLY' } as const] : []),
    ...(hasStatus(token, 200) && hasStatus(open, 200) ? [{ code: 'IMDS_V1_ALLOWED' } as const] : []),
    ...(hasStatus(roles, 404) && !isNotFound ? [{ code: 'NO_ROLE' } as const] : []),
    ...(refused === null ? [] : [toRefusal(refused.code, refused.exchange, quote)]),
    ...(fields !== null && isErrorDocument(fields)
      ? [{ code: 'ERROR_DOCUMENT', errorCode: quote(String(fields.Code)) } as const]
      : []),
  ];
}

/** The first response that shows why there are no credentials. */
function findRefused({
  roles,
  document,
  isRoleGiven,
  isNotFound,
}: NotedResponses): { code: RefusalCode; exchange: Exchange } | null {
  if (roles === null) return null;
  if (isNotFound) return { code: 'PATH_NOT_FOUND', exchange: roles };
  const ofList = findListRefusal(roles);
  if (ofList !== null) return { code: ofList, exchange: roles };
  const ofDocument = document === null ? null : findDocumentRefusal(document, isRoleGiven);
  return document === null || ofDocument === null ? null : { code: ofDocument, exchange: document };
}
