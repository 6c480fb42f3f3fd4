//! What samplers would have said, in tables and as a picture.
//!
//! - `text`, `json`, `csv`: rates, depths, sizes, and names or frames one by one
//! - `rows`: a frame as programs read it
//! - `scatter`: the picture
//! - `percent`: shares and errors as people read them

mod percent;
mod rows;
mod text;
mod json;
mod csv;
mod scatter;

pub use scatter::{ScatterOptions, sampling_scatter};

use crate::Error;
use crate::tables::Format;
use spanfire_views::{Names, SampledFrame, SamplingEstimate};
use std::io::Write;

/// How [`sampling`] is arranged.
#[derive(Clone, Copy, Debug, Default)]
pub struct SamplingTableOptions {
    /// How frames are labelled.
    pub names: Names,
    /// How many names a table for people has at most; `None` for all.
    pub limit: Option<usize>,
}

/// Writes what samplers would have said: for people the names that they would have misjudged most,
/// after what they have in common; as JSON one object with all names and frames; as CSV a line for each
/// frame and rate.
pub fn sampling(
    estimate: &SamplingEstimate,
    options: &SamplingTableOptions,
    format: Format,
    sink: &mut dyn Write,
) -> Result<(), Error> {
    match format {
        Format::Table => text::write(estimate, options, sink)?,
        Format::Json => json::write(estimate, options.names, sink)?,
        Format::Csv => csv::write(estimate, options.names, sink)?,
    }
    Ok(())
}

/// How wrong the samplers are about a frame, in shares of the whole, all rates together.
fn misjudged(estimate: &SamplingEstimate, frame: &SampledFrame) -> f64 {
    let rates = 0..estimate.rates_hz().len();
    let readings = rates.map(|rate| estimate.reading(&frame.total, rate));
    readings.map(|reading| (reading.reported - reading.share).abs()).sum()
}
