//! What sampling itself costs.
//!
//! A model, to be held against what recording cost: each sample stops its thread for an interrupt, and for
//! a step along every frame of the native stack. The figures were measured with `perf_event_open` and
//! frame pointers on a 2-core cloud VM, where the gaps that samples left in a spinning thread came to 0.1 % of the time at 99 Hz,
//! 0.6 to 1.1 % at 999 Hz and about 3 % at 4,999 Hz; an A/B comparison of whole runs gave up to
//! twice as much.

/// What one sample costs without its stack, in ns.
pub const SAMPLE_COST_NS: f64 = 5_000.0;

/// What each frame of its stack adds, in ns.
pub const SAMPLED_FRAME_COST_NS: f64 = 50.0;

/// How deep a native stack is taken to be: a recording knows its spans' depth only.
pub const SAMPLED_FRAMES: f64 = 20.0;

/// The part of a thread's time that a sampler of this rate takes.
pub fn sampling_cost(hz: u32) -> f64 {
    f64::from(hz) * (SAMPLE_COST_NS + SAMPLED_FRAME_COST_NS * SAMPLED_FRAMES) / 1e9
}
