//! `spanfire overhead`: what samplers would have said.

use super::command::Desk;
use serde_json::json;

#[test]
fn samplers_are_tried_at_the_rates_asked_for() {
    let desk = Desk::new();
    let asked = ["overhead", "run.spanfire", "--only", "sampling", "--hz", "100000,50"];
    let text = desk.stdout(&asked);
    assert!(text.starts_with("sampling: what a sampler with jitter would have said"), "{text}");
    assert!(text.contains("100,000 Hz says") && text.contains("the spans"), "{text}");
    let json = desk.json(&[&asked[..], &["--format", "json"]].concat());
    let sampling = &json["sampling"];
    let rates = sampling["rates"].as_array().unwrap();
    assert_eq!(rates.iter().map(|rate| &rate["hz"]).collect::<Vec<_>>(), [50, 100_000]);
    let frames = sampling["frames"].as_array().unwrap();
    let own = frames.iter().map(|frame| frame["self"]["busy_ns"].as_u64().unwrap());
    assert_eq!(json!(own.sum::<u64>()), sampling["busy_ns"]);
    let samples = frames.iter().map(|frame| frame["self"]["rates"][1]["samples"].as_u64().unwrap());
    assert_eq!(json!(samples.sum::<u64>()), rates[1]["samples"]);
    let csv = desk.stdout(&[&asked[..], &["--format", "csv"]].concat());
    assert!(csv.starts_with("name,stack,depth,segments,part,busy_ns,probe_ns,share,hz,"), "{csv}");
    assert_eq!(csv.matches(",self,").count(), 2 * frames.len());
}

#[test]
fn a_rate_of_nothing_is_a_typing_error() {
    Desk::new().fails(
        &["overhead", "run.spanfire", "--hz", "99,0"],
        2,
        &["--hz 0", "samples per second"],
    );
}

#[test]
fn the_picture_leaves_standard_output_to_the_tables() {
    let desk = Desk::new();
    let json = desk.json(&["overhead", "run.spanfire", "--format", "json", "--scatter", "s.svg"]);
    assert!(json["sampling"].is_object());
    assert!(desk.read("s.svg").contains("believe the "));
}
