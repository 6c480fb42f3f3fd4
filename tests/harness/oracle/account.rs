//! What follows from what was heard, step by step.

use super::heard::{Given, Heard, Value, What, innermost};
use spanfire::Fields;
use spanfire_recording::Form;
use std::collections::{BTreeMap, HashMap};

/// What a recording of one form should tell.
pub struct Account {
    /// Every recorded span, in the order of creation.
    pub spans: Vec<Life>,
    /// Every recorded instant: its thread, the span it is in, its fields.
    pub instants: Vec<(String, Option<usize>, Vec<String>)>,
    /// Per thread, in words: `new a`, `enter a`, `exit a`, `close a`, when, and of which span.
    pub lanes: BTreeMap<String, Vec<(String, u64, usize)>>,
    /// How many callbacks the recorder has to write down.
    pub callbacks: u64,
    /// How many there were in all.
    pub heard: usize,
    pub(super) stretches: Vec<Stretch>,
    pub(super) end: u64,
}

/// A span from new to close.
#[derive(Clone, Debug, Default)]
pub struct Life {
    /// Its name.
    pub name: &'static str,
    /// The thread that created it.
    pub thread: String,
    /// The span above it.
    pub parent: Option<usize>,
    /// `name=value`.
    pub fields: Vec<String>,
    /// The spans it follows from.
    pub follows: Vec<usize>,
    /// In the order in which they began.
    pub stays: Vec<Stay>,
    /// When it was created.
    pub born: u64,
    /// When its last handle was dropped; in the layer form, when the registry closed it.
    pub dropped: Option<u64>,
    /// When it ended: dropped, and entered nowhere.
    pub ended: Option<u64>,
    /// Time in which it was open and entered nowhere and nothing below it was open.
    pub waited: u64,
    pub(super) first_stack: Vec<usize>,
    pub(super) last_stack: Vec<usize>,
    /// Handles, and in the layer form open children of which the registry knows.
    holders: usize,
    /// The span that is held in this way.
    holds: Option<usize>,
    entered: usize,
    recorded: bool,
}

/// One segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// On which thread.
    pub thread: String,
    /// From.
    pub enter: u64,
    /// To.
    pub exit: Option<u64>,
    /// How deep in the picture of its thread.
    pub depth: usize,
}

/// A time in which the stack of a thread did not change.
pub(super) struct Stretch {
    pub from: u64,
    pub to: u64,
    /// The outermost first.
    pub stack: Vec<usize>,
}

struct Clerk<'a> {
    form: Form,
    policy: &'a Fields,
    account: Account,
    /// Which span a number means.
    known: HashMap<u64, usize>,
    /// What is entered on each thread, and the number of its stay.
    entered: BTreeMap<String, Vec<(usize, usize)>>,
    since: BTreeMap<String, u64>,
    paused: bool,
    now: u64,
}

impl Account {
    /// What a recorder of `form`, which records fields by `policy`, should tell of a program that ended
    /// at `end`.
    pub fn of(heard: &[Heard], form: Form, policy: &Fields, end: u64) -> Account {
        let account = Account {
            spans: Vec::new(),
            instants: Vec::new(),
            lanes: BTreeMap::new(),
            callbacks: 0,
            heard: heard.len(),
            stretches: Vec::new(),
            end,
        };
        let mut clerk = Clerk {
            form,
            policy,
            account,
            known: HashMap::new(),
            entered: BTreeMap::new(),
            since: BTreeMap::new(),
            paused: false,
            now: heard.first().map_or(0, |first| first.tick),
        };
        for one in heard {
            clerk.pass_time(one.tick);
            clerk.hear(&one.thread, &one.what);
        }
        clerk.pass_time(end);
        for thread in clerk.entered.keys().cloned().collect::<Vec<_>>() {
            clerk.stretch(&thread);
        }
        clerk.account
    }

    /// The spans that were recorded; others are only there to hold their parents.
    pub fn recorded(&self) -> impl Iterator<Item = (usize, &Life)> {
        self.spans.iter().enumerate().filter(|(_, life)| life.recorded)
    }

    /// The outermost span above a span.
    pub(super) fn root(&self, mut span: usize) -> usize {
        while let Some(parent) = self.spans[span].parent {
            span = parent;
        }
        span
    }
}

impl Life {
    pub(super) fn is_recorded(&self) -> bool {
        self.recorded
    }
}

impl Clerk<'_> {
    /// Everything that is open waits, unless it or something below it does anything.
    fn pass_time(&mut self, tick: u64) {
        let spans = &mut self.account.spans;
        let mut has_open_child = vec![false; spans.len()];
        for life in spans.iter().filter(|life| life.recorded && life.ended.is_none()) {
            if let Some(parent) = life.parent {
                has_open_child[parent] = true;
            }
        }
        for (life, has_open_child) in spans.iter_mut().zip(has_open_child) {
            if life.ended.is_none() && life.entered == 0 && !has_open_child {
                life.waited += tick - self.now;
            }
        }
        self.now = tick;
    }

    fn hear(&mut self, thread: &str, what: &What) {
        match what {
            What::New { span, name, parent, fields } => {
                self.new_span(thread, *span, name, *parent, fields);
            }
            What::Enter(span) => self.enter(thread, self.known[span]),
            What::Exit(span) => self.exit(thread, self.known[span]),
            What::Clone(span) => {
                let span = self.known[span];
                self.account.spans[span].holders += 1;
                let written = self.form == Form::Subscriber && self.account.spans[span].recorded;
                self.account.callbacks += u64::from(written);
            }
            What::Drop(span) => self.let_go(thread, self.known[span]),
            What::Record { span, fields } => {
                let fields = self.allowed(fields);
                let life = &mut self.account.spans[self.known[span]];
                if life.recorded && !fields.is_empty() {
                    life.fields.extend(fields);
                    self.account.callbacks += 1;
                }
            }
            What::Follows { span, cause } => {
                let (span, cause) = (self.known[span], self.known[cause]);
                let spans = &mut self.account.spans;
                let both = spans[span].recorded && spans[cause].recorded;
                if both {
                    spans[span].follows.push(cause);
                }
                self.account.callbacks += u64::from(both || self.form == Form::Layer);
            }
            What::Event { parent, fields } => self.event(thread, *parent, fields),
            What::Pause => self.paused = true,
            What::Resume => self.paused = false,
        }
    }

    fn new_span(
        &mut self,
        thread: &str,
        number: u64,
        name: &'static str,
        given: Given,
        fields: &[Value],
    ) {
        let recorded = !self.paused;
        let parent = self.parent(thread, given);
        let fields = match self.takes_birth_fields(thread, given) && recorded {
            true => self.allowed(fields),
            false => Vec::new(),
        };
        let span = self.account.spans.len();
        let holds = self.held_parent(thread, given);
        if let Some(held) = holds {
            self.account.spans[held].holders += 1;
        }
        self.known.insert(number, span);
        self.account.spans.push(Life {
            name,
            thread: thread.to_owned(),
            parent: parent.filter(|_| recorded),
            fields,
            born: self.now,
            holders: 1,
            holds,
            recorded,
            ..Life::default()
        });
        self.say(thread, "new", span);
    }

    /// The span above. One that is not recorded is, in the stand-alone form, none at all, which makes
    /// an explicit parent an explicit root. A layer hears a number it does not know.
    fn parent(&self, thread: &str, given: Given) -> Option<usize> {
        let stack = self.stack(thread);
        match given {
            Given::Root => None,
            Given::Current => innermost(&stack),
            Given::Span(number) => {
                let span = self.known[&number];
                match self.account.spans[span].recorded {
                    true => Some(span),
                    false if self.form == Form::Subscriber => None,
                    false => innermost(&stack),
                }
            }
        }
    }

    /// The span that a registry keeps open for the new one: not one that it has closed.
    fn held_parent(&self, thread: &str, given: Given) -> Option<usize> {
        if self.form == Form::Subscriber {
            return None;
        }
        let entered: Vec<usize> =
            self.entered.get(thread).into_iter().flatten().map(|entry| entry.0).collect();
        let parent = match given {
            Given::Root => None,
            Given::Current => innermost(&entered),
            Given::Span(number) => Some(self.known[&number]),
        };
        parent.filter(|&parent| self.account.spans[parent].dropped.is_none())
    }

    fn takes_birth_fields(&self, thread: &str, given: Given) -> bool {
        let entered = self.entered.get(thread).into_iter().flatten();
        let mut entered = entered
            .filter(|entry| self.form == Form::Layer || self.account.spans[entry.0].recorded);
        let root = match given {
            Given::Root => true,
            Given::Current => entered.next().is_none(),
            Given::Span(number) => {
                self.form == Form::Subscriber && !self.account.spans[self.known[&number]].recorded
            }
        };
        root || *self.policy != Fields::Roots
    }

    fn allowed(&self, fields: &[Value]) -> Vec<String> {
        let allowed = fields.iter().filter(|(name, _)| match self.policy {
            Fields::None => false,
            Fields::Named(names) => names.iter().any(|allowed| allowed == name),
            Fields::Roots | Fields::All => true,
        });
        allowed.map(|(name, value)| format!("{name}={value}")).collect()
    }

    fn enter(&mut self, thread: &str, span: usize) {
        self.stretch(thread);
        let now = self.now;
        let stack = self.entered.get(thread).cloned().unwrap_or_default();
        let spans = &mut self.account.spans;
        let around = stack.iter().rev().find(|(span, _)| spans[*span].recorded);
        let depth = around.map_or(0, |&(span, stay)| spans[span].stays[stay].depth + 1);
        let life = &mut spans[span];
        life.entered += 1;
        life.stays.push(Stay { thread: thread.to_owned(), enter: now, exit: None, depth });
        let stay = life.stays.len() - 1;
        self.entered.entry(thread.to_owned()).or_default().push((span, stay));
        let stack = self.stack(thread);
        let life = &mut self.account.spans[span];
        if life.first_stack.is_empty() {
            life.first_stack = stack.clone();
        }
        life.last_stack = stack;
        self.say(thread, "enter", span);
    }

    fn exit(&mut self, thread: &str, span: usize) {
        self.stretch(thread);
        let Some(entered) = self.entered.get_mut(thread) else { return };
        let Some(place) = entered.iter().rposition(|entry| entry.0 == span) else { return };
        let (_, stay) = entered.remove(place);
        let life = &mut self.account.spans[span];
        life.stays[stay].exit = Some(self.now);
        life.entered -= 1;
        self.say(thread, "exit", span);
        self.end_if_over(span);
    }

    fn let_go(&mut self, thread: &str, span: usize) {
        let life = &mut self.account.spans[span];
        life.holders -= 1;
        let (last, recorded) = (life.holders == 0, life.recorded);
        if last {
            life.dropped = Some(self.now);
            self.say(thread, "close", span);
            self.end_if_over(span);
            if let Some(held) = self.account.spans[span].holds {
                self.let_go(thread, held);
            }
        } else if self.form == Form::Subscriber && recorded {
            self.account.callbacks += 1;
        }
    }

    fn end_if_over(&mut self, span: usize) {
        let life = &mut self.account.spans[span];
        if life.dropped.is_some() && life.entered == 0 && life.ended.is_none() {
            life.ended = Some(self.now);
        }
    }

    fn event(&mut self, thread: &str, given: Given, fields: &[Value]) {
        if !self.paused {
            let parent = self.parent(thread, given);
            let fields = self.allowed(fields);
            self.account.instants.push((thread.to_owned(), parent, fields));
            self.account.callbacks += 1;
        }
    }

    /// What is entered and recorded, the outermost first.
    fn stack(&self, thread: &str) -> Vec<usize> {
        let entered = self.entered.get(thread).into_iter().flatten().map(|entry| entry.0);
        entered.filter(|&span| self.account.spans[span].recorded).collect()
    }

    /// The thread's stack changes now.
    fn stretch(&mut self, thread: &str) {
        let from = self.since.insert(thread.to_owned(), self.now).unwrap_or(self.now);
        let stack = self.stack(thread);
        if !stack.is_empty() {
            self.account.stretches.push(Stretch { from, to: self.now, stack });
        }
    }

    fn say(&mut self, thread: &str, what: &str, span: usize) {
        let life = &self.account.spans[span];
        if life.recorded {
            let words = format!("{what} {}", life.name);
            let lane = self.account.lanes.entry(thread.to_owned()).or_default();
            lane.push((words, self.now, span));
        }
        // A layer does not know what it should pass over.
        let passed_over = self.form == Form::Subscriber || what == "new";
        self.account.callbacks += u64::from(life.recorded || !passed_over);
    }
}
