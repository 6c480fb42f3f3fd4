//! Frames of one depth, and of one size.

use super::verdict::median;
use super::{Sampled, SampledFrame, SamplingEstimate};
use std::collections::BTreeMap;

/// Which time of a frame is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FramePart {
    /// With all that is under it.
    #[default]
    Total,
    /// By itself.
    Own,
}

impl SampledFrame {
    /// This part of the frame's time.
    pub fn part(&self, part: FramePart) -> &Sampled {
        match part {
            FramePart::Total => &self.total,
            FramePart::Own => &self.own,
        }
    }
}

/// Frames that have something in common.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameGroup {
    /// The depth, from 1; or the power of ten that the shares begin with, −2 for 1 % up to 10 %.
    pub key: i32,
    /// How many frames.
    pub frames: usize,
    /// The share that half of them exceed.
    pub median_share: f64,
    /// What half of them exceed in how much too long recording made them; `None` where the probe cost is not known.
    pub median_bias: Option<f64>,
    /// At each rate.
    pub rates: Vec<GroupReading>,
}

/// What a sampler says of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupReading {
    /// What half of the frames exceed in how wrong their share is, relative to the true one.
    pub median_error: f64,
    /// The same of what theory expects.
    pub median_standard_error: f64,
    /// The part of the frames that got no sample.
    pub missed: f64,
}

impl SamplingEstimate {
    /// Frames that have time, by their depth.
    pub fn by_depth(&self, part: FramePart) -> Vec<FrameGroup> {
        self.groups(part, |frame, _| frame.depth as i32)
    }

    /// Frames that have time, by the power of ten of their share, the largest first.
    pub fn by_share(&self, part: FramePart) -> Vec<FrameGroup> {
        let mut groups = self.groups(part, |_, share| (share.log10().floor() as i32).min(-1));
        groups.reverse();
        groups
    }

    fn groups(&self, part: FramePart, key: impl Fn(&SampledFrame, f64) -> i32) -> Vec<FrameGroup> {
        let all_ns = self.busy_ns().max(1) as f64;
        let mut groups: BTreeMap<i32, Vec<&Sampled>> = BTreeMap::new();
        for frame in self.frames.iter().skip(1) {
            let time = frame.part(part);
            if time.busy_ns > 0 {
                groups.entry(key(frame, time.busy_ns as f64 / all_ns)).or_default().push(time);
            }
        }
        groups.into_iter().map(|(key, times)| self.group(key, &times)).collect()
    }

    fn group(&self, key: i32, times: &[&Sampled]) -> FrameGroup {
        let all_ns = self.busy_ns().max(1) as f64;
        let middle = |value: &dyn Fn(&Sampled) -> f64| {
            median(times.iter().map(|time| value(time)).collect()).unwrap_or_default()
        };
        let rate = |rate: usize| {
            let missed = times.iter().filter(|time| self.reading(time, rate).is_missed()).count();
            let error = |time: &Sampled| self.reading(time, rate).error.unwrap_or_default().abs();
            GroupReading {
                median_error: middle(&error),
                median_standard_error: middle(&|time| self.reading(time, rate).standard_error),
                missed: missed as f64 / times.len() as f64,
            }
        };
        let biases: Option<Vec<f64>> = times.iter().map(|time| time.bias()).collect();
        FrameGroup {
            key,
            frames: times.len(),
            median_share: middle(&|time| time.busy_ns as f64 / all_ns),
            median_bias: biases.and_then(median),
            rates: (0..self.rates_hz().len()).map(rate).collect(),
        }
    }
}
