//! A program with fields whose `Debug` itself traces, under a global recorder.
//!
//! Only with a global default does `tracing` let through what is traced from inside a callback. The
//! first argument is the recorder's form, the second the file to record to.

#![forbid(unsafe_code)]

use std::fmt;
use tracing::{info, info_span};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// A value whose formatting enters a span with a field of its own, and emits an event.
struct Traces;

impl fmt::Debug for Traces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let _inside = info_span!("inside", depth = 1).entered();
        info!(value = 1, "formatting");
        f.write_str("traced")
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [form, path] = &arguments[..] else { panic!("formatting FORM FILE") };
    let builder = spanfire::Recorder::builder().output(path);
    let builder = builder.fields(spanfire::Fields::All).events(true);
    let _guard = match form.as_str() {
        "subscriber" => builder.init().expect("a recorder"),
        _ => {
            let (layer, guard) = builder.layer().expect("a recorder");
            tracing_subscriber::registry().with(layer).init();
            guard
        }
    };
    let root = info_span!("root", before = 1, traces = ?Traces, after = 2);
    root.in_scope(|| {
        info!(traces = ?Traces, "an event");
        root.record("after", tracing::field::debug(Traces));
    });
    drop(root);
    info_span!("next").in_scope(|| ());
}
