//! Native samples with their names, from the recording or from `perf`.

use crate::failure::{Failure, say};
use crate::input::Input;
use crate::perf_data;
use crate::symbols::{Symbolized, symbolize};
use spanfire_recording::Image;
use spanfire_render::export;
use spanfire_render::tables::{count, counted};
use spanfire_views::{Joined, NativeSamples, NativeSymbols};
use std::path::Path;

/// A median stack this deep or less has no callers in it.
const SHORT_CHAIN: usize = 2;

const FRAME_POINTERS: &str =
    "build with RUSTFLAGS=\"-C force-frame-pointers=yes\" and line tables to see callers";

/// What was seen of the process, and what it is called.
pub struct Native {
    /// The samples.
    pub samples: NativeSamples,
    /// Names of their addresses.
    pub symbols: NativeSymbols,
    /// How many samples had no room, as far as is known.
    pub lost: u64,
    /// What should be known of them, a line each.
    pub notes: Vec<String>,
}

impl Native {
    /// The samples of `perf`'s file if there is one, and of the recording otherwise; `None` if there
    /// are none.
    pub fn of(input: &Input, perf: Option<&Path>) -> Result<Option<Native>, Failure> {
        let recording = input.recording();
        let mut notes = Vec::new();
        let mut lost = recording.sampling().map_or(0, |sampling| sampling.lost_samples);
        let (samples, images) = match perf {
            Some(path) => {
                let read = perf_data::read(path, recording);
                let data = read.map_err(|error| Failure::bad(path, error))?;
                notes.extend(beside(&data));
                lost = data.lost;
                (data.samples, data.images)
            }
            None => {
                let failed = |error| Failure::reading(input.path(), &error);
                let samples = NativeSamples::of(recording).map_err(failed)?;
                (samples.unwrap_or_default(), recording.images().to_vec())
            }
        };
        if samples.count() == 0 {
            return Ok(None);
        }
        Ok(Some(Native { lost, ..Native::named(samples, &images, input, notes) }))
    }

    fn named(
        samples: NativeSamples,
        images: &[Image],
        input: &Input,
        mut notes: Vec<String>,
    ) -> Native {
        let callsites = input.recording().callsites();
        let Symbolized { symbols, notes: unnamed } =
            symbolize(images, &samples.addresses(), callsites);
        notes.extend(unnamed);
        if samples.median_depth() <= SHORT_CHAIN {
            notes.push(format!(
                "half of the native stacks are {} deep or less: {FRAME_POINTERS}",
                samples.median_depth()
            ));
        }
        Native { samples, symbols, lost: 0, notes }
    }

    /// Says so where most stacks in spans do not reach the span's function, and nothing said why.
    pub fn say_if_uncut(&self, joined: &Joined) {
        if joined.uncut > joined.in_spans / 2 && self.notes.is_empty() {
            say(&format!(
                "{} of {} in spans do not reach their span's function: {FRAME_POINTERS}",
                count(joined.uncut),
                counted(joined.in_spans, "native stack"),
            ));
        }
    }

    /// What an export takes.
    pub fn seen(&self) -> export::Native<'_> {
        export::Native { samples: &self.samples, symbols: &self.symbols }
    }

    /// The samples of the recording, if it has any; says the notes.
    pub fn if_any(input: &Input) -> Result<Option<Native>, Failure> {
        let native = Native::of(input, None)?;
        native.iter().flat_map(|native| &native.notes).for_each(|note| say(note));
        Ok(native)
    }

    /// The same where there have to be some; says the notes.
    pub fn needed(input: &Input, perf: Option<&Path>) -> Result<Native, Failure> {
        let native = Native::of(input, perf)?.ok_or_else(|| match perf {
            Some(path) => Failure::bad(path, "no samples of the recorded process"),
            None => input.without_samples(),
        })?;
        for note in &native.notes {
            say(note);
        }
        Ok(native)
    }
}

/// What else perf's file tells.
fn beside(data: &perf_data::PerfData) -> Option<String> {
    let parts = [(data.lost, "lost by perf"), (data.of_others, "of other processes left out")];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(samples, _)| *samples > 0)
        .map(|(samples, what)| format!("{} {what}", counted(*samples, "sample")))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
