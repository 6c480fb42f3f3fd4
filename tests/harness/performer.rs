//! Performs a [`Script`](crate::Script) step by step.

use crate::{Site, Step, site::DynamicSite};
use tracing::{Span, info_span};

/// What one thread holds while it performs a script.
pub struct Performer {
    thread: usize,
    /// One entry for each handle, the newest last.
    handles: Vec<(u64, Span)>,
}

impl Performer {
    /// Performs the script of thread `thread`.
    pub fn new(thread: usize) -> Performer {
        Performer { thread, handles: Vec::with_capacity(64) }
    }

    /// Does one step.
    #[inline]
    pub fn perform(&mut self, step: Step) {
        match step {
            Step::New { span, site } => {
                let created = self.create(span, site);
                self.handles.push((span, created));
            }
            Step::Enter { span } => {
                self.span(span).with_subscriber(|(id, dispatch)| dispatch.enter(id));
            }
            Step::Exit { span } => {
                self.span(span).with_subscriber(|(id, dispatch)| dispatch.exit(id));
            }
            Step::Clone { span } => {
                let clone = self.span(span).clone();
                self.handles.push((span, clone));
            }
            Step::Drop { span } => {
                let at = self.place(span);
                drop(self.handles.swap_remove(at).1);
            }
            Step::Record { span, value } => {
                self.span(span).record("number", value);
            }
        }
    }

    fn create(&self, span: u64, site: Site) -> Span {
        match site {
            Site::Plain(0) => info_span!("plain 0"),
            Site::Plain(1) => info_span!("plain 1"),
            Site::Plain(2) => info_span!("plain 2"),
            Site::Plain(_) => info_span!("plain 3"),
            Site::WithField => info_span!("with field", number = span),
            Site::Child(parent) => info_span!(parent: self.span(parent), "child"),
            Site::Root => info_span!(parent: None, "root"),
            Site::Fresh(_) => DynamicSite::leaked(site.name(self.thread)).span(),
        }
    }

    fn span(&self, span: u64) -> &Span {
        &self.handles[self.place(span)].1
    }

    fn place(&self, span: u64) -> usize {
        let found = self.handles.iter().rposition(|handle| handle.0 == span);
        found.expect("a script drops no handle twice")
    }
}
