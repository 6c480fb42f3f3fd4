//! How native samples were taken, as `info` tells it.

use super::numbers;
use crate::tables::printable;
use serde::Serialize;
use spanfire_recording::{Recording, SamplingMethod};

/// The JSON object; every key is always there.
#[derive(Serialize)]
pub(super) struct Facts<'a> {
    method: &'static str,
    why: Option<&'a str>,
    asked_hz: u32,
    true_hz: Option<f64>,
    samples: u64,
    lost_samples: u64,
    switches: Option<u64>,
    lost_switches: u64,
    throttled: u64,
    cpu_ns: Option<u64>,
    user_ns: Option<u64>,
    images: usize,
    ended: bool,
}

/// What is known; `None` where no samples were asked for.
pub(super) fn facts(recording: &Recording) -> Option<Facts<'_>> {
    let sampling = recording.sampling()?;
    Some(Facts {
        method: match sampling.method {
            SamplingMethod::None => "none",
            SamplingMethod::PerfEvents => "perf_events",
            SamplingMethod::TimerSignal => "timer_signals",
        },
        why: sampling.why.as_deref(),
        asked_hz: sampling.asked_hz,
        true_hz: sampling.true_hz(),
        samples: sampling.samples,
        lost_samples: sampling.lost_samples,
        switches: sampling.switches.then_some(sampling.switch_count),
        lost_switches: sampling.lost_switches,
        throttled: sampling.throttled,
        cpu_ns: sampling.cpu_ns,
        user_ns: sampling.user_ns,
        images: recording.images().len(),
        ended: sampling.ended,
    })
}

/// A line; empty where no samples were asked for.
pub(super) fn line(recording: &Recording) -> String {
    let Some(sampling) = recording.sampling() else { return String::new() };
    let by = match sampling.method {
        SamplingMethod::None => {
            return format!("none of the {} per second that were asked for", sampling.asked_hz);
        }
        SamplingMethod::PerfEvents => "perf events",
        SamplingMethod::TimerSignal => "timer signals",
    };
    let count = numbers::count;
    let rate = match sampling.true_hz() {
        Some(hz) if sampling.user_ns.is_some() => {
            let asked = sampling.asked_hz;
            format!("{hz:.0} per second on a processor outside the kernel, asked {asked}")
        }
        Some(hz) => format!("{hz:.0} per second on a processor, asked {}", sampling.asked_hz),
        None => format!("asked {} per second on a processor", sampling.asked_hz),
    };
    let switches = match sampling.switches {
        true => format!(
            "{} switches, {} lost",
            count(sampling.switch_count),
            count(sampling.lost_switches)
        ),
        false => "no switches".to_owned(),
    };
    format!(
        "{} by {by}, {} lost; {rate}; {switches}",
        count(sampling.samples),
        count(sampling.lost_samples)
    )
}

/// What is missing, and why.
pub(super) fn doubts(recording: &Recording) -> Vec<String> {
    let Some(sampling) = recording.sampling() else { return Vec::new() };
    let mut doubts = Vec::new();
    if let Some(why) = &sampling.why {
        let what = match sampling.method {
            SamplingMethod::None => "there are no samples",
            _ => "sampling",
        };
        doubts.push(format!("{what}: {}", printable(why)));
    }
    if sampling.lost_samples > 0 {
        let lost = numbers::count(sampling.lost_samples);
        doubts.push(format!("{lost} samples are missing: the collector fell behind"));
    }
    if sampling.lost_switches > 0 {
        let lost = numbers::count(sampling.lost_switches);
        doubts.push(format!("{lost} switches are missing: times on processors are too long there"));
    }
    doubts
}
