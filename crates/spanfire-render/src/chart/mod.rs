//! Flame charts: what ran when, over a time axis, as SVG that needs nothing else.
//!
//! - `threads`: one lane per thread, physical nesting, with the gaps that were there.
//! - `request`: one request over all its threads and tasks, logical nesting.
//!
//! Both are drawn on one `canvas` (title, axis, style, legend) with bars thinned out by `density`:
//! what is narrower than a third of a pixel is merged with its neighbours, and more is merged until
//! at most 16,000 shapes remain, so that a picture stays below about 5 MB whatever the recording.
//! Tooltips carry what a bar stands for, with times to the nanosecond. The picture is complete
//! without scripts; where they run, a small one adds zoom and search.

pub(crate) mod svg;
pub(crate) mod labels;
mod axis;
pub(crate) mod style;
mod density;
mod canvas;
pub(crate) mod tooltip;
mod threads;
mod request;

pub use request::request_chart;
pub use threads::thread_chart;

use crate::error::Error;
use spanfire_views::Names;
use std::io::Write;
use std::ops::Range;

/// What a chart shows of a view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChartOptions {
    /// The title; by default what the chart is of.
    pub title: Option<String>,
    /// A line under the title.
    pub subtitle: Option<String>,
    /// How spans are labelled.
    pub names: Names,
}

/// The resolution a [`Timeline`](spanfire_views::Timeline) of `range_ns` needs for a chart to be
/// drawn as sharp as it can: less than a third of a pixel, in ns.
pub fn chart_resolution_ns(range_ns: &Range<u64>) -> u64 {
    range_ns.end.saturating_sub(range_ns.start) / 4_096
}

/// A picture that says that there is nothing to draw.
pub(crate) fn nothing_recorded(title: &str, sink: &mut dyn Write) -> Result<(), Error> {
    let mut canvas = canvas::Canvas::new(title);
    canvas.line("nothing recorded in this selection");
    canvas.write_without_plot(sink)
}
