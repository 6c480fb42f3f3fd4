//! What samplers would have said of the recording.

use super::Section;
use crate::args::{OverheadArgs, SampleTimer, SamplingArgs};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::Output;
use spanfire_render::sampling::{SamplingTableOptions, ScatterOptions, sampling, sampling_scatter};
use spanfire_views::{SamplingEstimate, SamplingOptions};

/// More rows scroll the tables above off the screen. Programs get all rows.
const NAMES_IN_A_TABLE: usize = 15;

/// A sample takes longer than the time between two at more.
const HZ_MAX: u32 = 1_000_000;

/// Lets samplers watch what was recorded.
pub fn section(input: &Input, args: &OverheadArgs) -> Result<Section, Failure> {
    let options = options(&args.sampling)?;
    let names = args.names.into();
    let picture = args.sampling.scatter.as_ref();
    let picture = picture.map(|path| Output::open(path, input.path())).transpose()?;
    let estimate = input.view(|replay| SamplingEstimate::of(replay, &options))?;
    if let Some(picture) = picture {
        let subtitle = Some(input.name());
        let options = ScatterOptions { subtitle, names, ..ScatterOptions::default() };
        picture.write_unsaid(|sink| sampling_scatter(&estimate, &options, sink))?;
    }
    let tables = SamplingTableOptions { names, limit: Some(NAMES_IN_A_TABLE) };
    Ok(Section {
        key: "sampling",
        write: Box::new(move |format, sink| sampling(&estimate, &tables, format, sink)),
    })
}

fn options(typed: &SamplingArgs) -> Result<SamplingOptions, Failure> {
    let timer = match typed.timer {
        SampleTimer::Jittered => spanfire_views::SampleTimer::Jittered,
        SampleTimer::Poisson => spanfire_views::SampleTimer::Poisson,
        SampleTimer::Periodic => spanfire_views::SampleTimer::Periodic,
    };
    let possible = 1..=HZ_MAX;
    if let Some(hz) = typed.hz.iter().find(|hz| !possible.contains(hz)) {
        let message = format!("--hz {hz}: a rate is 1 to {HZ_MAX} samples per second");
        return Err(Failure::Usage(message));
    }
    let mut rates_hz = typed.hz.clone();
    rates_hz.sort_unstable();
    rates_hz.dedup();
    Ok(SamplingOptions { rates_hz, timer, ..SamplingOptions::default() })
}
