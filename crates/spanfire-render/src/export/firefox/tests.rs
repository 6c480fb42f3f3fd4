use super::{BYTES_AT_ONCE, export};
use crate::export::Source;
use crate::export::two_threads::recording;
use spanfire_views::{Names, Replay, Selection};

fn exported(at_once: u64) -> Vec<u8> {
    let recording = recording();
    let replay = Replay::new(&recording, Selection::default());
    let mut bytes = Vec::new();
    let source = Source { replay: &replay, names: Names::Name };
    export(&source, None, &mut bytes, at_once).unwrap();
    bytes
}

#[test]
fn however_much_is_kept_at_once_the_file_is_the_same() {
    let whole = exported(BYTES_AT_ONCE);
    for at_once in [0, 1, 2_000, 3_000] {
        assert!(exported(at_once) == whole, "{at_once}");
    }
}
