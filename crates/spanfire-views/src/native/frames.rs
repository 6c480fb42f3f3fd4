//! Functions as frames of a merged graph, where callsites are.
//!
//! ```text
//!   0 .. callsites      the recording's callsites
//!     .. functions      what was seen below spans
//!     .. 3 more         [profiler]  [not sampled]  [blocked]
//! ```

use super::cut::Seen;
use super::symbols::{Function, NativeSymbols};
use rustc_hash::FxHashSet;
use spanfire_recording::{Callsite, CallsiteId, CallsiteKind, Level, Recording};

/// What a frame of a merged graph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// A callsite of spans.
    Span,
    /// A function.
    Function,
    /// What stands for none.
    Marker(Marker),
}

/// A frame that is no function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// `[profiler]`: the program was found at recording.
    Profiler,
    /// `[not sampled]`: no sample says what was done.
    NotSampled,
    /// `[blocked]`: the thread was not on a processor.
    Blocked,
}

/// In the order of their numbers.
const MARKERS: [(Marker, &str); 3] = [
    (Marker::Profiler, "[profiler]"),
    (Marker::NotSampled, "[not sampled]"),
    (Marker::Blocked, "[blocked]"),
];

/// How frames are numbered.
#[derive(Clone, Copy)]
pub(crate) struct Frames {
    pub callsites: usize,
    functions: usize,
}

impl Frames {
    pub fn of(recording: &Recording, symbols: &NativeSymbols) -> Frames {
        let functions = symbols.functions().len();
        Frames { callsites: recording.callsites().len(), functions }
    }

    /// Those of a list with so many callsites.
    pub fn listed(list: &[Callsite], callsites: usize) -> Frames {
        let functions = list.len().saturating_sub(callsites + MARKERS.len());
        Frames { callsites, functions }
    }

    /// All of them, by their number.
    pub fn list(self, recording: &Recording, symbols: &NativeSymbols) -> Vec<Callsite> {
        let mut frames = recording.callsites().to_vec();
        let names: FxHashSet<String> = frames.iter().map(|site| site.name.clone()).collect();
        frames.extend(symbols.functions().iter().map(|function| callsite(function, &names)));
        frames.extend(MARKERS.map(|(_, name)| named(name)));
        frames
    }

    pub(super) fn seen(self, seen: Seen) -> CallsiteId {
        match seen {
            Seen::Function(id) => CallsiteId((self.callsites + id.0 as usize) as u32),
            Seen::Profiler => self.marker(Marker::Profiler),
        }
    }

    pub fn marker(self, marker: Marker) -> CallsiteId {
        CallsiteId((self.callsites + self.functions + marker as usize) as u32)
    }

    pub fn kind(self, frame: CallsiteId) -> FrameKind {
        match frame.index() {
            index if index < self.callsites => FrameKind::Span,
            index if index < self.callsites + self.functions => FrameKind::Function,
            index => {
                let (marker, _) = MARKERS[(index - self.callsites - self.functions).min(2)];
                FrameKind::Marker(marker)
            }
        }
    }
}

/// A function as what is drawn where callsites are. Of the name of a span, as functions often are, it
/// is told from that: `parse()`.
fn callsite(function: &Function, spans: &FxHashSet<String>) -> Callsite {
    let (target, name) = split(&function.name);
    let called = if spans.contains(name) { "()" } else { "" };
    Callsite {
        target: target.to_owned(),
        file: function.file.clone(),
        line: function.line,
        ..named(&format!("{name}{called}"))
    }
}

fn named(name: &str) -> Callsite {
    Callsite {
        name: name.to_owned(),
        target: String::new(),
        file: None,
        line: None,
        level: Level::Trace,
        kind: CallsiteKind::Span,
        fields: Vec::new(),
    }
}

/// A function's module and the rest of its name: `alloc::vec` and `Vec<T>::push`, `app::web` and
/// `handle::{{closure}}`. All of `<app::T as Trait>::f` is its name.
fn split(name: &str) -> (&str, &str) {
    let mut depth = 0usize;
    let mut starts = vec![0];
    for (at, c) in name.char_indices() {
        match c {
            '<' | '(' | '[' | '{' => depth += 1,
            '>' | ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 && name[at..].starts_with("::") => starts.push(at + 2),
            _ => {}
        }
    }
    let begins = |start: &&usize, what: fn(char) -> bool| name[**start..].starts_with(what);
    let of_a_type = starts.iter().find(|start| begins(start, |c| c.is_uppercase() || c == '<'));
    let last = || starts.iter().rev().find(|start| !begins(start, |c| c == '{'));
    match of_a_type.or_else(last) {
        Some(&start) if start > 0 => (&name[..start - 2], &name[start..]),
        _ => ("", name),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_functions_module_is_told_from_its_name() {
        for (name, expected) in [
            ("app::web::handle", ("app::web", "handle")),
            ("app::web::handle::{{closure}}", ("app::web", "handle::{{closure}}")),
            ("alloc::vec::Vec<T>::push", ("alloc::vec", "Vec<T>::push")),
            ("<app::T as core::fmt::Debug>::fmt", ("", "<app::T as core::fmt::Debug>::fmt")),
            ("memcpy", ("", "memcpy")),
            ("[libc.so.6+0x12]", ("", "[libc.so.6+0x12]")),
        ] {
            assert_eq!(split(name), expected, "{name}");
        }
    }
}
