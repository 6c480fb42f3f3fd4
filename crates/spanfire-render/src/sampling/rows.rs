//! A frame as programs read it.

use serde::Serialize;
use spanfire_views::{Belief, Names, SampleTimer, Sampled, SampledFrame, SamplingEstimate};

/// A name, or a frame of the merged graph.
#[derive(Serialize)]
pub(super) struct FrameRow<'a> {
    pub name: String,
    pub target: &'a str,
    pub file: Option<&'a str>,
    pub line: Option<u32>,
    /// The labels around and of it; of names there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<Vec<String>>,
    pub depth: usize,
    pub segments: u64,
    pub total: TimeRow,
    #[serde(rename = "self")]
    pub own: TimeRow,
}

/// A time of a frame: with all that is under it, or by itself.
#[derive(Serialize)]
pub(super) struct TimeRow {
    pub busy_ns: u64,
    pub share: f64,
    /// How much of it recording took.
    pub probe_ns: Option<u64>,
    /// By how much that may be off.
    pub probe_doubt_ns: Option<u64>,
    /// The relative error that makes, while it is not more than all.
    pub bias: Option<f64>,
    pub rates: Vec<ReadingRow>,
}

/// What samplers of one rate say of a time.
#[derive(Serialize)]
pub(super) struct ReadingRow {
    pub hz: u32,
    pub expected: f64,
    pub samples: u64,
    pub reported: f64,
    pub low: f64,
    pub high: f64,
    pub error: Option<f64>,
    pub standard_error: Option<f64>,
    pub missed: bool,
    pub jittered_samples: u64,
    pub poisson_samples: u64,
    pub periodic_samples: u64,
    pub dispersion: f64,
    pub belief: Option<&'static str>,
}

impl<'a> FrameRow<'a> {
    /// A name.
    pub fn of_name(
        estimate: &'a SamplingEstimate,
        frame: &SampledFrame,
        names: Names,
    ) -> Option<Self> {
        let callsite = estimate.callsite(frame.frame?);
        Some(FrameRow {
            name: names.label(callsite),
            target: &callsite.target,
            file: callsite.file.as_deref(),
            line: callsite.line,
            stack: None,
            depth: frame.depth,
            segments: frame.segments,
            total: TimeRow::of(estimate, &frame.total),
            own: TimeRow::of(estimate, &frame.own),
        })
    }

    /// A frame of the merged graph, by its index; the root is none.
    pub fn of_frame(estimate: &'a SamplingEstimate, index: usize, names: Names) -> Option<Self> {
        let row = FrameRow::of_name(estimate, &estimate.frames()[index], names)?;
        Some(FrameRow { stack: Some(stack(estimate, index, names)), ..row })
    }
}

impl TimeRow {
    fn of(estimate: &SamplingEstimate, time: &Sampled) -> TimeRow {
        let rates = 0..estimate.rates_hz().len();
        TimeRow {
            busy_ns: time.busy_ns,
            share: time.busy_ns as f64 / estimate.busy_ns().max(1) as f64,
            probe_ns: time.probe_ns.map(|ns| ns.max(0.0).round() as u64),
            probe_doubt_ns: time.probe_doubt_ns.map(|ns| ns.max(0.0).round() as u64),
            bias: time.bias().filter(|bias| bias.is_finite()),
            rates: rates.map(|rate| ReadingRow::of(estimate, time, rate)).collect(),
        }
    }
}

impl ReadingRow {
    pub fn of(estimate: &SamplingEstimate, time: &Sampled, rate: usize) -> ReadingRow {
        let reading = estimate.reading(time, rate);
        let taken = &time.taken[rate];
        ReadingRow {
            hz: estimate.rates_hz()[rate],
            expected: reading.expected,
            samples: reading.samples,
            reported: reading.reported,
            low: reading.low,
            high: reading.high,
            error: reading.error,
            standard_error: Some(reading.standard_error).filter(|error| error.is_finite()),
            missed: reading.is_missed(),
            jittered_samples: taken.by(SampleTimer::Jittered),
            poisson_samples: taken.by(SampleTimer::Poisson),
            periodic_samples: taken.by(SampleTimer::Periodic),
            dispersion: taken.dispersion,
            belief: estimate.belief(time, rate).map(word),
        }
    }
}

/// The labels from the outermost frame to that of `index`.
pub(super) fn stack(estimate: &SamplingEstimate, index: usize, names: Names) -> Vec<String> {
    let stack = estimate.stack(index);
    stack.into_iter().map(|frame| names.label(estimate.callsite(frame))).collect()
}

/// What JSON and CSV call a belief.
pub(super) fn word(belief: Belief) -> &'static str {
    match belief {
        Belief::Sampler => "sampler",
        Belief::Spans => "spans",
        Belief::Either => "either",
    }
}

/// What JSON calls a timer.
pub(super) fn timer(timer: SampleTimer) -> &'static str {
    match timer {
        SampleTimer::Jittered => "jittered",
        SampleTimer::Poisson => "poisson",
        SampleTimer::Periodic => "periodic",
    }
}
