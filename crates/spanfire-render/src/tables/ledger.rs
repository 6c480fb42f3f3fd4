//! What recording cost.

use super::{Format, numbers};
use crate::{Error, duration};
use serde::Serialize;
use spanfire_views::Ledger;
use std::io::{self, Write};

#[derive(Serialize)]
struct Totals {
    spans: u64,
    recorded_ns: u64,
    ours_ns: u64,
}

/// Writes how much of the recorded time was spent on recording it.
pub fn ledger(ledger: &Ledger, format: Format, sink: &mut dyn Write) -> Result<(), Error> {
    let &Ledger { spans, recorded_ns, ours_ns } = ledger;
    let totals = Totals { spans, recorded_ns, ours_ns };
    match format {
        Format::Table => writeln!(
            sink,
            "recording took {} of {} ({}) for {}",
            duration(ours_ns),
            duration(recorded_ns),
            numbers::percent(ours_ns, recorded_ns),
            numbers::counted(spans, "span"),
        )?,
        Format::Json => serde_json::to_writer_pretty(sink, &totals).map_err(io::Error::from)?,
        Format::Csv => {
            let mut csv = csv::Writer::from_writer(sink);
            csv.serialize(totals).map_err(io::Error::from)?;
            csv.flush()?;
        }
    }
    Ok(())
}
