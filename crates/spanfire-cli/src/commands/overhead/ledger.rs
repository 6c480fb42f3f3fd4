//! What recording cost, of all that was recorded.

use super::Section;
use crate::args::OverheadArgs;
use crate::failure::Failure;
use crate::input::Input;
use spanfire_render::tables;
use spanfire_views::Ledger;

/// Adds up what every span cost.
pub fn section(input: &Input, _args: &OverheadArgs) -> Result<Section, Failure> {
    let ledger = input.view(Ledger::of)?;
    let Some(ledger) = ledger else {
        let message = "the recording does not say what recording a span cost";
        return Err(Failure::bad(input.path(), message));
    };
    Ok(Section {
        key: "ledger",
        write: Box::new(move |format, sink| tables::ledger(&ledger, format, sink)),
    })
}
