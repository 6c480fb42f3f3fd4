//! How native samples join with the spans, and what they say of them.

use super::Section;
use crate::args::OverheadArgs;
use crate::failure::{Failure, say};
use crate::input::Input;
use crate::native::Native;
use spanfire_render::tables::{self, JoinReport};
use spanfire_views::{Hybrid, Skew, Stacks};

/// Joins the samples of the recording, or of `--perf`; `None` where there are none and nobody asked.
pub fn section(
    input: &Input,
    args: &OverheadArgs,
    asked: bool,
) -> Result<Option<Section>, Failure> {
    let perf = args.perf.as_deref();
    let native = match asked || perf.is_some() {
        true => Native::needed(input, perf)?,
        false => match Native::of(input, None)? {
            Some(native) => native,
            None => return Ok(None),
        },
    };
    if !asked && perf.is_none() {
        native.notes.iter().for_each(|note| say(note));
    }
    let Native { samples, symbols, lost, .. } = &native;
    let report = JoinReport {
        source: perf.map_or("the recording".to_owned(), |path| path.display().to_string()),
        hybrid: input.view(|replay| Hybrid::of(replay, Stacks::Thread, samples, symbols))?,
        skew: input.view(|replay| Skew::of(replay, samples, symbols))?,
        median_depth: samples.median_depth(),
        lost: *lost,
    };
    native.say_if_uncut(&report.hybrid.joined);
    Ok(Some(Section {
        key: "join",
        write: Box::new(move |format, sink| tables::join(&report, format, sink)),
    }))
}
