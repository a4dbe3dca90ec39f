import type { Instant } from '../../domain/model.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import {
  describeTraffic,
  describeV1Usage,
  NO_V1_CLIENTS,
  OTHER_CLIENTS,
  type TrafficFacts,
  V1_CLIENTS_HEADING,
  type V1Usage,
} from '../messages/simulation.ts';
import { formatNullableInstant } from '../text/format-values.ts';
import { escapeUnprintable, formatUserAgent, truncateText } from '../text/untrusted-text.ts';

interface Counts {
  requests: number;
  tokens: number;
  credentials: number;
  credentialsV1: number;
  credentialsV2: number;
  metadataV1: number;
  metadataV2: number;
  failed: number;
  faulted: number;
  credentialSets: number;
  responses: readonly { status: number | null; count: number }[];
  faults: readonly { kind: string; count: number }[];
  firstAt: Instant | null;
  lastAt: Instant | null;
}

interface NamedClient {
  name: string;
  address: string;
  /** True for the row of all clients above the limit. */
  others: boolean;
}

/** The requests to a simulator, by client. */
export interface TrafficReport {
  totals: Counts & TrafficFacts;
  clients: readonly (NamedClient & Counts & { shape: string | null })[];
  /** Null if no client sent a request to IMDS. */
  v1Clients: readonly (NamedClient & V1Usage)[] | null;
}

const CLIENT_LENGTH = 100;
const FAULT_WIDTH = 40;
const HEAD = ['', 'client', '', 'shape', 'requests', 'tokens', 'credentials', 'over v1', 'failed', 'faults'];
/** 100 columns in all; each count has room for eight digits. */
const WIDTHS = [2, 29, 1, 10, 10, 9, 12, 9, 9, 9];
const ALIGNS = HEAD.map((_, column) => (column < 4 ? 'left' : 'right'));
const INDENTED = [2, 98];

/** The summary at the end: one sentence, a table of clients, the faults, and the clients that use IMDSv1. */
export async function renderTrafficText(traffic: TrafficReport): Promise<string> {
  const { totals, clients, v1Clients } = traffic;
  if (clients.length === 0) return `${describeTraffic(totals)}\n`;
  const { layOutColumns } = await import('../table/layout.ts');
  const hasSeveralAddresses = new Set(clients.map(({ address }) => address)).size > 1;
  const rows = clients.map((client) => [
    ...['', formatClient(client, hasSeveralAddresses), '', client.shape ?? 'none'],
    ...[client.requests, client.tokens, client.credentials, client.credentialsV1].map(String),
    ...[client.failed, client.faulted].map(String),
  ]);
  const faults = totals.faults.map(({ kind, count }) => `${truncateText(kind, FAULT_WIDTH)} ${count}`);
  const v1Lines = (v1Clients ?? []).map((client) => [
    '',
    describeV1Usage(formatClient(client, hasSeveralAddresses), client),
  ]);
  return `${[
    describeTraffic(totals),
    layOutColumns([HEAD, ...rows], WIDTHS, ALIGNS),
    ...(faults.length === 0 ? [] : [layOutColumns([['', `faults: ${faults.join(', ')}`]], INDENTED)]),
    ...(v1Clients?.length === 0 ? [NO_V1_CLIENTS] : []),
    ...(v1Lines.length === 0 ? [] : [`${V1_CLIENTS_HEADING}\n${layOutColumns(v1Lines, INDENTED)}`]),
  ].join('\n\n')}\n`;
}

function formatClient({ name, address, others }: NamedClient, withAddress: boolean): string {
  if (others) return OTHER_CLIENTS;
  return `${formatUserAgent(name, CLIENT_LENGTH)}${withAddress ? ` from ${escapeUnprintable(address)}` : ''}`;
}

/** The summary as one line of JSON. */
export function formatTrafficJson({ totals, clients, v1Clients }: TrafficReport): string {
  return JSON.stringify({
    schema_version: 1,
    event: 'report',
    client_count: totals.clients,
    more_clients: totals.others,
    ...countsJson(totals),
    clients: clients.map((each) => ({ ...clientJson(each), shape: each.shape, ...countsJson(each) })),
    imds_v1_clients:
      v1Clients?.map((client) => ({
        ...clientJson(client),
        response_count: client.responses,
        first_at: formatInstant(client.firstAt),
        last_at: formatInstant(client.lastAt),
        uses_v2: client.usesV2,
      })) ?? null,
  });
}

const clientJson = ({ name, address, others }: NamedClient) => ({
  client: name === '' ? null : truncateText(name, CLIENT_LENGTH),
  address: others ? null : escapeUnprintable(address),
  others,
});

const countsJson = (counts: Counts) => ({
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
