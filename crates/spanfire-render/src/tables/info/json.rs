//! `info` as programs read it.

use super::{
    anchor_uncertainty_ns, cause_name, form_name, lane_extents, lane_label, ns, sampling,
    source_name,
};
use serde::Serialize;
use spanfire_recording::{
    Cut, LaneId, Origin, ProbeCost, ProbeSample, Recording, VERSION,
    tail::{TailState, TailSummary},
};
use spanfire_views::Summary;

/// Every key is always there; what is unknown is `null`.
#[derive(Serialize)]
pub(super) struct Info<'a> {
    format_version: u32,
    size_bytes: u64,
    process: Process<'a>,
    recorder: Recorder<'a>,
    origin: Option<OriginFacts<'a>>,
    duration_ns: u64,
    spans: u64,
    segments: u64,
    instants: u64,
    threads: usize,
    open_spans: u64,
    lost_events: u64,
    stalled_ns: u64,
    unmatched_exits: u64,
    unknown_spans: u64,
    inexact_starts: u64,
    clock: Clock<'a>,
    probe_cost: Option<Probe>,
    sampling: Option<sampling::Facts<'a>>,
    lanes: Vec<Lane<'a>>,
    losses: Vec<Loss>,
    cut: Option<CutAt<'a>>,
    tail: Tail,
}

#[derive(Serialize)]
struct Process<'a> {
    id: u32,
    executable: &'a str,
    arguments: &'a [String],
    os: &'a str,
    arch: &'a str,
    parallelism: Option<u32>,
}

/// What the recording was imported from.
#[derive(Serialize)]
struct OriginFacts<'a> {
    format: &'a str,
    tool: Option<&'a str>,
    lacks: Vec<&'static str>,
    unit: Option<&'a str>,
    period_ns: Option<u64>,
    /// All that in a sentence.
    said: String,
}

#[derive(Serialize)]
struct Recorder<'a> {
    version: &'a str,
    form: &'static str,
}

#[derive(Serialize)]
struct Clock<'a> {
    source: &'static str,
    nanos_per_tick: f64,
    kernel_source: Option<&'a str>,
    warning: Option<&'a str>,
    start_unix_ns: Option<u64>,
    anchors: usize,
    uncertainty_ns: Option<u64>,
    error_ns: Option<u64>,
    corrected_ppm: Option<f64>,
    clamped_ticks: u64,
}

#[derive(Serialize)]
struct Probe {
    /// A span without fields.
    #[serde(flatten)]
    plain: Kind,
    samples: u32,
    fields: Option<Kind>,
    reenter: Option<Kind>,
}

#[derive(Serialize)]
struct Kind {
    inside_min_ns: f64,
    inside_median_ns: f64,
    inside_spread_ns: Option<f64>,
    outside_min_ns: f64,
    outside_median_ns: f64,
    outside_spread_ns: Option<f64>,
}

#[derive(Serialize)]
struct Lane<'a> {
    lane: u32,
    label: String,
    thread_name: Option<&'a str>,
    os_thread_id: Option<u64>,
    events: u64,
    first_ns: Option<u64>,
    last_ns: Option<u64>,
}

#[derive(Serialize)]
struct Loss {
    lane: u32,
    label: String,
    cause: &'static str,
    events: u64,
    first_ns: u64,
    last_ns: u64,
}

#[derive(Serialize)]
struct CutAt<'a> {
    at_byte: u64,
    reason: &'a str,
}

#[derive(Serialize)]
struct Tail {
    state: &'static str,
    records: u64,
    names: u64,
    lost_events: u64,
    reason: Option<String>,
}

impl<'a> Info<'a> {
    pub(super) fn of(recording: &'a Recording, summary: &Summary) -> Self {
        let header = recording.header();
        Info {
            format_version: VERSION,
            size_bytes: recording.size_bytes(),
            process: Process {
                id: header.process_id,
                executable: &header.executable,
                arguments: &header.arguments,
                os: &header.os,
                arch: &header.arch,
                parallelism: header.parallelism,
            },
            recorder: Recorder { version: &header.recorder_version, form: form_name(header.form) },
            origin: header.origin.as_ref().map(origin),
            duration_ns: summary.duration_ns,
            spans: summary.spans,
            segments: summary.segments,
            instants: summary.instants,
            threads: summary.threads,
            open_spans: summary.open_spans,
            lost_events: summary.lost_events,
            stalled_ns: summary.stalled_ns,
            unmatched_exits: summary.unmatched_exits,
            unknown_spans: summary.unknown_spans,
            inexact_starts: summary.inexact_starts,
            clock: clock(recording),
            probe_cost: recording.probe_cost().map(probe),
            sampling: sampling::facts(recording),
            lanes: lanes(recording),
            losses: losses(recording),
            cut: recording.cut().map(cut),
            tail: tail(recording.tail()),
        }
    }
}

fn origin(origin: &Origin) -> OriginFacts<'_> {
    OriginFacts {
        format: &origin.format,
        tool: origin.tool.as_deref(),
        lacks: origin.lacks.words(),
        unit: origin.unit.as_deref(),
        period_ns: origin.period_ns,
        said: origin.to_string(),
    }
}

fn clock(recording: &Recording) -> Clock<'_> {
    let clock = &recording.header().clock;
    let calibration = recording.calibration();
    Clock {
        source: source_name(clock.source),
        nanos_per_tick: clock.nanos_per_tick,
        kernel_source: clock.kernel_source.as_deref(),
        warning: clock.warning.as_deref(),
        start_unix_ns: recording.anchors().first().map(|anchor| anchor.unix_ns),
        anchors: recording.anchors().len(),
        uncertainty_ns: anchor_uncertainty_ns(recording),
        error_ns: calibration.map(|known| known.error_ns),
        corrected_ppm: calibration.and_then(|known| known.corrected_ppm),
        clamped_ticks: recording.clamped_ticks(),
    }
}

fn probe(cost: &ProbeCost) -> Probe {
    Probe {
        plain: kind(&cost.plain),
        samples: cost.samples,
        fields: cost.fields.as_ref().map(kind),
        reenter: cost.reenter.as_ref().map(kind),
    }
}

fn kind(sample: &ProbeSample) -> Kind {
    Kind {
        inside_min_ns: sample.inside_min_ns,
        inside_median_ns: sample.inside_median_ns,
        inside_spread_ns: sample.inside_spread_ns,
        outside_min_ns: sample.outside_min_ns,
        outside_median_ns: sample.outside_median_ns,
        outside_spread_ns: sample.outside_spread_ns,
    }
}

fn lanes(recording: &Recording) -> Vec<Lane<'_>> {
    let lanes = recording.lanes().iter().zip(lane_extents(recording)).zip(0..);
    lanes
        .map(|((lane, extent), number)| Lane {
            lane: number,
            label: lane.label(LaneId(number)),
            thread_name: lane.thread_name.as_deref(),
            os_thread_id: lane.os_thread_id,
            events: extent.events,
            first_ns: extent.first_ns,
            last_ns: extent.last_ns,
        })
        .collect()
}

fn losses(recording: &Recording) -> Vec<Loss> {
    let losses = recording.losses().iter();
    losses
        .map(|loss| Loss {
            lane: loss.lane.0,
            label: lane_label(recording, loss.lane),
            cause: cause_name(loss.cause),
            events: loss.events,
            first_ns: ns(recording, loss.first),
            last_ns: ns(recording, loss.last),
        })
        .collect()
}

fn tail(tail: &TailState) -> Tail {
    let (state, taken, reason) = match tail {
        TailState::Missing => ("missing", TailSummary::default(), None),
        TailState::Growing => ("growing", TailSummary::default(), None),
        TailState::Refused(error) => ("refused", TailSummary::default(), Some(error.to_string())),
        TailState::Taken(taken) => ("taken", *taken, None),
        TailState::Damaged(taken) => ("damaged", *taken, None),
    };
    let TailSummary { records, names, lost_events } = taken;
    Tail { state, records, names, lost_events, reason }
}

fn cut(cut: &Cut) -> CutAt<'_> {
    CutAt { at_byte: cut.at_byte, reason: &cut.reason }
}
