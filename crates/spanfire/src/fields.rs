//! Which fields are recorded, and how their values are taken.

use spanfire_recording::raw::FieldBytes;
use std::fmt::{Debug, Write};
use tracing_core::{
    Metadata,
    callsite::Identifier,
    field::{Field, Visit},
    span::Record,
};

/// Which spans' fields are recorded. Primitives are kept by value; anything else as the text its
/// `Debug` or `Display` writes, which is only called for fields that are recorded.
///
/// Values given later by `span.record(…)` are kept for every span under all policies but
/// [`None`](Fields::None) and [`Named`](Fields::Named) of other names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fields {
    /// The fields of spans without a parent: they name the request.
    #[default]
    Roots,
    /// All fields of all spans.
    All,
    /// No fields.
    None,
    /// The fields with these names, of all spans.
    Named(Vec<String>),
}

/// What a policy says of one callsite, decided once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Never,
    OfRoots,
    Always,
}

impl Fields {
    pub(crate) fn wanted(&self, metadata: &Metadata<'_>) -> Wanted {
        if metadata.fields().is_empty() {
            return Wanted::Never;
        }
        match self {
            Fields::None => Wanted::Never,
            Fields::Roots => Wanted::OfRoots,
            Fields::All => Wanted::Always,
            Fields::Named(names) => {
                let named =
                    metadata.fields().iter().any(|field| names.iter().any(|n| n == field.name()));
                if named { Wanted::Always } else { Wanted::Never }
            }
        }
    }

    fn includes(&self, field: &Field) -> bool {
        match self {
            Fields::None => false,
            Fields::Roots | Fields::All => true,
            Fields::Named(names) => names.iter().any(|name| name == field.name()),
        }
    }
}

/// The callsite whose fields `values` are; `None` if there are none.
pub(crate) fn callsite_of(values: &Record<'_>) -> Option<Identifier> {
    struct First(Option<Identifier>);

    impl Visit for First {
        fn record_debug(&mut self, field: &Field, _: &dyn Debug) {
            self.0.get_or_insert_with(|| field.callsite());
        }
    }

    let mut first = First(None);
    values.record(&mut first);
    first.0
}

/// Takes field values. It runs formatters, which are the program's own code and may open spans, so
/// it holds nothing of a lane.
pub(crate) struct Taker<'a> {
    pub policy: &'a Fields,
    pub bytes: &'a mut FieldBytes,
    pub text: &'a mut String,
}

impl Visit for Taker<'_> {
    fn record_bool(&mut self, field: &Field, value: bool) {
        if self.policy.includes(field) {
            self.bytes.bool(field.index(), value);
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        if self.policy.includes(field) {
            self.bytes.i64(field.index(), value);
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if self.policy.includes(field) {
            self.bytes.u64(field.index(), value);
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if self.policy.includes(field) {
            self.bytes.f64(field.index(), value);
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if self.policy.includes(field) {
            self.bytes.text(field.index(), value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if self.policy.includes(field) {
            self.text.clear();
            // A formatter that fails leaves what it wrote up to then.
            let _ = write!(self.text, "{value:?}");
            self.bytes.text(field.index(), self.text);
        }
    }
}
