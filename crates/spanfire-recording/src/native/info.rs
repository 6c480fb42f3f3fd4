//! How a recording was sampled, and what was mapped.

use minicbor::{Decode, Encode};
use std::fmt;

/// A file that was mapped, executable, into the process: where addresses find their symbols.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Image {
    /// Its path, or what the kernel calls it (`[vdso]`).
    #[n(0)]
    pub path: String,
    /// The build id of its ELF note, empty where it has none.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub build_id: Vec<u8>,
    /// The first address.
    #[n(2)]
    pub start: u64,
    /// The address behind the last one.
    #[n(3)]
    pub end: u64,
    /// Where in the file the byte at [`start`](Self::start) stands.
    #[n(4)]
    pub file_offset: u64,
}

/// How samples were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum SamplingMethod {
    /// Sampling was asked for, and nothing could.
    #[n(0)]
    None,
    /// The kernel's perf events: a sample each so much time on a processor.
    #[n(1)]
    PerfEvents,
    /// A timer of each thread that sends it a signal.
    #[n(2)]
    TimerSignal,
}

/// How a recording was sampled, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Sampling {
    /// What took the samples.
    #[n(0)]
    pub method: SamplingMethod,
    /// Why not something better, in words.
    #[n(1)]
    pub why: Option<String>,
    /// How many samples were asked for, each second on a processor.
    #[n(2)]
    pub asked_hz: u32,
    /// Whether switches are recorded.
    #[n(3)]
    pub switches: bool,
    /// How many samples there are.
    #[n(4)]
    pub samples: u64,
    /// How many samples were taken and had no room.
    #[n(5)]
    pub lost_samples: u64,
    /// How many switches had no room.
    #[n(6)]
    pub lost_switches: u64,
    /// How often the kernel held the sampler back.
    #[n(7)]
    pub throttled: u64,
    /// Time on processors, in ns, of the threads that were sampled, while they were.
    #[n(8)]
    pub cpu_ns: Option<u64>,
    /// Whether sampling ended before the recording was finished: counts are final.
    #[n(9)]
    pub ended: bool,
    /// How many switches there are.
    #[n(10)]
    pub switch_count: u64,
    /// How much of [`cpu_ns`](Self::cpu_ns) was outside the kernel, where alone samples are taken. As
    /// the kernel's own accounts split it, which count in ticks of some milliseconds.
    #[n(11)]
    pub user_ns: Option<u64>,
}

impl Sampling {
    /// Sampling at `asked_hz` that nothing is known of yet.
    pub fn asked(asked_hz: u32) -> Sampling {
        Sampling {
            method: SamplingMethod::None,
            why: None,
            asked_hz,
            switches: false,
            samples: 0,
            lost_samples: 0,
            lost_switches: 0,
            throttled: 0,
            cpu_ns: None,
            ended: false,
            switch_count: 0,
            user_ns: None,
        }
    }

    /// Samples, taken or lost, for each second on a processor, outside the kernel if that is known;
    /// `None` where the time is not.
    pub fn true_hz(&self) -> Option<f64> {
        let ns = self.user_ns.or(self.cpu_ns).filter(|&ns| ns > 0)?;
        Some(self.samples.saturating_add(self.lost_samples) as f64 * 1e9 / ns as f64)
    }
}

impl fmt::Display for Sampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = match self.method {
            SamplingMethod::None => "nothing",
            SamplingMethod::PerfEvents => "perf events",
            SamplingMethod::TimerSignal => "timer signals",
        };
        write!(
            f,
            "{} samples per second on a processor were asked for, taken by {by}",
            self.asked_hz
        )?;
        match &self.why {
            Some(why) => write!(f, ": {why}"),
            None => Ok(()),
        }
    }
}
