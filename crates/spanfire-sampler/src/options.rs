//! What a sampler is asked for.

use std::str::FromStr;

/// The highest rate: a sample takes some microseconds, and must not take all time there is.
pub const MAX_HZ: u32 = 20_000;

/// What may take the samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// Perf events or nothing: the program notices neither.
    #[default]
    Perf,
    /// Timer signals or nothing: `poll` and `nanosleep` of the program return early.
    Signal,
    /// Perf events, and timer signals where those are refused.
    Auto,
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Choice, String> {
        match text.to_ascii_lowercase().as_str() {
            "perf" => Ok(Choice::Perf),
            "signal" => Ok(Choice::Signal),
            "auto" => Ok(Choice::Auto),
            _ => Err(format!("`{text}` is none of perf, signal and auto")),
        }
    }
}

/// What a sampler is asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Samples for each second that a thread spends on a processor, from 1 to [`MAX_HZ`].
    pub hz: u32,
    /// What may take them.
    pub choice: Choice,
    /// Whether switches are wanted too, where there are perf events.
    pub switches: bool,
    /// What a processor's or a thread's buffer of samples may take, in bytes.
    pub buffer_bytes: usize,
    /// Behaves as if perf events were refused: for tests of what then happens.
    #[doc(hidden)]
    pub refuse_perf: bool,
}

/// The kernel lets an unprivileged user have 516 KiB for each processor; switches take the half.
const BUFFER_BYTES: usize = 256 << 10;

impl Options {
    /// Samples at `hz`, and switches, from perf events.
    pub fn new(hz: u32) -> Options {
        Options {
            hz,
            choice: Choice::default(),
            switches: true,
            buffer_bytes: BUFFER_BYTES,
            refuse_perf: false,
        }
    }
}
