//! `spanfire requests`.

use super::{limit, overhead::ledger};
use crate::args::{RequestSort, RequestsArgs};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::Output;
use spanfire_render::tables::{self, RequestsOptions};
use spanfire_views::RequestTable;
use std::process::ExitCode;

/// Lists the requests.
pub fn requests(args: &RequestsArgs) -> Result<ExitCode, Failure> {
    let input = Input::open(&args.input)?;
    let output = Output::open(&args.rows.output, input.path())?;
    let table = match args.compensated {
        false => input.view(RequestTable::of)?,
        true => input.view(RequestTable::compensated)?.ok_or_else(|| ledger::unknown(&input))?,
    };
    let known = table.requests().iter().any(|request| request.cpu_ns > 0 || request.blocked_ns > 0);
    if matches!(args.sort, RequestSort::Cpu | RequestSort::Blocked) && !known {
        return Err(input.without_switches());
    }
    let options = RequestsOptions {
        names: args.rows.names.into(),
        order: args.sort.into(),
        limit: limit(&args.rows),
        origin: input.origin(),
    };
    output.write(|sink| tables::requests(&table, &options, args.rows.format.into(), sink))?;
    Ok(ExitCode::SUCCESS)
}
