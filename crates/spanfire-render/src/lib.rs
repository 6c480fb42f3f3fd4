//! From a view to bytes: pictures, tables and exports.
//!
//! Every renderer takes one view, its options and one sink, writes to that sink and nowhere else,
//! and gives the same bytes for the same input. Text from a recording is hostile until proven
//! otherwise: each format escapes it, so that no name breaks a file.

#![forbid(unsafe_code)]

mod error;
mod duration;
mod palette;
mod frame_labels;
mod flamegraph;
mod chart;
mod html;
pub mod diff;
pub mod experiment;
pub mod sampling;
pub mod tables;
pub mod export;

pub use chart::{ChartOptions, chart_resolution_ns, request_chart, thread_chart};
pub use duration::duration;
pub use error::Error;
pub use flamegraph::{FlamegraphOptions, compensated_flamegraph, flamegraph};
pub use html::{
    NativeGraphs, Page, Report, ReportOptions, SEGMENTS_IN_A_PAGE, diff_report, report,
    report_with_experiment, served,
};
