import type { Client, RequestCounts, TrafficSummary } from '../../domain/simulation-traffic.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { escapeUnprintable, toJson } from '../../untrusted-text.ts';
import {
  describeTraffic,
  describeV1Usage,
  NO_V1_CLIENTS,
  OTHER_CLIENTS,
  V1_CLIENTS_HEADING,
} from '../messages/simulation.ts';
import { createPalette } from '../terminal/colour.ts';
import { formatNullableInstant, formatUserAgent, truncateText } from '../text/format-values.ts';

const CLIENT_LENGTH = 100;
const FAULT_WIDTH = 40;
const HEAD = ['', 'client', '', 'shape', 'requests', 'tokens', 'credentials', 'over v1', 'failed', 'faults'];
/** 100 columns in all; each count has room for eight digits. */
const WIDTHS = [2, 29, 1, 10, 10, 9, 12, 9, 9, 9];
const ALIGNS = HEAD.map((_, column) => (column < 4 ? 'left' : 'right'));
const INDENTED = [2, 98];

interface TrafficTextOptions {
  /** False: the server causes no faults. */
  hasFaults?: boolean;
  isAsciiOnly?: boolean;
}

/**
 * The summary at the end: one sentence, a table of clients, the faults, and the clients that use IMDSv1.
 */
export async function renderTrafficText(
  traffic: TrafficSummary,
  { hasFaults = true, isAsciiOnly = false }: TrafficTextOptions = {},
): Promise<string> {
  const { totals, clients, v1Clients } = traffic;
  if (clients.length === 0) return `${describeTraffic(totals)}\n`;
  const { layOutColumns } = await import('../terminal/layout.ts');
  const palette = createPalette({ hasColour: false, isAsciiOnly });
  const hasSeveralAddresses = new Set(clients.map(({ address }) => address)).size > 1;
  const rows = clients.map((client) => [
    ...['', formatClient(client, hasSeveralAddresses), '', client.shape ?? 'none'],
    ...[client.requests, client.tokens, client.credentials, client.credentialsV1].map(String),
    ...[client.failed, client.faulted].map(String),
  ]);
  const columns = hasFaults ? HEAD.length : HEAD.length - 1;
  const faults = totals.faults.map(({ kind, count }) => `${truncateText(kind, FAULT_WIDTH)} ${count}`);
  const v1Lines = (v1Clients ?? []).map((client) => [
    '',
    describeV1Usage(formatClient(client, hasSeveralAddresses), client),
  ]);
  return `${[
    describeTraffic(totals),
    layOutColumns(
      [HEAD, ...rows].map((row) => row.slice(0, columns)),
      WIDTHS.slice(0, columns),
      palette,
      ALIGNS.slice(0, columns),
    ),
    ...(faults.length === 0
      ? []
      : [layOutColumns([['', `faults: ${faults.join(', ')}`]], INDENTED, palette)]),
    ...(v1Clients?.length === 0 ? [NO_V1_CLIENTS] : []),
    ...(v1Lines.length === 0 ? [] : [`${V1_CLIENTS_HEADING}\n${layOutColumns(v1Lines, INDENTED, palette)}`]),
  ].join('\n\n')}\n`;
}

function formatClient({ name, address, others }: Client, withAddress: boolean): string {
  if (others) return OTHER_CLIENTS;
  return `${formatUserAgent(name, CLIENT_LENGTH)}${withAddress ? ` from ${escapeUnprintable(address)}` : ''}`;
}

/** The summary as one line of JSON. */
export const formatTrafficJson = (traffic: TrafficSummary): string =>
  toJson({ schema_version: 1, event: 'report', ...buildTrafficJson(traffic) });

export const buildTrafficJson = ({ totals, clients, v1Clients }: TrafficSummary) => ({
  client_count: totals.clients,
  more_clients: totals.others,
  ...buildCountsJson(totals),
  clients: clients.map((each) => ({
    ...buildClientJson(each),
    shape: each.shape,
    ...buildCountsJson(each),
  })),
  imds_v1_clients:
    v1Clients?.map((client) => ({
      ...buildClientJson(client),
      response_count: client.responses,
      first_at: formatInstant(client.firstAt),
      last_at: formatInstant(client.lastAt),
      uses_v2: client.usesV2,
    })) ?? null,
});

const buildClientJson = ({ name, address, others }: Client) => ({
  client: name === '' ? null : truncateText(name, CLIENT_LENGTH),
  address: others ? null : escapeUnprintable(address),
  others,
});

const buildCountsJson = (counts: RequestCounts) => ({
  request_count: counts.requests,
  token_request_count: counts.tokens,
  credentials_count: counts.credentials,
  credentials_v1_count: counts.credentialsV1,
  credentials_v2_count: counts.credentialsV2,
  metadata_v1_count: counts.metadataV1,
  metadata_v2_count: counts.metadataV2,
  failed_count: counts.failed,
  fault_count: counts.faulted,
  credential_set_count: counts.credentialSets,
  responses: counts.responses,
  faults: counts.faults.map(({ kind, count }) => ({ kind: escapeUnprintable(kind), count })),
  first_at: formatNullableInstant(counts.firstAt),
  last_at: formatNullableInstant(counts.lastAt),
});
