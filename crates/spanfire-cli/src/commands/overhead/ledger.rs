//! What recording cost, of all that was recorded.

use super::Section;
use crate::args::{LedgerRows, OverheadArgs};
use crate::commands::limit_of;
use crate::failure::Failure;
use crate::input::Input;
use spanfire_render::tables::{self, LedgerOptions};
use spanfire_views::{Ledger, Stacks};

/// Adds up what every span cost.
pub fn section(input: &Input, args: &OverheadArgs) -> Result<Section, Failure> {
    let ledger = read(input)?;
    let by_root = args.selection.root.is_some();
    let default = if by_root { Stacks::Span } else { Stacks::Thread };
    let stacks = args.stacks.map_or(default, Stacks::from);
    let options = LedgerOptions {
        names: args.names.into(),
        stacks: (args.by == LedgerRows::Stack).then_some(stacks),
        limit: limit_of(args.limit, args.format),
    };
    Ok(Section {
        key: "ledger",
        write: Box::new(move |format, sink| tables::ledger(&ledger, &options, format, sink)),
    })
}

/// The ledger of a recording that holds what its spans cost.
pub fn read(input: &Input) -> Result<Ledger, Failure> {
    let missing =
        "the recording does not say what recording a span cost, so nothing can be taken out";
    input.view(Ledger::of)?.ok_or_else(|| Failure::bad(input.path(), missing))
}
