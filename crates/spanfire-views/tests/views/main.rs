//! Views of recordings that are drawn as text.
//!
//! A test draws lanes and spans ([`sketch`]), which go through the true encoder ([`program`]), and
//! says what a view shows of them ([`print`]); [`check::check`] is between the two, and on every
//! sketch also compares the totals of all views. A new test goes where its subject is:
//! `nesting`, `lanes`, `tasks`, `identity`, `losses`, `requests`, `selecting`, `timelines`,
//! `charts`, `singly`, `visits`, `reading`, `histograms`, `processors`, `native`, `diffs`, `indexes`, `sampling`, `ledgers`; what holds for every program goes
//! to `properties`.

mod program;
mod sketch;
mod machine;
mod visitors;
mod print;
mod check;

mod nesting;
mod lanes;
mod tasks;
mod identity;
mod losses;
mod requests;
mod selecting;
mod timelines;
mod at_once;
mod charts;
mod reading;
mod singly;
mod visits;
mod histograms;
mod processors;
mod native;
mod diffs;
mod indexes;
mod sampling;
mod ledgers;
mod properties;
