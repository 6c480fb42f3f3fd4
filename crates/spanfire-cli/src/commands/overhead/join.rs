//! How native samples join with the spans, and what they say of them.

use super::Section;
use crate::args::OverheadArgs;
use crate::failure::{Failure, say};
use crate::input::Input;
use crate::native::Native;
use spanfire_render::tables::{self, JoinReport};
use spanfire_views::{Hybrid, Skew, Stacks};
use std::path::Path;

/// Joins the samples of the recording, or of `--perf`; `None` where there are none and nobody asked.
pub(super) fn section(
    input: &Input,
    args: &OverheadArgs,
    asked: bool,
) -> Result<Option<Section>, Failure> {
    let perf = args.perf.as_deref();
    let native = match asked || perf.is_some() {
        true => Native::needed(input, perf)?,
        false => match Native::of(input, None)? {
            Some(native) => native,
            None => {
                say_if_refused(input);
                return Ok(None);
            }
        },
    };
    if !asked && perf.is_none() {
        native.notes.iter().for_each(|note| say(note));
    }
    let report = report(input, &native, perf)?;
    native.say_if_uncut(&report.hybrid.joined);
    Ok(Some(Section {
        key: "join",
        write: Box::new(move |format, sink| tables::join(&report, format, sink)),
    }))
}

/// Joins samples with the spans by physical stacks.
pub fn report(input: &Input, native: &Native, perf: Option<&Path>) -> Result<JoinReport, Failure> {
    let Native { samples, symbols, lost, .. } = native;
    Ok(JoinReport {
        source: perf.map_or("the recording".to_owned(), |path| path.display().to_string()),
        hybrid: input.view(|replay| Hybrid::of(replay, Stacks::Thread, samples, symbols))?,
        skew: input.view(|replay| Skew::of(replay, samples, symbols))?,
        median_depth: samples.median_depth(),
        lost: *lost,
    })
}

/// Who asked the program for samples is told why there are none; who did not, misses none.
fn say_if_refused(input: &Input) {
    let asked = input.recording().sampling().is_some();
    if let Some(why) = input.not_sampled().filter(|_| asked) {
        say(&format!("{}: no native samples: {why}", input.path().display()));
    }
}
