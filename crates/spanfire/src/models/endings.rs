//! A lane ends, the recording finishes while a lane goes on, or there is no room.

use super::*;
use crate::{Overflow, chunk::CHUNK_WORDS};

/// Records that fill a chunk, two words each.
const FULL: u64 = CHUNK_WORDS as u64 / 2;

#[test]
fn the_last_events_of_a_thread_that_ends_are_told() {
    check(|| {
        let mut stage = Stage::new();
        let player = stage.lane();
        let owner = thread::spawn(move || {
            player.enter_all(2..4);
            player.end();
        });
        stage.collector.look();
        stage.collector.look();
        owner.join().unwrap();
        assert_eq!(stage.finish().entered(0), [2, 3]);
    });
}

#[test]
fn a_thread_that_ends_with_a_full_chunk_on_its_way_loses_nothing() {
    check(|| {
        let mut stage = Stage::new();
        let player = stage.lane();
        player.enter_all(1..FULL + 1);
        let owner = thread::spawn(move || {
            player.enter(FULL + 1);
            player.end();
        });
        stage.collector.look();
        stage.collector.take_waiting();
        stage.collector.look();
        owner.join().unwrap();
        assert_eq!(stage.finish().entered(0), (1..FULL + 2).collect::<Vec<_>>());
    });
}

#[test]
fn an_ended_lanes_chunk_serves_the_next_lane() {
    check(|| {
        let mut stage = Stage::new();
        let (first, second) = (stage.lane(), stage.lane());
        first.enter(2);
        let one = thread::spawn(move || first.end());
        let other = thread::spawn(move || second.enter_all(10..12));
        stage.collector.look();
        stage.collector.look();
        one.join().unwrap();
        other.join().unwrap();
        let told = stage.finish();
        assert_eq!(told.entered(0), [2]);
        assert_eq!(told.entered(1), [10, 11]);
    });
}

#[test]
fn finishing_takes_what_was_recorded_before_from_a_thread_that_goes_on() {
    check(|| {
        let stage = Stage::new();
        let player = stage.lane();
        player.enter_all(1..FULL + 1);
        let owner = thread::spawn(move || player.enter_all(FULL + 1..FULL + 3));
        let told = stage.finish().entered(0);
        owner.join().unwrap();
        let whole: Vec<u64> = (1..FULL + 3).collect();
        assert!(whole.starts_with(&told), "{told:?}");
        assert!(told.len() >= FULL as usize, "{told:?}");
    });
}

#[test]
fn finishing_takes_what_was_taken_in_part_before() {
    check(|| {
        let mut stage = Stage::new();
        let player = stage.lane();
        player.enter_all(1..FULL);
        stage.collector.look();
        player.enter(FULL);
        let owner = thread::spawn(move || player.enter_all(FULL + 1..FULL + 3));
        let told = stage.finish().entered(0);
        owner.join().unwrap();
        let whole: Vec<u64> = (1..FULL + 3).collect();
        assert!(whole.starts_with(&told), "{told:?}");
        assert!(told.len() >= FULL as usize, "{told:?}");
    });
}

#[test]
fn what_is_told_and_what_is_lost_make_up_all_that_happened() {
    check(|| {
        let mut stage = Stage::with(Overflow::Drop, 0);
        let player = stage.lane();
        player.enter_all(1..FULL + 2);
        let owner = thread::spawn(move || {
            player.enter(FULL + 2);
            player.end();
        });
        stage.collector.look();
        stage.collector.look();
        owner.join().unwrap();
        let told = stage.finish();
        assert_eq!(told.entered(0), (1..FULL + 1).collect::<Vec<_>>());
        assert_eq!(told.lost(), 2);
    });
}

#[test]
fn a_loss_that_the_next_chunk_tells_is_told_once() {
    check(|| {
        let mut stage = Stage::with(Overflow::Drop, 1);
        let (first, second) = (stage.lane(), stage.lane());
        // The second lane's chunk fills the channel, so that the first one's has no room.
        second.enter_all(100..101 + FULL);
        first.enter_all(1..FULL + 2);
        let owner = thread::spawn(move || first.enter_all(FULL + 2..FULL + 4));
        stage.collector.take_waiting();
        stage.collector.look();
        owner.join().unwrap();
        let told = stage.finish();
        assert_eq!(told.entered(1), (100..101 + FULL).collect::<Vec<_>>());
        assert_eq!(told.entered(0).len() as u64 + told.lost(), FULL + 3);
        assert!(told.lost() >= 1);
    });
}

#[test]
fn a_loss_is_told_once_when_the_recording_finishes_meanwhile() {
    check(|| {
        let stage = Stage::with(Overflow::Drop, 1);
        let (first, second) = (stage.lane(), stage.lane());
        second.enter_all(100..101 + FULL);
        first.enter_all(1..FULL + 3);
        let owner = thread::spawn(move || first.enter_all(FULL + 3..FULL + 5));
        let told = stage.finish();
        owner.join().unwrap();
        let (entered, lost) = (told.entered(0).len() as u64, told.lost());
        assert!(entered + lost >= FULL + 2, "{entered} entered, {lost} lost");
        assert!(entered + lost <= FULL + 4, "{entered} entered, {lost} lost");
    });
}
