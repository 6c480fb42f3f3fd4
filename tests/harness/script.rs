//! What a thread of a test program does: an endless, legal sequence of steps that a seed decides.
//!
//! The thread that performs a script and the test that checks its recording both make the script
//! from the same seed, so that nothing but the number of steps done must pass between them. One
//! step is one call into `tracing`. Most are leaf spans of one callsite in a row, the case that a
//! recorder is fastest at; between them spans are nested, left out of order, cloned, kept for later,
//! given parents and values.

use std::collections::VecDeque;

/// One call into `tracing`. Spans are numbered in the order in which the script creates them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A span is created.
    New {
        /// Its number.
        span: u64,
        /// Where.
        site: Site,
    },
    /// It is entered.
    Enter {
        /// Its number.
        span: u64,
    },
    /// It is left.
    Exit {
        /// Its number.
        span: u64,
    },
    /// A handle of it is cloned.
    Clone {
        /// Its number.
        span: u64,
    },
    /// A handle of it is dropped.
    Drop {
        /// Its number.
        span: u64,
    },
    /// It is given a value for its field.
    Record {
        /// Its number.
        span: u64,
        /// The value.
        value: u64,
    },
}

/// A place where a script creates spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// One of [`PLAIN_SITES`] without fields, under whatever is current.
    Plain(u8),
    /// With a field that holds the span's number.
    WithField,
    /// With an explicit parent, the span of this number.
    Child(u64),
    /// Explicitly without a parent.
    Root,
    /// A callsite of this script's own, never met before: the one with this number.
    Fresh(u64),
}

/// How many callsites without fields there are.
pub const PLAIN_SITES: u8 = 4;

impl Site {
    /// The callsite's name, in the script of thread `thread`.
    pub fn name(self, thread: usize) -> String {
        match self {
            Site::Plain(number) => format!("plain {number}"),
            Site::WithField => "with field".into(),
            Site::Child(_) => "child".into(),
            Site::Root => "root".into(),
            Site::Fresh(number) => format!("fresh {thread} {number}"),
        }
    }
}

/// Spans alive at once, and entered at once.
const MOST_ALIVE: usize = 24;
const MOST_ENTERED: usize = 12;

/// An endless sequence of steps; [`of_steps`](Script::of_steps) gives it an end.
#[derive(Clone, Debug)]
pub struct Script {
    random: Random,
    /// Steps decided on and not yet given.
    decided: VecDeque<Step>,
    alive: Vec<Alive>,
    /// The numbers of the spans entered, innermost last.
    entered: Vec<u64>,
    spans: u64,
    /// The callsite that leaf spans are made at for a while.
    site: u8,
    /// How many callsites of its own the script has met; `None` if it has none.
    fresh: Option<u64>,
    /// Steps left until the script ends its spans and itself.
    left: u64,
}

#[derive(Clone, Copy, Debug)]
struct Alive {
    span: u64,
    handles: u32,
    with_field: bool,
}

impl Script {
    /// The script of thread `thread` in the program that `seed` decides.
    pub fn new(seed: u64, thread: usize) -> Script {
        Script {
            random: Random::new(seed ^ (thread as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            decided: VecDeque::new(),
            alive: Vec::new(),
            entered: Vec::new(),
            spans: 0,
            site: 0,
            fresh: None,
            left: u64::MAX,
        }
    }

    /// Creates every second span at a callsite that was never met before.
    pub fn with_fresh_sites(mut self) -> Script {
        self.fresh = Some(0);
        self
    }

    /// Ends after about `steps` steps, with every span left and dropped.
    pub fn of_steps(mut self, steps: u64) -> Script {
        self.left = steps;
        self
    }

    fn decide(&mut self) {
        match self.random.below(100) {
            0..60 => self.leaves(),
            60..70 => self.open(),
            70..82 => self.close_innermost(),
            82..87 => self.keep(),
            87..91 => self.enter_kept(),
            91..93 => self.exit_out_of_order(),
            93..95 => self.clone_handle(),
            95..97 => self.drop_handle(),
            _ => self.record(),
        }
        if self.decided.is_empty() {
            self.leaves();
        }
    }

    /// Up to eight leaf spans in a row.
    fn leaves(&mut self) {
        if self.random.below(8) == 0 {
            self.site = self.random.below(u64::from(PLAIN_SITES)) as u8;
        }
        for _ in 0..=self.random.below(8) {
            let span = self.number();
            let site = self.fresh_or(Site::Plain(self.site));
            self.decided.extend([
                Step::New { span, site },
                Step::Enter { span },
                Step::Exit { span },
                Step::Drop { span },
            ]);
        }
    }

    /// A span that stays entered.
    fn open(&mut self) {
        if self.entered.len() < MOST_ENTERED
            && let Some(span) = self.create()
        {
            self.enter(span);
        }
    }

    /// A span that is entered later, or never.
    fn keep(&mut self) {
        self.create();
    }

    fn create(&mut self) -> Option<u64> {
        if self.alive.len() == MOST_ALIVE {
            return None;
        }
        let site = match self.random.below(8) {
            0..2 => Site::WithField,
            2 => self.any_alive().map_or(Site::Root, |parent| Site::Child(parent.span)),
            3 => Site::Root,
            _ => self.fresh_or(Site::Plain(self.site)),
        };
        let span = self.number();
        self.decided.push_back(Step::New { span, site });
        self.alive.push(Alive { span, handles: 1, with_field: site == Site::WithField });
        Some(span)
    }

    fn enter(&mut self, span: u64) {
        self.decided.push_back(Step::Enter { span });
        self.entered.push(span);
    }

    fn enter_kept(&mut self) {
        if let Some(Alive { span, .. }) = self.any_alive()
            && !self.entered.contains(&span)
            && self.entered.len() < MOST_ENTERED
        {
            self.enter(span);
        }
    }

    fn close_innermost(&mut self) {
        if let Some(span) = self.entered.pop() {
            self.decided.push_back(Step::Exit { span });
            self.drop_all(span);
        }
    }

    fn exit_out_of_order(&mut self) {
        if !self.entered.is_empty() {
            let at = self.random.below(self.entered.len() as u64) as usize;
            let span = self.entered.remove(at);
            self.decided.push_back(Step::Exit { span });
        }
    }

    fn clone_handle(&mut self) {
        if let Some(Alive { span, .. }) = self.any_alive() {
            self.decided.push_back(Step::Clone { span });
            self.alive_mut(span).for_each(|alive| alive.handles += 1);
        }
    }

    fn drop_handle(&mut self) {
        let Some(Alive { span, handles, .. }) = self.any_alive() else { return };
        if handles > 1 {
            self.decided.push_back(Step::Drop { span });
            self.alive_mut(span).for_each(|alive| alive.handles -= 1);
        } else if !self.entered.contains(&span) {
            self.drop_all(span);
        }
    }

    fn drop_all(&mut self, span: u64) {
        let handles = self.alive_mut(span).map(|alive| alive.handles).sum::<u32>();
        self.decided.extend((0..handles).map(|_| Step::Drop { span }));
        self.alive.retain(|alive| alive.span != span);
    }

    fn record(&mut self) {
        let value = self.random.below(1 << 40);
        if let Some(Alive { span, with_field: true, .. }) = self.any_alive() {
            self.decided.push_back(Step::Record { span, value });
        }
    }

    /// Leaves and drops everything.
    fn end(&mut self) {
        while !self.entered.is_empty() {
            self.close_innermost();
        }
        while let Some(Alive { span, .. }) = self.alive.last().copied() {
            self.drop_all(span);
        }
    }

    fn number(&mut self) -> u64 {
        self.spans += 1;
        self.spans - 1
    }

    fn fresh_or(&mut self, site: Site) -> Site {
        match &mut self.fresh {
            Some(fresh) if self.random.below(2) == 0 => {
                *fresh += 1;
                Site::Fresh(*fresh - 1)
            }
            _ => site,
        }
    }

    fn any_alive(&mut self) -> Option<Alive> {
        let count = self.alive.len() as u64;
        (count > 0).then(|| self.alive[self.random.below(count) as usize])
    }

    fn alive_mut(&mut self, span: u64) -> impl Iterator<Item = &mut Alive> {
        self.alive.iter_mut().filter(move |alive| alive.span == span)
    }
}

impl Iterator for Script {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        if self.decided.is_empty() {
            match self.left {
                0 => self.end(),
                _ => self.decide(),
            }
        }
        self.left = self.left.saturating_sub(1);
        self.decided.pop_front()
    }
}

/// A sequence of numbers that a seed decides: Steele, Lea and Flood's SplitMix.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of `seed`.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// The next number, below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % bound
    }
}
