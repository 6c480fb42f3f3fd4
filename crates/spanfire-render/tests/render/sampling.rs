//! What samplers would have said.

use super::fixture::{Thread, callsite, hostile_callsites, recording, recording_that_cost};
use super::{Full, parsed, texts, written};
use spanfire_recording::{ProbeCost, ProbeSample, Recording};
use spanfire_render::sampling::{SamplingTableOptions, ScatterOptions, sampling, sampling_scatter};
use spanfire_render::tables::Format;
use spanfire_views::{Replay, SamplingEstimate, SamplingOptions, Selection};

fn estimate(recording: &Recording) -> SamplingEstimate {
    let replay = Replay::new(recording, Selection::default());
    SamplingEstimate::of(&replay, &SamplingOptions::default()).unwrap()
}

fn picture(estimate: &SamplingEstimate) -> String {
    written(|sink| sampling_scatter(estimate, &ScatterOptions::default(), sink))
}

fn table(estimate: &SamplingEstimate) -> String {
    written(|sink| sampling(estimate, &SamplingTableOptions::default(), Format::Table, sink))
}

/// A second of `serve`, in which `parse` takes 20 µs a thousand times and `rare` 1 µs once.
fn service(cost: Option<ProbeCost>) -> SamplingEstimate {
    let callsites = ["serve", "parse", "rare"].map(|name| callsite(name, "app", 1));
    let run = |thread: &mut Thread| {
        thread.span(0, |thread| {
            for _ in 0..1_000 {
                thread.pass(979_000);
                thread.span(1, |thread| thread.pass(20_000));
                thread.pass(1_000);
            }
            thread.span(2, |thread| thread.pass(1_000));
        });
    };
    estimate(&recording_that_cost(&callsites, cost, run))
}

/// How many elements with a tooltip have a class.
fn count(svg: &str, class: &str) -> usize {
    let document = parsed(svg);
    let titled = document.descendants().filter(|node| {
        node.first_element_child().is_some_and(|child| child.tag_name().name() == "title")
    });
    let classes = titled.filter_map(|node| node.attribute("class"));
    classes.filter(|classes| classes.split(' ').any(|word| word == class)).count()
}

#[test]
fn every_frame_stands_in_the_panel_of_every_rate() {
    let svg = picture(&service(None));
    assert_eq!(count(&svg, "dot"), 3 * 3);
    assert_eq!(count(&svg, "span"), 0, "nothing is known of what recording cost");
    assert!(!svg.contains("believe the"), "and so nothing of which to believe");
    let document = parsed(&svg);
    let titles = texts(&document, "title");
    let rare: Vec<_> = titles.iter().filter(|title| title.starts_with("serve → rare")).collect();
    assert!(rare.iter().all(|title| title.contains("missed altogether")), "{rare:?}");
    assert_eq!((rare.len(), count(&svg, "missed") >= 3), (3, true));
    let parse = titles.iter().find(|title| title.starts_with("serve → parse")).unwrap();
    assert!(parse.contains("depth 2, truly 2 %"), "{parse}");
}

/// √((1−p)/(pn)) = bias, solved for p: `parse` is 25 ns of 20 µs too long, and `serve` 235 µs of 1 s.
#[test]
fn the_crossing_is_where_theory_meets_the_median_of_the_spans() {
    let plain = ProbeSample {
        inside_min_ns: 25.0,
        inside_median_ns: 25.0,
        outside_min_ns: 210.0,
        outside_median_ns: 210.0,
        inside_spread_ns: None,
        outside_spread_ns: None,
    };
    let estimate = service(Some(ProbeCost { plain, samples: 1_000, fields: None, reenter: None }));
    let svg = picture(&estimate);
    assert_eq!(count(&svg, "span"), 3 * 3);
    let bias = estimate.median_bias().unwrap();
    assert!((bias - 25.0 / 19_975.0).abs() < 1e-9, "{bias}");
    for (rate, hz) in [(0, 99.0), (1, 999.0), (2, 4_999.0)] {
        let share = estimate.crossing(rate).unwrap().share;
        let chance = ((1.0 - share) / (share * hz * estimate.busy_ns() as f64 / 1e9)).sqrt();
        assert!((chance / bias - 1.0).abs() < 1e-9, "{hz} Hz");
    }
    assert!(svg.contains(">99 Hz: beats raw spans for 1 of 3 frames<"), "{svg}");
    assert_eq!(count(&svg, "worse"), 3, "serve, which no sampler is wrong about");
    assert!(table(&estimate).contains("the spans"));
}

/// A loop of exactly a period, of which `parse` is a tenth.
#[test]
fn lockstep_is_said_with_the_rate_and_the_stack() {
    let callsites = ["serve", "parse"].map(|name| callsite(name, "app", 1));
    let recording = recording(&callsites, |thread| {
        thread.span(0, |thread| {
            for _ in 0..500 {
                thread.pass(900_000);
                thread.span(1, |thread| thread.pass(100_000));
            }
        });
    });
    let replay = Replay::new(&recording, Selection::default());
    let options = SamplingOptions { rates_hz: vec![1_000, 787], ..SamplingOptions::default() };
    let table = table(&SamplingEstimate::of(&replay, &options).unwrap());
    let said: Vec<&str> = table.lines().filter(|line| line.starts_with("lockstep")).collect();
    assert_eq!(said.len(), 2, "{table}");
    assert!(said[0].contains("at 1,000 Hz reads serve → parse wrong by 3"), "{table}");
    assert!(said[1].contains("own time of serve"), "{table}");
}

#[test]
fn names_break_neither_picture_nor_table() {
    let callsites = hostile_callsites();
    let estimate = estimate(&recording(&callsites, |thread| {
        for number in 0..callsites.len() as u32 {
            thread.span(number, |thread| thread.pass(1_000_000));
        }
    }));
    assert!(!picture(&estimate).contains("<script>"));
    assert!(!table(&estimate).contains('\u{1b}'));
}

#[test]
fn nothing_to_sample_is_said() {
    let nothing = estimate(&recording(&[], |_| {}));
    assert!(picture(&nothing).contains("nothing ran"));
    assert!(table(&nothing).contains("nothing ran"));
}

#[test]
fn a_full_disk_is_an_error() {
    let estimate = service(None);
    assert!(sampling_scatter(&estimate, &ScatterOptions::default(), &mut Full).is_err());
    for format in [Format::Table, Format::Json, Format::Csv] {
        let options = SamplingTableOptions::default();
        assert!(sampling(&estimate, &options, format, &mut Full).is_err());
    }
}
