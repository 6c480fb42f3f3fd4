//! The collector reads the open chunk while its owner writes on.

use super::*;

#[test]
fn the_collector_sees_whole_records_in_their_order() {
    check(|| {
        let mut stage = Stage::new();
        let player = stage.lane();
        let owner = thread::spawn(move || player.enter_all(2..5));
        stage.collector.look();
        stage.collector.look();
        owner.join().unwrap();
        assert_eq!(stage.finish().entered(0), [2, 3, 4]);
    });
}

#[test]
fn every_change_in_place_is_told_once() {
    check(|| {
        let mut stage = Stage::new();
        let player = stage.lane();
        let owner = thread::spawn(move || {
            player.create(2);
            player.enter(2);
            player.exit(2);
            player.drop_handle(2);
        });
        stage.collector.look();
        stage.collector.look();
        owner.join().unwrap();
        assert_eq!(stage.finish().of(0), [New(2), Enter(2), Exit(2), Drop(2)]);
    });
}

#[test]
fn a_record_too_old_to_change_is_followed_by_one_of_its_own() {
    check(|| {
        let mut stage = Stage::new();
        let player = stage.lane();
        let owner = thread::spawn(move || {
            player.create(2);
            player.enter(2);
            player.exit(2);
            player.drop_handle(2);
        });
        stage.collector.age();
        stage.collector.age();
        stage.collector.look();
        owner.join().unwrap();
        assert_eq!(stage.finish().of(0), [New(2), Enter(2), Exit(2), Drop(2)]);
    });
}

#[test]
fn a_change_and_the_record_after_it_keep_their_order() {
    check(|| {
        let mut stage = Stage::new();
        let player = stage.lane();
        player.create(2);
        stage.collector.look();
        let owner = thread::spawn(move || {
            player.enter(2);
            player.create(4);
            player.enter(4);
        });
        stage.collector.look();
        owner.join().unwrap();
        assert_eq!(stage.finish().of(0), [New(2), Enter(2), New(4), Enter(4)]);
    });
}
