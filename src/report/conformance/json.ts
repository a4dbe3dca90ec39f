import type { CheckFailure, CheckResult, ExchangeSummary } from '../../domain/conformance/check-result.ts';
import { summarizeClients } from '../../domain/conformance/client-summary.ts';
import type { ClientEffect } from '../../domain/conformance/clients.ts';
import { findCheck } from '../../domain/conformance/verdict.ts';
import type { Instant } from '../../domain/model.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { toJson } from '../../untrusted-text.ts';
import { describeClientSummary } from '../messages/conformance/clients.ts';
import { describeExpected, describeFound } from '../messages/conformance/failures.ts';
import { buildFix } from '../messages/conformance/fixes.ts';
import { describeNote } from '../messages/conformance/notes.ts';
import {
  describeRequirement,
  describeSkipReason,
  describeUnknownReason,
  describeUnreachable,
} from '../messages/conformance/results.ts';
import type { ConformanceView } from './view.ts';

/** docs/json.md documents every field. */
export function renderConformanceJson({ run, verdict, isStrict }: ConformanceView, now: Instant): string {
  const { unreachable } = run;
  return `${toJson(
    {
      schema_version: 1,
      generated_at: formatInstant(now),
      endpoint: run.endpoint,
      shape: run.shape,
      verdict,
      strict: isStrict,
      started_at: formatInstant(run.startedAt),
      duration_milliseconds: run.durationMs,
      request_count: run.requestCount,
      unreachable: unreachable && {
        reason: unreachable.reason,
        message: describeUnreachable(unreachable).message,
      },
      watch: run.watch && {
        planned_seconds: run.watch.plannedSeconds,
        watched_seconds: run.watch.watchedSeconds,
        read_count: run.watch.readCount,
        failed_read_count: run.watch.failedReadCount,
        rotation_count: run.watch.rotationCount,
        min_remaining_seconds: run.watch.minRemainingSeconds,
      },
      notes: run.notes.map((note) => ({ code: note.code, message: describeNote(note) })),
      checks: run.results.map(buildCheck),
      clients: summarizeClients(run).map((summary) => ({
        client: summary.client,
        effects: summary.effects.map(({ effect, below, checks }) => ({
          effect,
          below_seconds: below,
          checks,
        })),
        message: describeClientSummary(summary, verdict !== 'unknown'),
      })),
      exchanges: run.exchanges.map(buildExchange),
    },
    2,
  )}\n`;
}

function buildCheck(result: CheckResult) {
  return {
    id: result.id,
    severity: findCheck(result.id).severity,
    requirement: describeRequirement(result.id),
    outcome: result.outcome,
    reason: buildReason(result),
    failures: result.outcome === 'failed' ? result.failures.map(buildFailure) : [],
    fix: result.outcome === 'failed' ? buildFix(result.id) : null,
    exchanges: result.exchanges,
  };
}

function buildReason(result: CheckResult) {
  if (result.outcome === 'skipped') {
    const { reason } = result;
    const check = reason.code === 'CHECK_FAILED' ? reason.check : null;
    return { code: reason.code, check, message: describeSkipReason(reason) };
  }
  if (result.outcome !== 'unknown') return null;
  return { code: result.reason.code, check: null, message: describeUnknownReason(result.reason) };
}

const buildFailure = (failure: CheckFailure) => ({
  code: failure.code,
  exchange: failure.exchange,
  found: describeFound(failure),
  expected: describeExpected(failure),
  effects: failure.effects.map(buildEffect),
});

const buildEffect = ({ effect, clients, below }: ClientEffect) => ({
  effect,
  clients: clients === 'all' ? null : clients,
  below_seconds: below ?? null,
});

function buildExchange({
  number,
  method,
  path,
  requestHeaders,
  startedAt,
  durationMs,
  response,
}: ExchangeSummary) {
  return {
    number,
    request: { method, path, headers: requestHeaders.map(buildField) },
    sent_at: formatInstant(startedAt),
    duration_milliseconds: durationMs,
    response:
      'reason' in response
        ? null
        : {
            status: response.status,
            headers: response.headers.map(buildField),
            body_bytes: response.bodyLength,
          },
    no_response: 'reason' in response ? response.reason : null,
  };
}

const buildField = ([name, value]: readonly [string, string]) => ({ name, value });
