/**
 * The types of the library: the types of the domain, with `Date` for instants and durations whose names end
 * in `Seconds`. The declarations of the domain describe each field.
 */
import type * as keys from '../domain/keys/key-answer.ts';
import type { PresignedUrl as DomainPresignedUrl } from '../domain/keys/presigned-url.ts';
import type { RotationForecast as DomainRotationForecast } from '../domain/measurement/forecast.ts';
import type * as measurement from '../domain/measurement/measurement.ts';
import type { SafeStartsPoint as DomainSafeStartsPoint } from '../domain/measurement/validity.ts';
import type * as model from '../domain/model.ts';
import type { PollNote as DomainPollNote } from '../domain/poll-note.ts';
import type { ParsedInstant as DomainParsedInstant } from '../domain/time/instant.ts';
import type * as assessment from '../domain/verdict/assessment.ts';
import type * as confidence from '../domain/verdict/confidence.ts';
import type * as choice from '../domain/verdict/figures/choose-series.ts';
import type { Finding as DomainFinding } from '../domain/verdict/finding.ts';
import type { JobRunSummary as DomainJobRunSummary } from '../domain/verdict/job-runs.ts';
import type * as job from '../domain/verdict/job-verdict.ts';
import type { CurrentCredentials as DomainCurrentCredentials } from '../domain/verdict/now.ts';
import type * as now from '../domain/verdict/now-verdict.ts';
import type { SeriesAnalysis as DomainSeriesAnalysis } from '../domain/verdict/series-analysis.ts';
import type * as source from '../sources/source.ts';
import type { ArchiveRecord as DomainArchiveRecord } from '../store/archive/record.ts';
import type { Public } from './public-data.ts';

export type { KeyNote, KeyStatus } from '../domain/keys/key-answer.ts';
export type { FailureReason, SeriesIdentity, SourceName } from '../domain/model.ts';
export type { PollNoteCode } from '../domain/poll-note.ts';
export type { FindingCode } from '../domain/verdict/finding.ts';
export type { Safety, Verdict } from '../domain/verdict/job-verdict.ts';
export type { Outlook } from '../domain/verdict/now-verdict.ts';
export type { PollLimits } from '../sources/http/exchange.ts';

export type KeyAnswer = Public<keys.KeyAnswer>;
export type KeySighting = Public<keys.KeySighting>;
export type PresignedUrl = Public<DomainPresignedUrl>;
export type SessionFacts = Public<model.SessionFacts>;

export type FailedPoll = Public<model.FailedPoll>;
export type FailedPollCount = Public<model.FailedPollCount>;
export type Generation = Public<model.Generation>;
export type RecordedGeneration = Public<model.RecordedGeneration>;
export type EvidenceRules = Public<confidence.EvidenceRules>;
export type IssuedCredentials = Public<model.IssuedCredentials>;
export type JobRun = Public<model.JobRun>;
export type Sample = Public<model.Sample>;
export type SeriesHistory = Public<model.SeriesHistory>;
export type Span = Public<model.Span>;

export type Measurement = Public<measurement.Measurement>;
export type Rotation = Public<measurement.Rotation>;
export type ServedPeriod = Public<measurement.ServedPeriod>;
export type ValidityAt = Public<measurement.ValidityAt>;
export type WorstCase = Public<measurement.WorstCase>;
export type RotationForecast = Public<DomainRotationForecast>;
export type SafeStartsPoint = Public<DomainSafeStartsPoint>;

export type Assessment = Public<assessment.Assessment>;
export type JobToJudge = Public<assessment.JobToJudge>;
export type CurrentCredentials = Public<DomainCurrentCredentials>;
export type Finding = Public<DomainFinding>;
export type Job = Public<job.Job>;
export type JobRequirement = Public<job.JobRequirement>;
export type JobJudgement = Public<job.JobJudgement>;
export type UnknownReason = Public<job.UnknownReason>;
export type JobRunSummary = Public<DomainJobRunSummary>;
export type NowUnknownReason = Public<now.NowUnknownReason>;
export type NowJudgement = Public<now.NowJudgement>;
export type Replacement = Public<choice.Replacement>;
export type SeriesAnalysis = Public<DomainSeriesAnalysis>;
export type SeriesSpan = Public<choice.SeriesSpan>;

export type ArchiveRecord = Public<DomainArchiveRecord>;
export type ParsedInstant = Public<DomainParsedInstant>;
export type PolledCredentials = Public<source.PolledCredentials>;
export type PollFailure = Public<source.PollFailure>;
export type PollNote = Public<DomainPollNote>;
export type PollOutcome = Public<source.PollOutcome>;
