//! The commands, one file each: from what was typed to a view, and from there to a rendering.

mod run;
mod info;
mod flamegraph;
mod chart;
mod top;
mod requests;
mod report;
mod view;
mod diff;
mod export;
mod import;
mod overhead;
mod completions;

pub use chart::chart;
pub use completions::completions;
pub use diff::diff;
pub use export::export;
pub use flamegraph::flamegraph;
pub use import::import;
pub use info::info;
pub use overhead::overhead;
pub use report::report;
pub use requests::requests;
pub use run::run;
pub use top::top;
pub use view::view;

use crate::args::{self, NativeArgs, RowsArgs, StacksArgs, TableFormat, Weight};
use crate::failure::Failure;
use crate::input::Input;
use crate::native::Native;
use spanfire_views::{CallTree, Hybrid, Stacks};

/// More rows scroll a table's head off the screen. Programs get all rows.
const ROWS_IN_A_TABLE: usize = 30;

fn limit(rows: &RowsArgs) -> Option<usize> {
    limit_of(rows.limit, rows.format)
}

fn limit_of(typed: Option<usize>, format: TableFormat) -> Option<usize> {
    match (typed, format) {
        (Some(0), _) => None,
        (Some(limit), _) => Some(limit),
        (None, TableFormat::Table) => Some(ROWS_IN_A_TABLE),
        (None, TableFormat::Json | TableFormat::Csv) => None,
    }
}

/// The merged graph as the flags want it. Requests are looked at by ancestry, everything else by
/// what was entered on the thread.
fn call_tree(input: &Input, typed: &StacksArgs, by_root: bool) -> Result<CallTree, Failure> {
    let stacks = stacks(typed.stacks, by_root);
    let NativeArgs { native, perf } = &typed.native;
    let tree = match *native || perf.is_some() {
        true => {
            let native = Native::needed(input, perf.as_deref())?;
            let (samples, symbols) = (&native.samples, &native.symbols);
            let hybrid = input.view(|replay| Hybrid::of(replay, stacks, samples, symbols))?;
            native.say_if_uncut(&hybrid.joined);
            hybrid.tree
        }
        false => input.view(|replay| CallTree::of(replay, stacks))?,
    };
    refuse_unknown(input, &tree, typed.weight)?;
    Ok(if typed.reverse { tree.reversed() } else { tree })
}

/// Refuses a weight of which the recording tells nothing: without context switches nobody knows when
/// threads ran.
fn refuse_unknown(input: &Input, tree: &CallTree, weight: Weight) -> Result<(), Failure> {
    let is_of_processors = matches!(weight, Weight::Cpu | Weight::Blocked);
    let known = |weight| tree.total(weight) > 0;
    let none_known = !known(spanfire_views::Weight::Cpu) && !known(spanfire_views::Weight::Blocked);
    match is_of_processors && none_known && known(spanfire_views::Weight::Busy) {
        true => Err(input.without_switches()),
        false => Ok(()),
    }
}

fn stacks(typed: Option<args::Stacks>, by_root: bool) -> Stacks {
    match typed {
        Some(stacks) => stacks.into(),
        None if by_root => Stacks::Span,
        None => Stacks::Thread,
    }
}
