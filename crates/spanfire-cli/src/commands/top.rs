//! `spanfire top`.

use super::{limit, overhead::ledger};
use crate::args::{TopArgs, TopSort};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::Output;
use spanfire_render::tables::{self, TopOptions};
use spanfire_views::Statistics;
use std::process::ExitCode;

/// Lists where the time went.
pub fn top(args: &TopArgs) -> Result<ExitCode, Failure> {
    let input = Input::open(&args.input)?;
    let output = Output::open(&args.rows.output, input.path())?;
    if matches!(args.sort, TopSort::Count | TopSort::P99) {
        input.refuse_without_calls("--sort")?;
    }
    let statistics = input.view(Statistics::of)?;
    let known = statistics.rows.iter().any(|row| row.cpu_ns > 0 || row.blocked_ns > 0);
    if matches!(args.sort, TopSort::Cpu | TopSort::Blocked) && !known {
        return Err(input.without_switches());
    }
    let options = TopOptions {
        names: args.rows.names.into(),
        order: args.sort.into(),
        limit: limit(&args.rows),
        origin: input.origin(),
    };
    let format = args.rows.format.into();
    match args.compensated {
        false => output.write(|sink| tables::top(&statistics, &options, format, sink))?,
        true => {
            let ledger = ledger::read(&input)?;
            output.write(|sink| {
                tables::compensated_top(&statistics, &ledger, &options, format, sink)
            })?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
