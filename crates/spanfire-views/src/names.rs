//! How a frame is labelled.

use spanfire_recording::Callsite;

/// How a callsite is labelled. Two callsites stay two frames whatever their labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// `name`
    #[default]
    Name,
    /// `target::name`
    Path,
    /// `name (file:line)`
    Location,
}

impl Names {
    /// The label of `callsite`.
    pub fn label(self, callsite: &Callsite) -> String {
        match (self, &callsite.file, callsite.line) {
            (Names::Path, ..) if !callsite.target.is_empty() => {
                format!("{}::{}", callsite.target, callsite.name)
            }
            (Names::Location, Some(file), Some(line)) => {
                format!("{} ({file}:{line})", callsite.name)
            }
            _ => callsite.name.clone(),
        }
    }
}
