//! Callsites made while the program runs, where thousands in its source would be too many.

use std::sync::OnceLock;
use tracing::callsite::{self, Callsite, Identifier};
use tracing::field::FieldSet;
use tracing::metadata::Kind;
use tracing::subscriber::Interest;
use tracing::{Level, Metadata, Span};

/// A callsite of spans without fields. It is never freed, as one in a program's source is not.
pub struct DynamicSite {
    metadata: OnceLock<Metadata<'static>>,
}

impl DynamicSite {
    /// A new callsite, registered with `tracing`.
    pub fn leaked(name: String) -> &'static DynamicSite {
        let site: &'static DynamicSite =
            Box::leak(Box::new(DynamicSite { metadata: OnceLock::new() }));
        site.metadata.get_or_init(|| {
            let fields = FieldSet::new(&[], Identifier(site));
            let (name, module) = (String::leak(name), module_path!());
            Metadata::new(name, module, Level::INFO, None, None, None, fields, Kind::SPAN)
        });
        callsite::register(site);
        site
    }

    /// A span of this callsite.
    pub fn span(&'static self) -> Span {
        let metadata = Callsite::metadata(self);
        Span::new(metadata, &metadata.fields().value_set(&[]))
    }
}

impl Callsite for DynamicSite {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        self.metadata.get().expect("set before the callsite is known to anybody")
    }
}
