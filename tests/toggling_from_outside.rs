//! Pausing, resuming and finishing from a thread whose default is not the recorder.
//!
//! `tracing` keeps one answer for each callsite. To renew it where one dispatcher is alive, it asks
//! the default of the thread that wants it renewed, whichever that is. So that there is one, this
//! file holds one test and its process to itself.

use spanfire_tests::{FORMS, Session, counts_of};
use tracing::info_span;

fn one_span() {
    info_span!("span").in_scope(|| ());
}

/// [T43]
#[test]
fn a_recorder_is_switched_from_a_thread_without_a_default() {
    for form in FORMS {
        let session = Session::start(form);
        session.run(one_span);
        session.guard().pause();
        session.run(one_span);
        session.guard().resume();
        session.run(one_span);
        assert_eq!(counts_of(&session.finish()).spans, 2, "{form:?}: before and after the pause");

        let first = Session::start(form);
        let second = Session::start(form);
        second.run(one_span);
        first.finish();
        second.run(one_span);
        assert_eq!(
            counts_of(&second.finish()).spans,
            2,
            "{form:?}: the first one's end changes nothing"
        );

        let last = Session::start(form);
        let guard = Session::start(form).into_guard();
        let alone = Session::start(form);
        drop(last.finish());
        alone.run(one_span);
        drop(guard);
        alone.run(one_span);
        assert_eq!(counts_of(&alone.finish()).spans, 2, "{form:?}: a guard without a subscriber");
    }
}
