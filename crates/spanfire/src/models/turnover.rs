//! A full chunk is sent, comes back empty, and is written again, perhaps by another lane.

use super::*;
use crate::chunk::CHUNK_WORDS;

/// Records that fill a chunk, two words each.
const FULL: u64 = CHUNK_WORDS as u64 / 2;

#[test]
fn the_order_holds_where_one_chunk_ends_and_the_next_begins() {
    check(|| {
        let mut stage = Stage::new();
        let player = stage.lane();
        player.enter_all(1..FULL);
        let owner = thread::spawn(move || player.enter_all(FULL..FULL + 3));
        stage.collector.look();
        stage.collector.take_waiting();
        owner.join().unwrap();
        assert_eq!(stage.finish().entered(0), (1..FULL + 3).collect::<Vec<_>>());
    });
}

#[test]
fn a_change_of_a_chunks_last_record_is_told_once() {
    check(|| {
        let mut stage = Stage::new();
        let player = stage.lane();
        player.enter_all(10..10 + FULL - 1);
        player.create(2);
        let owner = thread::spawn(move || {
            player.enter(2);
            player.exit(2);
        });
        stage.collector.look();
        stage.collector.take_waiting();
        owner.join().unwrap();
        let told = stage.finish().of(0);
        assert_eq!(told[FULL as usize - 1..], [New(2), Enter(2), Exit(2)]);
    });
}

#[test]
fn a_chunk_that_comes_back_to_its_lane_is_not_told_again() {
    check(|| {
        let mut stage = Stage::new();
        let player = stage.lane();
        player.enter_all(1..FULL + 1);
        let owner = thread::spawn(move || player.enter_all(FULL + 1..FULL + 3));
        stage.collector.take_waiting();
        stage.collector.look();
        owner.join().unwrap();
        assert_eq!(stage.finish().entered(0), (1..FULL + 3).collect::<Vec<_>>());
    });
}

#[test]
fn a_chunk_that_goes_to_another_lane_is_told_as_that_lanes() {
    check(|| {
        let mut stage = Stage::new();
        let (first, second) = (stage.lane(), stage.lane());
        // The chunk that either opens next is its second, so that only the owner tells them apart.
        first.enter_all(1..FULL + 1);
        second.enter_all(100..100 + FULL);
        let one = thread::spawn(move || first.enter(FULL + 1));
        let other = thread::spawn(move || second.enter(100 + FULL));
        stage.collector.take_waiting();
        stage.collector.look();
        one.join().unwrap();
        other.join().unwrap();
        let told = stage.finish();
        assert_eq!(told.entered(0), (1..FULL + 2).collect::<Vec<_>>());
        assert_eq!(told.entered(1), (100..101 + FULL).collect::<Vec<_>>());
    });
}
