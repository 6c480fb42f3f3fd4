use super::{Limits, export};
use crate::export::two_threads::recording;
use crate::export::{Carried, Source};
use spanfire_views::{Names, Replay, Selection};

fn exported(limits: Limits) -> (String, Carried) {
    let recording = recording();
    let replay = Replay::new(&recording, Selection::default());
    let mut bytes = Vec::new();
    let source = Source { replay: &replay, names: Names::Name };
    let carried = export(&source, &mut bytes, limits).unwrap();
    (String::from_utf8(bytes).unwrap(), carried)
}

#[test]
fn however_many_events_are_kept_at_once_the_file_is_the_same() {
    let whole = exported(Limits { events_at_once: 1_000, requests: 100 });
    for events_at_once in [0, 1, 7, 12] {
        assert!(exported(Limits { events_at_once, requests: 100 }) == whole, "{events_at_once}");
    }
}

#[test]
fn the_longest_requests_have_a_profile_and_the_others_are_counted() {
    let (text, carried) = exported(Limits { events_at_once: 1_000, requests: 3 });
    let names: Vec<&str> = text
        .split("\"name\":\"")
        .filter_map(|part| part.split('"').next())
        .filter(|name| name.starts_with("request"))
        .collect();
    assert_eq!(names, ["request 10 work 11 ns", "request 9 work 10 ns", "request 8 work 9 ns"]);
    // The spans that were never entered would have been in requests only.
    assert_eq!((carried.spans, carried.left_out), (10, 2));
    assert!(carried.to_string().starts_with("2 spans left out; 9 shorter requests"), "{carried}");
}
