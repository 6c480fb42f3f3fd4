//! Ticks become nanoseconds through the anchors.

use proptest::{collection::vec, prelude::*};
use spanfire_recording::{Anchor, Calibration, ClockInfo, ClockSource, Tick, Timebase};

const SECOND: u64 = 1_000_000_000;

fn clock(source: ClockSource, nanos_per_tick: f64) -> ClockInfo {
    ClockInfo { source, nanos_per_tick, kernel_source: None, warning: None }
}

fn anchor(tick: u64, monotonic_ns: u64) -> Anchor {
    Anchor { tick, monotonic_ns, unix_ns: 0, uncertainty_ticks: 0, raw_ns: None }
}

fn counter(nanos_per_tick: f64, anchors: &[Anchor]) -> Timebase {
    Timebase::new(&clock(ClockSource::Counter, nanos_per_tick), anchors)
}

/// [T3]
#[test]
fn a_minute_of_drift_is_corrected() {
    let ticks_per_second = 2_400_000_000;
    let calibrated = SECOND as f64 / ticks_per_second as f64;
    let start = 77 * ticks_per_second;
    // The true clock is 100 ppm faster than the calibration believes, and reads are off by 40 ns.
    let true_ns = |ticks: u64| (ticks as f64 * calibrated * (1.0 - 1e-4)) as u64;
    let anchors: Vec<Anchor> = (0..60)
        .map(|second: u64| {
            let ticks = second * ticks_per_second;
            anchor(start + ticks, 500 + true_ns(ticks) + second * 7 % 40)
        })
        .collect();
    let timebase = counter(calibrated, &anchors);
    let end = 60 * ticks_per_second;
    let error = timebase.ns(Tick(start + end)).abs_diff(true_ns(end)) as f64 / true_ns(end) as f64;
    assert!(error < 5e-5, "{} ppm at the end", error * 1e6);
    for second in 1..60 {
        let ticks = second * ticks_per_second - ticks_per_second / 2;
        let error = timebase.ns(Tick(start + ticks)).abs_diff(true_ns(ticks));
        assert!(error < 100, "{error} ns after {second} seconds");
    }
    let uncorrected = counter(calibrated, &anchors[..1]);
    let error = uncorrected.ns(Tick(start + end)) - true_ns(end);
    assert!(error > 5_000_000, "without correction it is only {error} ns");
}

#[test]
fn without_anchors_the_calibration_holds() {
    let timebase = counter(0.5, &[]);
    assert_eq!([0, 1, 2, 1_000].map(|tick| timebase.ns(Tick(tick))), [0, 0, 1, 500]);
}

#[test]
fn ticks_before_the_first_anchor_are_the_start() {
    let timebase = counter(0.5, &[anchor(1_000, 7)]);
    assert_eq!([0, 999, 1_000, 1_002].map(|tick| timebase.ns(Tick(tick))), [0, 0, 0, 1]);
}

#[test]
fn of_two_anchors_at_one_tick_the_first_holds() {
    let timebase = counter(1.0, &[anchor(0, 0), anchor(0, SECOND), anchor(SECOND, 2 * SECOND)]);
    assert_eq!(timebase.ns(Tick(0)), 0);
    assert_eq!(timebase.ns(Tick(SECOND)), 2 * SECOND);
}

#[test]
fn anchors_out_of_order_are_passed_over() {
    let ordered = [anchor(10, 0), anchor(10 + SECOND, SECOND), anchor(10 + 3 * SECOND, 3 * SECOND)];
    let [first, second, third] = ordered;
    let disturbed = [first, second, anchor(5, 2 * SECOND), anchor(10 + 2 * SECOND, 9), third];
    let (expected, timebase) = (counter(0.7, &ordered), counter(0.7, &disturbed));
    for tick in (0..5 * SECOND).step_by(SECOND as usize / 7) {
        assert_eq!(timebase.ns(Tick(tick)), expected.ns(Tick(tick)));
    }
}

#[test]
fn a_clock_that_a_test_drives_is_never_corrected() {
    let clock = clock(ClockSource::Manual, 1.0);
    let timebase = Timebase::new(&clock, &[anchor(0, 0), anchor(SECOND, 3 * SECOND)]);
    assert_eq!(timebase.ns(Tick(5 * SECOND)), 5 * SECOND);
}

#[test]
fn a_rate_that_makes_no_sense_is_taken_as_one() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
        assert_eq!(counter(rate, &[]).ns(Tick(12)), 12, "{rate}");
    }
}

fn calibration(nanos_per_tick: f64, anchors: &[Anchor]) -> Option<Calibration> {
    Calibration::of(&clock(ClockSource::Counter, nanos_per_tick), anchors)
}

/// Four anchors a second apart on a clock of 2 ticks a nanosecond, the third `late_ns` late.
fn four_anchors(late_ns: u64, uncertainty_ticks: u64) -> Vec<Anchor> {
    let late = [0, 0, late_ns, 0];
    let anchors = (0..).zip(late).map(|(second, late)| {
        let at = anchor(7 + 2 * second * SECOND, second * SECOND + late);
        Anchor { uncertainty_ticks, ..at }
    });
    anchors.collect()
}

#[test]
fn times_are_as_uncertain_as_anchors_and_as_far_off_as_one_is_from_its_neighbours_line() {
    assert_eq!(calibration(0.5, &[]), None);
    let known = |late_ns, uncertainty| calibration(0.5, &four_anchors(late_ns, uncertainty));
    let of = |error_ns| Some(Calibration { error_ns, corrected_ppm: Some(0.0) });
    assert_eq!(known(0, 80), of(40));
    assert_eq!(
        known(300, 0),
        of(300),
        "the late one lies that far off the line between the others"
    );
    assert_eq!(known(300, 80), of(340));
}

#[test]
fn an_anchor_that_is_too_early_to_correct_anything_still_shows_how_far_off_the_start_was() {
    let early = [anchor(0, 0), anchor(SECOND / 5, SECOND / 10 + 1_000)];
    let expected = Some(Calibration { error_ns: 1_000, corrected_ppm: None });
    assert_eq!(calibration(0.5, &early), expected);
}

#[test]
fn what_the_anchors_correct_is_told_in_millionths_of_the_rate() {
    let corrected = |nanos_per_tick| {
        calibration(nanos_per_tick, &four_anchors(0, 0)).and_then(|known| known.corrected_ppm)
    };
    assert_eq!(corrected(0.5 * 1.0001).map(f64::round), Some(100.0));
    assert_eq!(corrected(0.5 * 0.9999).map(f64::round), Some(-100.0));
    assert_eq!(corrected(f64::NAN), None);
}

/// Anchors about a second apart, of a clock that changes its speed all the time.
fn anchors() -> impl Strategy<Value = Vec<Anchor>> {
    let apart = (500_000_000u64..3 * SECOND, 0.2f64..3.0);
    (any::<u32>(), vec(apart, 0..12)).prop_map(|(start, pieces)| {
        let mut last = anchor(u64::from(start), 500);
        let mut anchors = vec![last];
        for (ns, nanos_per_tick) in pieces {
            last.monotonic_ns += ns;
            last.tick += (ns as f64 / nanos_per_tick) as u64;
            anchors.push(last);
        }
        anchors
    })
}

/// Any anchors at all, as a hostile file has them.
fn wild_anchors() -> impl Strategy<Value = Vec<Anchor>> {
    vec(any::<(u64, u64)>().prop_map(|(tick, ns)| anchor(tick, ns)), 0..8)
}

proptest! {
    #[test]
    fn time_never_runs_backwards(
        anchors in prop_oneof![anchors(), wild_anchors()],
        mut ticks in vec(prop_oneof![any::<u64>(), any::<u32>().prop_map(u64::from)], 2..50),
    ) {
        let timebase = counter(0.4, &anchors);
        // The ticks around each knot too.
        ticks.extend(anchors.iter().flat_map(|anchor| {
            [anchor.tick.saturating_sub(1), anchor.tick, anchor.tick.saturating_add(1)]
        }));
        ticks.sort_unstable();
        for pair in ticks.windows(2) {
            prop_assert!(timebase.ns(Tick(pair[0])) <= timebase.ns(Tick(pair[1])));
        }
    }

    #[test]
    fn any_anchors_have_an_error(anchors in wild_anchors(), rate in any::<f64>()) {
        prop_assert_eq!(calibration(rate, &anchors).is_some(), !anchors.is_empty());
    }

    #[test]
    fn time_goes_through_the_anchors_without_a_jump(anchors in anchors()) {
        let timebase = counter(0.4, &anchors);
        for anchor in &anchors {
            let at = timebase.ns(Tick(anchor.tick));
            prop_assert_eq!(at, anchor.monotonic_ns - anchors[0].monotonic_ns);
            let before = timebase.ns(Tick(anchor.tick.saturating_sub(1)));
            prop_assert!(at - before <= 3 + 3, "{} ns before a knot", at - before);
        }
    }
}
