//! What a recorder hears of a [`Script`](crate::Script): a model, slow and plain.
//!
//! The stand-alone form hears of every clone and drop of a handle. The layer hears what the registry
//! tells it: nothing of handles but the last one's end, and that only after the span's children.

use crate::{Script, Site, Step};
use spanfire_recording::Form;
use std::collections::HashMap;

/// One call of the recorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Callback {
    New { span: u64, site: Site },
    Enter { span: u64 },
    Exit { span: u64 },
    Clone { span: u64 },
    Drop { span: u64 },
    Record { span: u64, value: u64 },
}

impl Callback {
    /// The number of the span it is about.
    pub fn span(self) -> u64 {
        match self {
            Callback::New { span, .. }
            | Callback::Enter { span }
            | Callback::Exit { span }
            | Callback::Clone { span }
            | Callback::Drop { span }
            | Callback::Record { span, .. } => span,
        }
    }
}

/// The callbacks of a script, in their order.
pub struct Callbacks {
    script: Script,
    form: Form,
    steps: u64,
    /// Of the spans that live: what keeps them alive, and which one they keep alive.
    lives: HashMap<u64, Life>,
    entered: Vec<u64>,
}

struct Life {
    holders: u32,
    parent: Option<u64>,
}

impl Callbacks {
    /// The callbacks that a recorder of `form` hears of `script`.
    pub fn of(script: Script, form: Form) -> Callbacks {
        Callbacks { script, form, steps: 0, lives: HashMap::new(), entered: Vec::new() }
    }

    /// How many steps were done.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Does the next step and appends the callbacks it leads to; `false` at the script's end.
    pub fn next_step(&mut self, heard: &mut Vec<Callback>) -> bool {
        let Some(step) = self.script.next() else { return false };
        self.steps += 1;
        match step {
            Step::New { span, site } => {
                heard.push(Callback::New { span, site });
                self.create(span, site);
            }
            Step::Enter { span } => {
                heard.push(Callback::Enter { span });
                self.entered.push(span);
            }
            Step::Exit { span } => {
                heard.push(Callback::Exit { span });
                self.entered.retain(|&other| other != span);
            }
            Step::Record { span, value } => heard.push(Callback::Record { span, value }),
            Step::Clone { span } => {
                if self.form == Form::Subscriber {
                    heard.push(Callback::Clone { span });
                }
                self.hold(span);
            }
            Step::Drop { span } if self.form == Form::Subscriber => {
                heard.push(Callback::Drop { span });
                self.release(span, &mut Vec::new());
            }
            Step::Drop { span } => self.release(span, heard),
        }
        true
    }

    fn create(&mut self, span: u64, site: Site) {
        let parent = match site {
            _ if self.form == Form::Subscriber => None,
            Site::Child(parent) => Some(parent),
            Site::Root => None,
            _ => self.entered.last().copied(),
        };
        parent.into_iter().for_each(|parent| self.hold(parent));
        self.lives.insert(span, Life { holders: 1, parent });
    }

    fn hold(&mut self, span: u64) {
        if let Some(life) = self.lives.get_mut(&span) {
            life.holders += 1;
        }
    }

    /// Lets a holder go, and with the last one the span and its hold on its parent.
    fn release(&mut self, span: u64, closed: &mut Vec<Callback>) {
        let mut next = Some(span);
        while let Some(span) = next.take() {
            let Some(life) = self.lives.get_mut(&span) else { return };
            life.holders -= 1;
            if life.holders == 0 {
                closed.push(Callback::Drop { span });
                next = self.lives.remove(&span).and_then(|life| life.parent);
            }
        }
    }

    /// Whether the span has ended.
    pub fn has_ended(&self, span: u64) -> bool {
        !self.lives.contains_key(&span)
    }
}
