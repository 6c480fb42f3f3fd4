//! A selection, worked out for the callsites and lanes of one recording.

use crate::{Selection, paths::Marks};
use regex::Regex;
use spanfire_recording::{Callsite, CallsiteId, LaneId, Recording};

/// What a [`Selection`] says of each callsite, each lane and each moment of a recording.
pub(crate) struct Rules {
    /// The time that exists.
    pub window: Window,
    /// The marks of the empty stack.
    pub empty: Marks,
    /// Whether spans count that no root is above of.
    pub rootless: bool,
    callsites: Vec<Rule>,
    lanes: Vec<bool>,
    /// Which spans live long enough; `None` if all do.
    kept: Option<SpanSet>,
}

/// What a selection says of one callsite.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rule {
    /// What patterns say of the frame.
    pub marks: Marks,
    /// Whether the frame is taken out of stacks.
    pub hide: bool,
    /// Whether stacks and requests start here.
    pub root: bool,
}

impl Rules {
    /// The rules of `selection`, with the spans that live long enough for it.
    pub fn new(recording: &Recording, selection: &Selection, kept: Option<SpanSet>) -> Rules {
        let lanes = recording.lanes().iter().enumerate();
        Rules {
            window: Window::new(selection.from_ns, selection.to_ns),
            empty: if selection.focus.is_none() { Marks::FOCUS } else { Marks::default() },
            rootless: selection.root.is_none(),
            callsites: recording.callsites().iter().map(|site| Rule::of(site, selection)).collect(),
            lanes: lanes
                .map(|(index, lane)| match &selection.thread {
                    Some(pattern) => pattern.is_match(&lane.label(LaneId(index as u32))),
                    None => true,
                })
                .collect(),
            kept,
        }
    }

    /// The rule for a callsite, or `None` if the recording has no such callsite.
    pub fn callsite(&self, callsite: CallsiteId) -> Option<Rule> {
        self.callsites.get(callsite.index()).copied()
    }

    /// Whether moments of this lane count.
    pub fn lane(&self, lane: LaneId) -> bool {
        self.lanes.get(lane.index()).copied().unwrap_or(false)
    }

    /// Whether the span created as the `ordinal`-th lives long enough.
    pub fn lives_long(&self, ordinal: u64) -> bool {
        self.kept.as_ref().is_none_or(|kept| kept.contains(ordinal))
    }
}

impl Rule {
    fn of(callsite: &Callsite, selection: &Selection) -> Rule {
        let path = format!("{}::{}", callsite.target, callsite.name);
        let matches = |pattern: &Option<Regex>| {
            let hit = |pattern: &Regex| pattern.is_match(&callsite.name) || pattern.is_match(&path);
            pattern.as_ref().is_some_and(hit)
        };
        let focus = if matches(&selection.focus) { Marks::FOCUS } else { Marks::default() };
        let ignore = if matches(&selection.ignore) { Marks::IGNORE } else { Marks::default() };
        Rule {
            marks: focus.and(ignore),
            hide: matches(&selection.hide),
            root: selection.root.as_ref().is_some_and(|root| *root == callsite.name),
        }
    }
}

/// The time that exists, half open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    from_ns: u64,
    to_ns: u64,
}

impl Window {
    fn new(from_ns: Option<u64>, to_ns: Option<u64>) -> Window {
        let from_ns = from_ns.unwrap_or(0);
        Window { from_ns, to_ns: to_ns.unwrap_or(u64::MAX).max(from_ns) }
    }

    /// The nearest moment inside or at the edge.
    pub fn clamp(self, at_ns: u64) -> u64 {
        at_ns.clamp(self.from_ns, self.to_ns)
    }

    /// How much of `from..to` is inside.
    pub fn length(self, from_ns: u64, to_ns: u64) -> u64 {
        self.clamp(to_ns).saturating_sub(self.clamp(from_ns))
    }

    /// Whether a moment is inside.
    pub fn contains(self, at_ns: u64) -> bool {
        (self.from_ns..self.to_ns).contains(&at_ns)
    }

    /// Whether anything of a time, which may be empty, is inside.
    pub fn meets(self, from_ns: u64, to_ns: u64) -> bool {
        from_ns < self.to_ns && (to_ns > self.from_ns || from_ns >= self.from_ns)
    }
}

/// A set of spans by their ordinal, one bit each.
#[derive(Default)]
pub(crate) struct SpanSet {
    words: Vec<u64>,
}

impl SpanSet {
    /// Adds a span.
    pub fn insert(&mut self, ordinal: u64) {
        let word = (ordinal / 64) as usize;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (ordinal % 64);
    }

    /// Whether a span is in it.
    pub fn contains(&self, ordinal: u64) -> bool {
        let word = self.words.get((ordinal / 64) as usize).copied().unwrap_or(0);
        word >> (ordinal % 64) & 1 == 1
    }
}
