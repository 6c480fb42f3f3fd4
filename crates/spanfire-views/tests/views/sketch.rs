//! A program drawn as text.
//!
//! ```text
//! main    |A( B( )B  )A          time runs to the right, a column is a nanosecond
//! worker  |      C( )C
//! C < A                          C is created with the explicit parent A
//! --root A                       the selection
//! ```
//!
//! A mark happens at the column of its first character; marks without a space between them happen
//! at the moment of the first. A span's letters are its callsite, its digits tell spans apart.
//!
//! | mark | meaning |
//! |---|---|
//! | `A(` `)A` | created and entered; left and dropped |
//! | `A:` `-A` `+A` | created only; a handle dropped; cloned |
//! | `A?` | created only, no earlier than here |
//! | `A[` `]A` | entered; left |
//! | `A=5` | field `n` recorded |
//! | `A~B` | `A` follows from `B` |
//! | `!e` | an instant |
//! | `/` | the lane goes on in a new chunk |
//!
//! Other lines: `A < B`, `A < -` (explicit parent, explicit root), `A2 is A1` (the id of `A1`, used
//! again), `layer` (the form), `end 50`, `lost main 5..9 3` and `lost outside main 5..9 3` (events
//! missing), `stalled main 5..9`, `on cpu main 0..8 12..30` (when the lane's thread ran),
//! `seen main 4 Af 9 A` (what it was seen to execute at 4 and at 9, outermost function first, each a letter),
//! `column 1000` (how many ns a column is).

use crate::program::Program;
use regex::Regex;
use spanfire_recording::{CallsiteKind, Form, LaneId, Loss, LossCause, Recording, SpanId, Tick};
use spanfire_views::Selection;
use std::collections::HashMap;

/// The recording that a sketch draws, and the selection it asks for.
pub fn parse(sketch: &str) -> (Recording, Selection) {
    let lines: Vec<&str> = sketch.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let form = if lines.contains(&"layer") { Form::Layer } else { Form::Subscriber };
    let mut drawing = Drawing {
        program: Program::new(form),
        lanes: HashMap::new(),
        ids: HashMap::new(),
        parents: HashMap::new(),
        same: HashMap::new(),
        lost: Vec::new(),
    };
    let mut selection = Selection::default();
    let (drawn, said): (Vec<&str>, Vec<&str>) = lines.iter().partition(|line| line.contains('|'));
    let mut marks = Vec::new();
    for line in drawn {
        let (name, lane) = line.split_once('|').expect("a lane");
        let id = drawing.program.lane(name.trim());
        drawing.lanes.insert(name.trim().to_string(), id);
        marks.extend(split(lane).into_iter().map(|(tick, mark)| (tick, id, mark)));
    }
    for line in said {
        match line.split_once(' ').filter(|_| line.starts_with("--")) {
            Some((flag, value)) => select(&mut selection, flag, value.trim()),
            None => drawing.say(line),
        }
    }
    // In the order of time, so that an id exists before another lane asks for it.
    marks.sort_by_key(|&(tick, ..)| tick);
    for (tick, lane, mark) in marks {
        drawing.lose(lane, tick);
        drawing.mark(lane, tick, mark);
    }
    (drawing.program.recording(), selection)
}

fn select(selection: &mut Selection, flag: &str, value: &str) {
    let pattern = || Some(Regex::new(value).expect("a pattern"));
    let ns = || value.parse().expect("a time");
    match flag {
        "--from" => selection.from_ns = Some(ns()),
        "--to" => selection.to_ns = Some(ns()),
        "--thread" => selection.thread = pattern(),
        "--root" => selection.root = Some(value.to_string()),
        "--focus" => selection.focus = pattern(),
        "--ignore" => selection.ignore = pattern(),
        "--hide" => selection.hide = pattern(),
        "--min-duration" => selection.min_duration_ns = ns(),
        flag => panic!("no such flag: {flag}"),
    }
}

/// The marks of a lane, each with its time.
fn split(lane: &str) -> Vec<(u64, &str)> {
    let is_name = |c: char| c.is_ascii_alphanumeric();
    let mut marks = Vec::new();
    let mut rest = lane;
    let mut moment = None;
    while let Some(c) = rest.chars().next() {
        if c == ' ' {
            (rest, moment) = (&rest[1..], None);
            continue;
        }
        let tick = *moment.get_or_insert(lane.len() - rest.len());
        let name_end = |from: usize| {
            rest[from..].find(|c: char| !is_name(c)).map_or(rest.len(), |length| from + length)
        };
        let mut end = if c == '/' { 1 } else { name_end(usize::from(!is_name(c))) };
        if is_name(c) {
            end += 1;
            if rest[..end].ends_with(['=', '~']) {
                end = name_end(end);
            }
        }
        marks.push((tick as u64, &rest[..end]));
        rest = &rest[end..];
    }
    marks
}

/// The addresses of a stack of functions, each the letter that it is called; of those that have called
/// another the address behind the call.
fn stack_of(functions: &str) -> Vec<u64> {
    let addresses = functions.bytes().rev().map(|letter| u64::from(letter) << 8);
    addresses.enumerate().map(|(depth, address)| address + u64::from(depth > 0)).collect()
}

struct Drawing<'a> {
    program: Program,
    lanes: HashMap<String, LaneId>,
    ids: HashMap<&'a str, SpanId>,
    parents: HashMap<&'a str, &'a str>,
    /// Spans that use another's id again.
    same: HashMap<&'a str, &'a str>,
    /// Losses among a lane's events, to be noted before the next of them.
    lost: Vec<Loss>,
}

impl<'a> Drawing<'a> {
    fn say(&mut self, line: &'a str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["layer"] => {}
            ["column", ns] => self.program.nanos_per_tick = ns.parse().expect("a time"),
            ["end", tick] => self.program.end = tick.parse().expect("a time"),
            [span, "<", parent] => drop(self.parents.insert(span, parent)),
            [span, "is", earlier] => drop(self.same.insert(span, earlier)),
            ["lost", "outside", lane, times, events] => {
                let loss = self.loss(lane, times, events, LossCause::Sink);
                self.program.loss(loss);
            }
            ["lost", lane, times, events] => {
                let loss = self.loss(lane, times, events, LossCause::Overflow);
                self.lost.push(loss);
            }
            ["seen", lane, ref seen @ ..] => {
                let lane = self.lanes[lane];
                for seen in seen.chunks(2) {
                    let stack = stack_of(seen[1]);
                    self.program.sample(lane, seen[0].parse().expect("a time"), stack);
                }
            }
            ["on", "cpu", lane, ref times @ ..] => {
                let lane = self.lanes[lane];
                for times in times {
                    let (from, to) = times.split_once("..").expect("a range");
                    self.program.switch(lane, from.parse().expect("a time"), true);
                    self.program.switch(lane, to.parse().expect("a time"), false);
                }
            }
            ["stalled", lane, times] => {
                let loss = self.loss(lane, times, "0", LossCause::Stall);
                self.program.loss(loss);
            }
            _ => panic!("not understood: {line}"),
        }
    }

    fn loss(&self, lane: &str, times: &str, events: &str, cause: LossCause) -> Loss {
        let (first, last) = times.split_once("..").expect("a range");
        let tick = |text: &str| Tick(text.parse().expect("a time"));
        let events = events.parse().expect("a number");
        Loss { lane: self.lanes[lane], first: tick(first), last: tick(last), events, cause }
    }

    fn lose(&mut self, lane: LaneId, until: u64) {
        for loss in self.lost.extract_if(.., |loss| loss.lane == lane && loss.last.0 <= until) {
            self.program.lost(lane, loss.first.0, loss.last.0, loss.events);
        }
    }

    fn mark(&mut self, lane: LaneId, tick: u64, mark: &'a str) {
        let at = Tick(tick);
        let (first, last) = (&mark[..1], &mark[mark.len() - 1..]);
        match (first, last) {
            ("/", _) => self.program.cut(lane),
            ("!", _) => {
                let site = self.program.site(&mark[1..], CallsiteKind::Event);
                self.program.instant(lane, tick, site);
            }
            (_, "(" | ":" | "?") => self.create(lane, at, &mark[..mark.len() - 1], last),
            (_, "[") => {
                let id = self.id(&mark[..mark.len() - 1]);
                self.program.on(lane, |buffer| buffer.enter(at, id));
            }
            (")" | "]" | "-" | "+", _) => {
                let id = self.id(&mark[1..]);
                self.program.on(lane, |buffer| match first {
                    ")" => buffer.exit_drop(at, id),
                    "]" => buffer.exit(at, id),
                    "-" => buffer.drop_handle(at, id),
                    _ => buffer.clone_handle(at, id),
                });
            }
            _ if mark.contains('~') => {
                let (span, cause) = mark.split_once('~').expect("two spans");
                let (id, cause) = (self.id(span), self.id(cause));
                self.program.on(lane, |buffer| buffer.follows(at, id, cause));
            }
            _ => {
                let (span, value) = mark.split_once('=').expect("a mark");
                let (id, site) = (self.id(span), self.site(span));
                self.program.fields(lane, tick, id, site, value.parse().expect("a number"));
            }
        }
    }

    fn create(&mut self, lane: LaneId, at: Tick, span: &'a str, how: &str) {
        let (id, site) = (self.id(span), self.site(span));
        let parent = self.parents.get(span).copied();
        let parent = parent.map(|parent| (parent != "-").then(|| self.id(parent)));
        self.program.on(lane, |buffer| {
            if let Some(parent) = parent {
                buffer.explicit_parent(at, id, parent);
            }
            match how {
                "(" => buffer.new_enter(at, id, site),
                "?" => buffer.new_bound(at, id, site),
                _ => buffer.new_span(at, id, site),
            }
        });
    }

    fn site(&mut self, span: &str) -> spanfire_recording::CallsiteId {
        let name = span.trim_end_matches(|c: char| c.is_ascii_digit());
        self.program.site(name, CallsiteKind::Span)
    }

    fn id(&mut self, span: &'a str) -> SpanId {
        let span = self.same.get(span).copied().unwrap_or(span);
        if let Some(&id) = self.ids.get(span) {
            return id;
        }
        let site = self.site(span);
        let id = self.program.id(site);
        self.ids.insert(span, id);
        id
    }
}
