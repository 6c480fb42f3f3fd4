//! Both forms report exactly as many spans, enters and exits as a counting layer beside them.

use spanfire_recording::{Form, LossCause};
use spanfire_tests::{
    Counts, FORMS, Session, async_program, counts_of, losses_of, pool, rayon_program, runtime,
    sync_program,
};
use spanfire_views::{Replay, Selection, Summary};

/// Runs `program` under a recorder of either form and compares what was recorded, by the events
/// themselves and by the views' summary, with what the counter saw. Gives the counts.
#[track_caller]
fn check(form: Form, program: impl FnOnce(&Session)) -> Counts {
    let session = Session::with(form, |builder| builder.events(true));
    program(&session);
    let counted = session.counts();
    let recording = session.finish();
    assert_eq!(counts_of(&recording), counted, "{form:?}");
    let mut losses = losses_of(&recording);
    losses.retain(|loss| loss.cause != LossCause::Stall);
    assert_eq!(losses, [], "{form:?}");

    let replay = Replay::new(&recording, Selection::default());
    let summary = Summary::of(&replay).expect("a summary");
    let summed = (summary.spans, summary.segments, summary.instants);
    assert_eq!(summed, (counted.spans, counted.enters, counted.instants), "{form:?}");
    let oddities = (summary.lost_events, summary.unmatched_exits, summary.unknown_spans);
    assert_eq!(oddities, (0, 0, 0), "{form:?}");
    counted
}

#[test]
fn a_program_without_threads_is_counted_exactly() {
    for form in FORMS {
        let counts = check(form, |session| session.run(|| sync_program(500)));
        // A round is 1 outer, 3 inner, 5 recursive, 2 overlapping and 1 never entered span.
        let expected = Counts { spans: 6_000, enters: 6_000, exits: 6_000, instants: 500 };
        assert_eq!(counts, expected, "{form:?}");
    }
}

#[test]
fn a_rayon_program_is_counted_exactly_while_its_pool_lives() {
    for form in FORMS {
        let mut kept = None;
        let counts = check(form, |session| {
            let pool = pool(session.dispatch(), 4);
            rayon_program(&pool, 5_000);
            kept = Some(pool);
        });
        assert_eq!((counts.spans, counts.enters), (15_001, 15_001), "{form:?}");
    }
}

/// [T16] [T17] [T18] [T21] [T22] Every poll is a segment, and so is the one in which an
/// instrumented future is dropped.
#[test]
fn a_tokio_program_of_joined_selected_spawned_and_cancelled_futures_is_counted_exactly() {
    for form in FORMS {
        let counts = check(form, |session| {
            let runtime = runtime(session.dispatch(), 4);
            session.run(|| runtime.block_on(async_program(60)));
        });
        // A request is itself, 2 joined, 2 selected, 2 spawned and 1 timed out, and 17 or 18 steps:
        // the future that wins has taken its one step when it does.
        assert!(counts.spans >= 60 * (8 + 17), "{form:?}: {counts:?}");
        assert!(counts.enters > counts.spans + 60 * 20, "futures are polled often: {counts:?}");
        assert_eq!(counts.instants, 60, "{form:?}");
    }
}

#[test]
fn without_being_asked_for_events_are_not_recorded() {
    for form in FORMS {
        let session = Session::start(form);
        session.run(|| sync_program(3));
        let seen_beside = session.counts().instants;
        assert_eq!(counts_of(&session.finish()).instants, 0, "{form:?}");
        // The stand-alone form is the subscriber below: it switches events off altogether.
        let expected = if form == Form::Layer { 3 } else { 0 };
        assert_eq!(seen_beside, expected, "{form:?}");
    }
}
