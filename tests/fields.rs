//! Which field values are recorded, and how spans are related.

use spanfire::Fields;
use spanfire_recording::Recording;
use spanfire_tests::{FORMS, Session, Transcript};
use std::fmt;
use std::process::Command;
use tracing::{Span, field, info, info_span};

/// Records `program` with `fields` of both forms and hands the transcript of each to `look`.
fn check(fields: fn() -> Fields, program: impl Fn(), look: impl Fn(&Transcript)) {
    for form in FORMS {
        let session = Session::with(form, |builder| builder.fields(fields()).events(true));
        session.run(&program);
        let transcript = Transcript::of(&session.finish());
        assert_eq!(transcript.strays, [""; 0], "{form:?}");
        look(&transcript);
    }
}

fn root_and_child() {
    let _root = info_span!("root", id = 7, path = "/a").entered();
    info_span!("child", id = 8, path = "/b").in_scope(|| ());
}

#[test]
fn by_default_roots_have_their_fields_and_children_have_none() {
    for form in FORMS {
        let transcript = Session::transcript_of(form, root_and_child);
        assert_eq!(transcript.span("root").fields, ["id=7", "path=/a"], "{form:?}");
        assert_eq!(transcript.span("child").fields, [""; 0], "{form:?}");
    }
}

#[test]
fn all_fields_are_recorded_where_all_are_asked_for() {
    check(
        || Fields::All,
        root_and_child,
        |transcript| {
            assert_eq!(transcript.span("root").fields, ["id=7", "path=/a"]);
            assert_eq!(transcript.span("child").fields, ["id=8", "path=/b"]);
        },
    );
}

#[test]
fn no_field_is_recorded_where_none_is_asked_for() {
    check(
        || Fields::None,
        root_and_child,
        |transcript| {
            assert!(transcript.spans.iter().all(|span| span.fields.is_empty()));
        },
    );
}

#[test]
fn named_fields_are_recorded_wherever_they_stand_and_no_others() {
    check(
        || Fields::Named(vec!["id".into()]),
        root_and_child,
        |transcript| {
            assert_eq!(transcript.span("root").fields, ["id=7"]);
            assert_eq!(transcript.span("child").fields, ["id=8"]);
        },
    );
}

/// A span with `parent: None` is a root wherever it stands, and names its request.
#[test]
fn an_explicit_root_has_its_fields_like_any_root() {
    for form in FORMS {
        let transcript = Session::transcript_of(form, || {
            let _outer = info_span!("outer").entered();
            info_span!(parent: None, "inner root", id = 1).in_scope(|| ());
        });
        assert_eq!(transcript.span("inner root").fields, ["id=1"], "{form:?}");
        assert_eq!(transcript.parent_of("inner root"), None, "{form:?}");
    }
}

struct Money(u32);

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Money {}", self.0)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} €", self.0)
    }
}

#[test]
fn values_of_every_type_come_back_as_they_were() {
    let program = || {
        let error: &(dyn std::error::Error + 'static) = &fmt::Error;
        let _root = info_span!(
            "root",
            signed = -3_i64,
            unsigned = u64::MAX,
            small = 3_u8,
            truth = true,
            float = 0.1,
            text = "a ✓ text\nof two lines",
            empty_text = "",
            debug = ?Money(3),
            display = %Money(4),
            wide = u128::MAX,
            error,
            nothing = field::Empty,
        );
        info_span!("long", text = "x".repeat(100_000));
    };
    check(
        || Fields::All,
        program,
        |transcript| {
            assert_eq!(
                transcript.span("root").fields,
                [
                    "signed=-3",
                    "unsigned=18446744073709551615",
                    "small=3",
                    "truth=true",
                    "float=0.1",
                    "text=a ✓ text\nof two lines",
                    "empty_text=",
                    "debug=Money 3",
                    "display=4 €",
                    "wide=340282366920938463463374607431768211455",
                    "error=an error occurred when formatting an argument",
                ]
            );
            let long = &transcript.span("long").fields;
            assert!(
                long.len() == 1 && long[0].starts_with("text=xxxx"),
                "a long text, cut or whole"
            );
        },
    );
}

/// [T63]
#[test]
fn a_value_that_is_recorded_late_is_the_spans_too() {
    let program = || {
        let root = info_span!("root", id = 1, status = field::Empty);
        root.in_scope(|| ());
        std::thread::scope(|scope| {
            let elsewhere = root.clone();
            scope.spawn(move || {
                elsewhere.record("status", 200).record("id", 2);
            });
        });
    };
    check(
        || Fields::Roots,
        program,
        |transcript| {
            assert_eq!(transcript.span("root").fields, ["id=1", "status=200", "id=2"]);
        },
    );
}

/// The recorder keeps no state of spans, so it does not know a root again: what is said late is
/// kept of every span unless no fields are wanted.
#[test]
fn a_value_that_is_recorded_late_is_kept_of_children_too() {
    let program = || {
        let _root = info_span!("root").entered();
        let child = info_span!("child", id = 1, status = field::Empty);
        child.record("status", 200);
    };
    let expect = |fields: fn() -> Fields, expected: &[&str]| {
        check(fields, program, |transcript| assert_eq!(transcript.span("child").fields, expected));
    };
    expect(|| Fields::Roots, &["status=200"]);
    expect(|| Fields::All, &["id=1", "status=200"]);
    expect(|| Fields::Named(vec!["id".into()]), &["id=1"]);
    expect(|| Fields::None, &[]);
}

/// [T33] What `programs/formatting.rs` does.
#[test]
fn a_field_whose_debug_opens_spans_and_emits_events_leaves_all_of_them_whole() {
    for form in ["subscriber", "layer"] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run.spanfire");
        let program = Command::new(env!("CARGO_BIN_EXE_formatting")).arg(form).arg(&path).status();
        assert!(program.expect("a program that starts").success(), "{form}");
        let transcript = Transcript::of(&Recording::open(&path).expect("a recording"));

        assert_eq!(transcript.strays, [""; 0], "{form}");
        let root = &transcript.span("root").fields;
        assert_eq!(root, &["before=1", "traces=traced", "after=2", "after=traced"], "{form}");
        let inside: Vec<_> = transcript.named("inside").collect();
        assert_eq!(inside.len(), 3, "{form}");
        assert!(inside.iter().all(|span| span.closed && span.fields == ["depth=1"]), "{form}");
        let mut events: Vec<_> =
            transcript.instants.into_iter().map(|event| event.fields).collect();
        events.iter_mut().for_each(|fields| fields.sort());
        events.sort();
        let formatting = || vec!["message=formatting".to_owned(), "value=1".to_owned()];
        let outer = vec!["message=an event".to_owned(), "traces=traced".to_owned()];
        assert_eq!(events, [outer, formatting(), formatting(), formatting()], "{form}");
        assert!(transcript.spans.iter().all(|span| span.closed), "{form}");
    }
}

/// [T15] Also in a circle.
#[test]
fn what_follows_from_what_is_recorded() {
    let program = || {
        let (first, second) = (info_span!("first"), info_span!("second"));
        let third = info_span!("third");
        second.follows_from(&first);
        third.follows_from(&first);
        third.follows_from(&second);
        first.follows_from(&third);
    };
    check(
        || Fields::Roots,
        program,
        |transcript| {
            assert_eq!(transcript.span("first").follows, [2]);
            assert_eq!(transcript.span("second").follows, [0]);
            assert_eq!(transcript.span("third").follows, [0, 1]);
        },
    );
}

/// [T11] [T12]
#[test]
fn parents_are_the_current_span_or_what_was_said() {
    let program = || {
        let never_entered = info_span!("never entered");
        let _outer = info_span!("outer").entered();
        info_span!("by context").in_scope(|| ());
        info_span!(parent: &never_entered, "by name").in_scope(|| {
            info_span!("by context of by name").in_scope(|| ());
        });
        info_span!(parent: None, "by none").in_scope(|| ());
    };
    check(
        || Fields::Roots,
        program,
        |transcript| {
            assert_eq!(transcript.parent_of("outer"), None);
            assert_eq!(transcript.parent_of("by context"), Some("outer"));
            assert_eq!(transcript.parent_of("by name"), Some("never entered"));
            assert_eq!(transcript.parent_of("by context of by name"), Some("by name"));
            assert_eq!(transcript.parent_of("by none"), None);
        },
    );
}

#[test]
fn a_span_closes_with_its_last_handle() {
    let program = || {
        let span = info_span!("span");
        let clones: Vec<Span> = (0..3).map(|_| span.clone()).collect();
        span.in_scope(|| ());
        drop(span);
        info_span!("between").in_scope(|| ());
        drop(clones);
        info_span!("after").in_scope(|| ());
    };
    check(
        || Fields::Roots,
        program,
        |transcript| {
            let closes = transcript.only_lane().iter().filter(|line| line.starts_with("close"));
            assert_eq!(closes.collect::<Vec<_>>(), ["close between", "close span", "close after"]);
        },
    );
}

#[test]
fn events_are_instants_of_the_span_they_happen_in() {
    let program = || {
        info!("outside");
        let span = info_span!("span").entered();
        info!(answer = 42, "inside");
        info!(parent: None, "a root");
        drop(span);
        let other = info_span!("other");
        info!(parent: &other, "elsewhere");
    };
    check(
        || Fields::All,
        program,
        |transcript| {
            let parents: Vec<_> =
                transcript.instants.iter().map(|instant| instant.parent).collect();
            assert_eq!(parents, [None, Some(0), None, Some(1)]);
            let mut inside = transcript.instants[1].fields.clone();
            inside.sort();
            assert_eq!(inside, ["answer=42", "message=inside"]);
        },
    );
}
