//! How what is expected and what is shown are written, so that they can be compared.

/// How much of the time is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// None: what a program does does not depend on it.
    Timeless,
    /// When spans are entered and left, not when they begin and end.
    Segments,
    /// All.
    Lifetimes,
}

/// Lines of text, each about one thing.
pub(super) struct Lines {
    detail: Detail,
    lines: Vec<String>,
}

/// A row of the statistics.
#[derive(Clone, Copy, Default)]
pub(super) struct Row {
    pub spans: u64,
    pub segments: u64,
    pub busy: u64,
    pub own: u64,
    pub nonreentrant: u64,
    pub idle: u64,
    pub min: u64,
    pub max: u64,
}

/// A stack of a merged graph.
#[derive(Clone, Copy, Default)]
pub(super) struct Weights {
    pub busy: u64,
    pub idle: u64,
    pub count: u64,
}

/// A request, without its root's name.
#[derive(Default)]
pub(super) struct Errand {
    pub start: u64,
    pub lifetime: u64,
    pub busy: u64,
    pub work: u64,
    pub spans: u64,
    pub segments: u64,
    pub threads: usize,
    pub open: bool,
    pub fields: Vec<String>,
}

/// A span of a request's chart.
pub(super) struct Charted {
    pub name: String,
    /// The parent's name and start.
    pub parent: Option<(String, u64)>,
    pub start: u64,
    pub end: u64,
    pub open: bool,
    pub busy: u64,
    pub own: u64,
    pub fields: Vec<String>,
    /// Thread, from, to.
    pub segments: Vec<(String, u64, u64)>,
}

/// A bar of a thread's chart.
pub(super) struct Drawn<'a> {
    pub thread: &'a str,
    pub depth: usize,
    pub name: &'a str,
    pub start: u64,
    pub end: u64,
    pub open: bool,
}

impl Lines {
    pub fn new(detail: Detail) -> Lines {
        Lines { detail, lines: Vec::new() }
    }

    /// In an order of their own: views have theirs.
    pub fn sorted(mut self) -> Vec<String> {
        self.lines.sort();
        self.lines
    }

    /// Whether spans are compared one by one as their charts show them.
    pub fn has_charts(&self) -> bool {
        self.detail > Detail::Timeless
    }

    /// A time that segments decide.
    fn time(&self, ns: u64) -> String {
        if self.detail >= Detail::Segments { ns.to_string() } else { "-".into() }
    }

    /// A time that the beginning or end of a span decides.
    fn life(&self, ns: u64) -> String {
        if self.detail >= Detail::Lifetimes { ns.to_string() } else { "-".into() }
    }

    pub fn row(&mut self, name: &str, row: &Row) {
        let [busy, own, min, max] = [row.busy, row.own, row.min, row.max].map(|ns| self.time(ns));
        let nonreentrant = self.time(row.nonreentrant);
        let (spans, segments, idle) = (row.spans, row.segments, self.life(row.idle));
        self.lines.push(format!(
            "statistics of {name:?}: {spans} spans, {segments} segments, busy {busy}, self {own}, \
             not reentrant {nonreentrant}, idle {idle}, {min} to {max}"
        ));
    }

    pub fn stack(&mut self, kind: &str, names: &[String], weights: &Weights) {
        let (busy, idle) = (self.time(weights.busy), self.life(weights.idle));
        let count = weights.count;
        let compared = match self.detail {
            // Where a span is first entered is a matter of time.
            Detail::Timeless => count > 0 && kind != "thread",
            Detail::Segments => count + weights.busy > 0,
            Detail::Lifetimes => count + weights.busy + weights.idle > 0,
        };
        if !compared {
            return;
        }
        self.lines.push(format!("{kind} stack {names:?}: busy {busy}, idle {idle}, {count} spans"));
    }

    pub fn total(&mut self, what: &str, ns: u64) {
        let ns = self.time(ns);
        self.lines.push(format!("total of {what}: {ns}"));
    }

    pub fn request(&mut self, name: &str, errand: &Errand) {
        let Errand { spans, segments, threads, open, fields, .. } = errand;
        let (start, lifetime) = (self.life(errand.start), self.life(errand.lifetime));
        let (busy, work) = (self.life(errand.busy), self.time(errand.work));
        let mut fields = fields.clone();
        if self.detail == Detail::Timeless {
            // Which of two threads recorded a value later is a matter of time.
            let name = |field: &String| field.split('=').next().unwrap_or_default().to_owned();
            fields = fields.iter().map(name).collect();
            fields.sort();
        }
        self.lines.push(format!(
            "request {name:?}: {spans} spans, {segments} segments, {threads} threads, open {open}, \
             start {start}, lifetime {lifetime}, busy {busy}, work {work}, {fields:?}"
        ));
    }

    pub fn span(&mut self, span: &Charted) {
        let Charted { name, open, fields, .. } = span;
        let (start, end) = (self.life(span.start), self.life(span.end));
        let (busy, own) = (self.time(span.busy), self.time(span.own));
        let parent = span.parent.as_ref().map(|(name, start)| (name, self.life(*start)));
        let mut segments: Vec<_> = span.segments.iter().collect();
        segments.sort();
        self.lines.push(format!(
            "span {name:?} below {parent:?}: {start} to {end}, open {open}, busy {busy}, self {own}, \
             {fields:?}, {segments:?}"
        ));
    }

    pub fn bar(&mut self, bar: &Drawn<'_>) {
        let Drawn { thread, depth, name, open, .. } = bar;
        let (start, end) = (self.time(bar.start), self.time(bar.end));
        self.lines.push(format!("{thread} at {depth}: {name:?} {start} to {end}, open {open}"));
    }

    pub fn summary(&mut self, what: &str, count: u64) {
        self.lines.push(format!("{what}: {count}"));
    }
}

/// Later values in the place of earlier ones of the same name, as a request shows them.
pub(super) fn latest(fields: &[String]) -> Vec<String> {
    let name = |field: &str| field.split('=').next().unwrap_or_default().to_owned();
    let mut kept: Vec<String> = Vec::new();
    for field in fields {
        match kept.iter_mut().find(|known| name(known) == name(field)) {
            Some(known) => *known = field.clone(),
            None => kept.push(field.clone()),
        }
    }
    kept
}
