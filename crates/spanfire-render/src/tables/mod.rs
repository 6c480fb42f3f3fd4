//! What a recording holds, in rows: for people, and for programs.
//!
//! Each function takes one view and writes it to a sink. [`Format::Table`] is for people: times
//! carry their unit, numbers stand on the right, names come last and contain no control character.
//! [`Format::Json`] and [`Format::Csv`] are interfaces: times are integers in nanoseconds and every
//! such key ends in `_ns`; a key, once published, keeps its name and meaning.

mod info;
mod top;
mod requests;
mod ledger;
mod compensated;
mod join;
pub(crate) mod layout;
mod numbers;
mod printable;
mod fields;
mod on_cpu;

pub(crate) use fields::line as fields_line;
pub(crate) use info::info_facts;
pub use info::{InfoFormat, info, warnings};
pub(crate) use join::join_facts;
pub use join::{JoinReport, join};
pub use ledger::{LedgerOptions, ledger};
pub(crate) use numbers::percent;
pub use numbers::{bytes, count, counted};
pub(crate) use on_cpu::OnCpu;
pub use printable::printable;
pub use requests::{RequestOrder, RequestsOptions, requests};
pub use top::{TopOptions, TopOrder, compensated_top, top};

/// How rows are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// An aligned table with units, and a line of totals under it.
    #[default]
    Table,
    /// One JSON array of objects.
    Json,
    /// A header line and a line per row.
    Csv,
}
