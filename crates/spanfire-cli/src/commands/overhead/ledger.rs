//! What recording cost, of all that was recorded.

use super::Section;
use crate::args::{LedgerRows, OverheadArgs, TableFormat};
use crate::commands::{limit_of, stacks};
use crate::failure::Failure;
use crate::input::Input;
use spanfire_render::tables::{self, Format, LedgerOptions};
use spanfire_views::Ledger;
use std::io::Write;

const UNKNOWN: &str =
    "the recording does not say what recording a span cost, so nothing can be taken out";

/// Adds up what every span cost. Where that is not known, other parts can still be told.
pub(super) fn section(input: &Input, args: &OverheadArgs) -> Result<Section, Failure> {
    let alone = args.only.is_some() || args.rows() == TableFormat::Csv;
    let ledger = match alone {
        true => Some(read(input)?),
        false => input.view(Ledger::of)?,
    };
    let by_root = args.selection.root.is_some();
    let stacks = stacks(args.stacks, by_root);
    let options = LedgerOptions {
        names: args.names.into(),
        stacks: (args.by == LedgerRows::Stack).then_some(stacks),
        limit: limit_of(args.limit, args.rows()),
    };
    let write = move |format, sink: &mut dyn Write| match (&ledger, format) {
        (Some(ledger), _) => tables::ledger(ledger, &options, format, sink),
        (None, Format::Json) => Ok(write!(sink, "null")?),
        (None, Format::Table | Format::Csv) => Ok(writeln!(sink, "{UNKNOWN}")?),
    };
    Ok(Section { key: "ledger", write: Box::new(write) })
}

/// The ledger of a recording that holds what its spans cost.
pub fn read(input: &Input) -> Result<Ledger, Failure> {
    input.view(Ledger::of)?.ok_or_else(|| unknown(input))
}

/// Why nothing can be taken out.
pub fn unknown(input: &Input) -> Failure {
    Failure::bad(input.path(), UNKNOWN)
}
