//! A callsite that is first hit where the recorder is not the default.
//!
//! `tracing` then asks the default of that thread alone, if one dispatcher is alive in the process. So
//! that there is one, this file holds one test and its process to itself.

use spanfire_tests::{FORMS, Session, counts_of};
use tracing::info_span;

fn hit(form: usize) {
    if form == 0 {
        info_span!("of the first form").in_scope(|| ());
    } else {
        info_span!("of the second form").in_scope(|| ());
    }
}

/// [T29] Known of `tracing`, and what the documentation says: the callsite is off until callsites are
/// asked again, as `resume` does; a second dispatcher or a global default avoids it.
#[test]
fn a_callsite_first_hit_on_a_thread_without_the_scoped_default_is_off_until_all_are_asked_again() {
    for (number, form) in FORMS.into_iter().enumerate() {
        let session = Session::start(form);
        std::thread::scope(|scope| scope.spawn(|| hit(number)).join()).expect("a thread");
        session.run(|| hit(number));
        session.guard().resume();
        session.run(|| hit(number));
        assert_eq!(counts_of(&session.finish()).spans, 1, "{form:?}: the one after the resume");
    }
}
