import type { Installation, ProcessReason, Schedule } from '../../domain/installation/schedule.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { toJson } from '../../untrusted-text.ts';
import { buildKnowledgeJson } from '../general-knowledge/json.ts';
import { buildIdentityJson } from '../json-fields.ts';
import { describeAttention } from '../messages/installation/attentions.ts';
import { formatNullableInstant, maskKeyId } from '../text/format-values.ts';
import type { InitReport } from './init-report.ts';

/** `init -f json`. */
export function renderInitJson(report: InitReport, { state, replaced }: Installation): string {
  const { credentials, nextReport, schedule } = report;
  const document = {
    schema_version: 1,
    generated_at: formatInstant(report.generatedAt),
    ...buildIdentityJson(report.identity),
    endpoint: report.endpoint,
    access_key_id: maskKeyId(credentials.accessKeyId),
    last_updated: formatNullableInstant(credentials.lastUpdated),
    expiration: formatInstant(credentials.expiration),
    remaining_seconds: report.remaining,
    is_simulated: report.isSimulated,
    clock_offset_seconds: report.clockOffset,
    database: report.database,
    sample_count: report.sampleCount,
    rotation_count: report.rotationCount,
    schedule: {
      kind: schedule.kind,
      reason: findReason(report.processReason),
      interval_seconds: report.every,
      interval_reason: report.intervalReason?.code ?? null,
      ...buildScheduleJson(schedule),
      inherited_variables: schedule.kind === 'process' ? report.poll.inherited : [],
    },
    installation: state,
    replaced: replaced === null ? null : { interval_seconds: replaced.every, text: replaced.line },
    attentions: report.attentions.map((each) => ({ code: each.code, message: describeAttention(each) })),
    next_report: {
      code: nextReport.code,
      at: 'at' in nextReport ? formatInstant(nextReport.at) : null,
      interval_seconds: nextReport.code === 'AFTER_ROTATION' ? nextReport.expected.within : null,
    },
    general_knowledge: buildKnowledgeJson(report.knowledge),
  };
  return `${toJson(document, 2)}\n`;
}

const findReason = (reason: ProcessReason | null): string | null =>
  reason?.code === 'PROBLEM' ? reason.problem.code : (reason?.code ?? null);

/** The fields that a kind does not have are null or empty. */
function buildScheduleJson(schedule: Schedule) {
  const none = { scope: null, orchestrator: null, text: null, files: [], commands: [] };
  switch (schedule.kind) {
    case 'cron':
      return { ...none, text: schedule.line };
    case 'systemd':
      return { ...none, scope: schedule.scope, files: schedule.files, commands: schedule.commands };
    case 'sidecar':
      return { ...none, orchestrator: schedule.orchestrator, text: schedule.text };
    case 'process':
      return { ...none, text: schedule.command };
  }
}
