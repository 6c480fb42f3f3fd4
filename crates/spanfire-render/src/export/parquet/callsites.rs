//! Rows of callsites.

use super::Sink;
use super::paths::Paths;
use super::table::{Table, Whose};
use spanfire_recording::{Callsite, CallsiteId, CallsiteKind, Level};

const CALLSITES: &str = "
    required int64 callsite;
    required int64 callsite_hash;
    required binary kind (STRING);
    required binary name (STRING);
    required binary target (STRING);
    required binary crate (STRING);
    optional binary file (STRING);
    optional int64 line;
    required binary level (STRING);";

/// The table of all callsites of the recording.
pub(super) fn callsites<'a>(
    callsites: &[Callsite],
    paths: &Paths,
    whose: &Whose,
    sink: Sink<'a>,
) -> Table<'a> {
    let mut table = Table::new("callsites", CALLSITES, whose, sink);
    for (id, site) in (0..).map(CallsiteId).zip(callsites) {
        let kind = match site.kind {
            CallsiteKind::Span => "span",
            CallsiteKind::Event => "event",
        };
        let level = match site.level {
            Level::Error => "ERROR",
            Level::Warn => "WARN",
            Level::Info => "INFO",
            Level::Debug => "DEBUG",
            Level::Trace => "TRACE",
        };
        table.row(|row| {
            row.number(u64::from(id.0));
            row.int(paths.site_hash(id));
            for text in [kind, &site.name, &site.target, site.crate_name()] {
                row.new_text(text);
            }
            row.new_optional_text(site.file.as_deref());
            row.optional(site.line.map(i64::from));
            row.new_text(level);
        });
    }
    table
}
