//! Frames by number.

use crate::error::Error;
use rustc_hash::FxHashMap;
use spanfire_recording::{Callsite, CallsiteId, CallsiteKind, Level, raw::MAX_CALLSITES};

/// More of a name than this tells nobody anything.
const LONGEST: usize = 8 << 10;

/// Every frame of a profile, each once.
#[derive(Default)]
pub(crate) struct Callsites {
    known: FxHashMap<Box<str>, CallsiteId>,
    all: Vec<Callsite>,
    /// What frames are told apart by, while it is looked up.
    key: String,
}

/// What is known of a frame.
#[derive(Clone, Copy, Default)]
pub(crate) struct Frame<'a> {
    pub name: &'a str,
    /// The module, library or category it belongs to.
    pub target: &'a str,
    pub file: &'a str,
    /// From 1; 0 if it is not known.
    pub line: u32,
    /// Whether it is of instants, not of spans.
    pub instant: bool,
}

impl Callsites {
    /// The number of a frame.
    pub fn number(&mut self, frame: &Frame<'_>) -> Result<CallsiteId, Error> {
        let Frame { name, target, file, line, instant } = frame;
        self.key.clear();
        for part in [name, target, file] {
            self.key.push_str(cut(part));
            self.key.push('\0');
        }
        if *line > 0 {
            self.key.push_str(&line.to_string());
        }
        if *instant {
            self.key.push('!');
        }
        if let Some(&known) = self.known.get(self.key.as_str()) {
            return Ok(known);
        }
        if self.all.len() >= MAX_CALLSITES as usize {
            return Err(Error::input(format!(
                "more than {MAX_CALLSITES} different frames; take addresses or ids out of their names"
            )));
        }
        let id = CallsiteId(self.all.len() as u32);
        self.all.push(callsite(frame));
        self.known.insert(self.key.as_str().into(), id);
        Ok(id)
    }

    /// Sees to it that a callsite has a field of this name, unless it has `most` already.
    pub fn declare(&mut self, callsite: CallsiteId, name: &str, most: usize) -> bool {
        let names = &mut self.all[callsite.index()].fields;
        if names.iter().any(|known| known == name) {
            return true;
        }
        if names.len() < most {
            names.push(cut(name).to_owned());
            return true;
        }
        false
    }

    /// All of them, in the order of their numbers.
    pub fn all(&self) -> &[Callsite] {
        &self.all
    }
}

fn callsite(frame: &Frame<'_>) -> Callsite {
    let name = if frame.name.is_empty() { "(unnamed)" } else { cut(frame.name) };
    Callsite {
        name: name.to_owned(),
        target: cut(frame.target).to_owned(),
        file: Some(cut(frame.file)).filter(|file| !file.is_empty()).map(str::to_owned),
        line: Some(frame.line).filter(|&line| line > 0),
        level: Level::Info,
        kind: match frame.instant {
            true => CallsiteKind::Event,
            false => CallsiteKind::Span,
        },
        fields: Vec::new(),
    }
}

/// As much of a text as is kept.
pub(crate) fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}
