//! What samplers would have said, as one JSON object.

use super::rows::{FrameRow, stack, timer};
use serde::Serialize;
use spanfire_views::{FrameGroup, FramePart, Names, SamplingEstimate, sampling_cost};
use std::io::{self, Write};

#[derive(Serialize)]
struct Document<'a> {
    busy_ns: u64,
    timer: &'static str,
    median_bias: Option<f64>,
    rates: Vec<Rate>,
    by_depth: Vec<Group<Depth>>,
    by_share: Vec<Group<Decade>>,
    names: Vec<FrameRow<'a>>,
    frames: Vec<FrameRow<'a>>,
}

#[derive(Serialize)]
struct Rate {
    hz: u32,
    samples: u64,
    /// The part of the time that sampling takes.
    cost: f64,
    /// The share from which on the sampler errs less than raw spans.
    crossing_share: Option<f64>,
    lockstep: Vec<Locked>,
}

#[derive(Serialize)]
struct Locked {
    stack: Vec<String>,
    part: &'static str,
    error: f64,
}

#[derive(Serialize)]
struct Group<K> {
    #[serde(flatten)]
    key: K,
    frames: usize,
    median_share: f64,
    median_bias: Option<f64>,
    rates: Vec<GroupRate>,
}

#[derive(Serialize)]
struct Depth {
    depth: i32,
}

/// From one share to below the other.
#[derive(Serialize)]
struct Decade {
    share_from: f64,
    share_to: f64,
}

#[derive(Serialize)]
struct GroupRate {
    hz: u32,
    median_error: f64,
    median_standard_error: f64,
    missed: f64,
}

pub(super) fn write(
    estimate: &SamplingEstimate,
    names: Names,
    sink: &mut dyn Write,
) -> io::Result<()> {
    let depth = |group: &FrameGroup| Depth { depth: group.key };
    let decade = |group: &FrameGroup| Decade {
        share_from: 10f64.powi(group.key),
        share_to: 10f64.powi(group.key + 1),
    };
    let by_depth = estimate.by_depth(FramePart::Total);
    let by_share = estimate.by_share(FramePart::Total);
    let named = estimate.names().iter();
    let frames = 0..estimate.frames().len();
    let document = Document {
        busy_ns: estimate.busy_ns(),
        timer: timer(estimate.timer()),
        median_bias: estimate.median_bias().filter(|bias| bias.is_finite()),
        rates: (0..estimate.rates_hz().len()).map(|at| rate(estimate, at, names)).collect(),
        by_depth: by_depth.iter().map(|each| group(estimate, each, depth(each))).collect(),
        by_share: by_share.iter().map(|each| group(estimate, each, decade(each))).collect(),
        names: named.filter_map(|name| FrameRow::of_name(estimate, name, names)).collect(),
        frames: frames.filter_map(|index| FrameRow::of_frame(estimate, index, names)).collect(),
    };
    serde_json::to_writer_pretty(&mut *sink, &document).map_err(io::Error::from)?;
    writeln!(sink)
}

fn rate(estimate: &SamplingEstimate, rate: usize, names: Names) -> Rate {
    let hz = estimate.rates_hz()[rate];
    let locked = estimate.lockstep(rate).into_iter().map(|locked| Locked {
        stack: stack(estimate, locked.frame, names),
        part: match locked.part {
            FramePart::Total => "total",
            FramePart::Own => "self",
        },
        error: locked.error,
    });
    Rate {
        hz,
        samples: estimate.samples(rate),
        cost: sampling_cost(hz),
        crossing_share: estimate.crossing(rate).map(|crossing| crossing.share),
        lockstep: locked.collect(),
    }
}

fn group<K>(estimate: &SamplingEstimate, group: &FrameGroup, key: K) -> Group<K> {
    let rates = group.rates.iter().zip(estimate.rates_hz());
    Group {
        key,
        frames: group.frames,
        median_share: group.median_share,
        median_bias: group.median_bias.filter(|bias| bias.is_finite()),
        rates: rates
            .map(|(reading, &hz)| GroupRate {
                hz,
                median_error: reading.median_error,
                median_standard_error: reading.median_standard_error,
                missed: reading.missed,
            })
            .collect(),
    }
}
