//! Callsites that are a dynamic library's, and go with it.

use libloading::{Library, Symbol};
use spanfire_tests::{FORMS, Session, Transcript};
use std::any::TypeId;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use tracing::{Dispatch, info_span};

const ROUNDS: u64 = 100;

fn dispatch_type() -> u64 {
    let mut hasher = DefaultHasher::new();
    TypeId::of::<Dispatch>().hash(&mut hasher);
    hasher.finish()
}

/// Where `cargo test` leaves the library, if it builds examples.
fn path() -> PathBuf {
    let programs = Path::new(env!("CARGO_BIN_EXE_endings")).parent().expect("a folder");
    programs.join("examples").join(libloading::library_filename("plugin"))
}

/// Loads the library if it is there and knows the same `Dispatch` as this program.
fn load() -> Option<Library> {
    // SAFETY: it is a Rust library whose loading runs no code of ours.
    let library = unsafe { Library::new(path()) }.ok()?;
    // SAFETY: the signature is that in `programs/plugin.rs`.
    let theirs = unsafe { library.get::<extern "C" fn() -> u64>(b"dispatch_type") }.ok()?();
    (theirs == dispatch_type()).then_some(library)
}

/// The library, built where it is not there: with the features that one package asks for, or all.
fn library() -> Library {
    let builds = [&["--package", "spanfire-tests"][..], &["--workspace"]];
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    let built = builds.into_iter().find_map(|packages| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--example", "plugin", "--profile", profile]);
        cargo.args(packages).current_dir(env!("CARGO_MANIFEST_DIR"));
        cargo.status().is_ok_and(|status| status.success()).then(load).flatten()
    });
    built.expect("a library that knows our Dispatch")
}

/// [T56] The library is unloaded before its callsites are looked at again, and loaded once more.
#[test]
fn the_callsites_of_a_dynamic_library_outlive_it() {
    drop(load().unwrap_or_else(library));
    for form in FORMS {
        let session = Session::start(form);
        for _ in 0..2 {
            // A thread of its own: a library is not unloaded before its thread-locals are gone.
            let traces = || {
                let library = load().expect("a library that was there");
                // SAFETY: the signature is that in `programs/plugin.rs`, of the same `Dispatch`.
                let trace: Symbol<extern "C" fn(&Dispatch, u64)> =
                    unsafe { library.get(b"trace") }.expect("a function");
                // A registry closes parents through the default of its own `tracing`.
                session.run(|| trace(session.dispatch(), ROUNDS));
                library
            };
            let library = thread::scope(|scope| scope.spawn(traces).join()).expect("a thread");
            session.run(|| info_span!("between").in_scope(|| ()));
            library.close().expect("a library that lets go");
            if cfg!(target_os = "linux") {
                let maps = std::fs::read_to_string("/proc/self/maps").expect("/proc");
                assert!(!maps.contains("plugin"), "{form:?}: it is still there");
            }
        }
        let transcript = Transcript::of(&session.finish());
        assert_eq!(transcript.strays, [""; 0], "{form:?}");
        let outer: Vec<_> = transcript.named("in the library").collect();
        assert_eq!(outer.len() as u64, 2 * ROUNDS, "{form:?}");
        assert!(outer.iter().all(|span| span.closed && span.segments.len() == 1), "{form:?}");
        let numbers = outer.iter().map(|span| span.fields.concat());
        let expected = (0..2).flat_map(|_| (0..ROUNDS).map(|round| format!("round={round}")));
        assert!(numbers.eq(expected), "{form:?}");
        let deeper: Vec<_> = transcript.named("deeper in the library").collect();
        assert_eq!(deeper.len() as u64, 2 * ROUNDS, "{form:?}");
        let parent = |span: &spanfire_tests::Span| span.parent.map(|at| &transcript.spans[at].name);
        assert!(
            deeper.iter().all(|span| parent(span).is_some_and(|name| name == "in the library"))
        );
    }
}
