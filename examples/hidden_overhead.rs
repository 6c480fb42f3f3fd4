//! A cost that is thin everywhere: the forward graph hides it, the reversed one puts it first.
//!
//! A web worker answers four kinds of requests. Almost every step looks something up in a cache,
//! and for each look-up the key is put together anew by `cache_key`. Every such call is short, and
//! they hang under some thirty different stacks. Ranked by width, the forward graph's boxes are
//! pages and steps; the widest single `cache_key` comes far down. The reversed graph starts from
//! the innermost frame and so adds up all of them: `cache_key` is its widest box.
//!
//! What to look at: `hidden_overhead.flamegraph.svg`, where `cache_key` is a fringe along the top,
//! then `hidden_overhead.reversed.svg`, where it is the widest box at the bottom with its callers
//! above it. The program prints both rankings, and how samplers would have ranked the innermost
//! frames: a sampler is good at what is thin everywhere but large in sum, and needs many samples to
//! put what comes after it in the right order.

use pictures::Failure;
use spanfire_views::{
    CallTree, Names, Replay, SampledFrame, SamplingEstimate, SamplingOptions, Selection, Stacks,
    Weight,
};
use std::cmp::Reverse;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::hint::black_box;
use tracing::instrument;

fn main() -> Result<(), Failure> {
    let guard = pictures::recorder("hidden_overhead")?.init()?;
    for user in 0..24_000 {
        serve(user);
    }
    let recording = guard.finish()?;

    let forward = CallTree::of(&Replay::new(&recording, Selection::default()), Stacks::Thread)?;
    print_forward(&forward);
    print_reversed(&forward.reversed());
    let replay = Replay::new(&recording, Selection::default());
    print_samplers(&SamplingEstimate::of(&replay, &SamplingOptions::default())?);
    pictures::draw(&recording, "hidden_overhead", Stacks::Thread)
}

// The worker.

#[instrument(name = "worker", skip_all)]
fn serve(user: u64) {
    match user % 4 {
        0 => product_page(user),
        1 => cart_page(user),
        2 => search_page(user),
        _ => account_page(user),
    }
}

#[instrument(skip_all)]
fn product_page(user: u64) {
    authenticate(user);
    load_product(user);
    load_reviews(user);
    price(user);
    recommend(user);
    render(user, 14);
}

#[instrument(skip_all)]
fn cart_page(user: u64) {
    authenticate(user);
    load_product(user);
    price(user);
    shipping(user);
    render(user, 10);
}

#[instrument(skip_all)]
fn search_page(user: u64) {
    authenticate(user);
    search_index(user);
    recommend(user);
    render(user, 16);
}

#[instrument(skip_all)]
fn account_page(user: u64) {
    authenticate(user);
    load_orders(user);
    recommend(user);
    render(user, 12);
}

#[instrument(skip_all)]
fn authenticate(user: u64) {
    cached("session", user);
    cached("rights", user);
    compute(26);
}

#[instrument(skip_all)]
fn load_product(user: u64) {
    cached("product", user);
    cached("stock", user);
    compute(30);
}

#[instrument(skip_all)]
fn load_reviews(user: u64) {
    cached("reviews", user);
    cached("authors", user);
    compute(24);
}

#[instrument(skip_all)]
fn price(user: u64) {
    cached("price", user);
    cached("discount", user);
    cached("currency", user);
    compute(22);
}

#[instrument(skip_all)]
fn shipping(user: u64) {
    cached("address", user);
    cached("carrier", user);
    compute(28);
}

#[instrument(skip_all)]
fn search_index(user: u64) {
    cached("terms", user);
    cached("synonyms", user);
    compute(60);
}

#[instrument(skip_all)]
fn load_orders(user: u64) {
    cached("orders", user);
    cached("invoices", user);
    compute(56);
}

#[instrument(skip_all)]
fn recommend(user: u64) {
    cached("history", user);
    cached("neighbours", user);
    compute(34);
}

#[instrument(skip_all)]
fn render(user: u64, rounds: u64) {
    header(user);
    body(user, rounds);
    footer(user);
}

#[instrument(skip_all)]
fn header(user: u64) {
    cached("menu", user);
    compute(10);
}

#[instrument(skip_all)]
fn body(user: u64, rounds: u64) {
    cached("template", user);
    compute(2 * rounds);
}

#[instrument(skip_all)]
fn footer(user: u64) {
    cached("links", user);
    compute(8);
}

fn cached(kind: &str, user: u64) -> u64 {
    cache_key(kind, &[user, user % 7, user % 11, user % 13])
}

/// Serialises the parts, escapes them, and hashes the result: more than a look-up needs.
#[instrument(skip_all)]
fn cache_key(kind: &str, parts: &[u64]) -> u64 {
    let mut key = String::from("v2/shop");
    for part in parts {
        // Writing to a string cannot fail.
        let _ = write!(key, "/{kind}={part:>016x}");
    }
    let key = key.replace('=', "%3D").to_uppercase();
    let mut hasher = DefaultHasher::new();
    for _ in 0..4 {
        key.hash(&mut hasher);
    }
    hasher.finish()
}

/// The worker's own business, about 150 ns a round.
fn compute(rounds: u64) {
    let mut hasher = DefaultHasher::new();
    for round in 0..rounds * 18 {
        round.hash(&mut hasher);
    }
    black_box(hasher.finish());
}

// The rankings.

fn print_forward(tree: &CallTree) {
    let totals = tree.totals(Weight::Busy);
    let mut boxes: Vec<usize> = (1..totals.len()).collect();
    boxes.sort_by_key(|&node| Reverse(totals[node]));

    println!("The widest boxes of the forward graph:");
    for (place, &node) in boxes.iter().enumerate() {
        let path = path(tree, node);
        let first_key = path.ends_with("cache_key");
        if place < 10 || first_key {
            println!("{:>5}. {:>5.1} %  {path}", place + 1, share(totals[node], totals[0]));
        }
        if first_key {
            break;
        }
    }
}

fn print_reversed(tree: &CallTree) {
    let totals = tree.totals(Weight::Busy);
    let mut boxes: Vec<usize> =
        (1..totals.len()).filter(|&node| tree.nodes()[node].depth == 1).collect();
    boxes.sort_by_key(|&node| Reverse(totals[node]));

    println!("\nThe first level of the reversed graph:");
    for (place, &node) in boxes.iter().enumerate().take(5) {
        let path = path(tree, node);
        println!("{:>5}. {:>5.1} %  {path}", place + 1, share(totals[node], totals[0]));
    }
    println!();
}

/// The innermost frames as samplers of each rate would have ranked them, beside the truth.
fn print_samplers(estimate: &SamplingEstimate) {
    println!("What samplers would have made of that ranking:");
    print_ranking(estimate, "the truth", |name| name.own.busy_ns);
    for (rate, hz) in estimate.rates_hz().iter().enumerate() {
        let label = format!("{hz} Hz");
        print_ranking(estimate, &label, |name| name.own.taken[rate].by(estimate.timer()));
    }
    println!();
}

fn print_ranking(estimate: &SamplingEstimate, label: &str, weight: impl Fn(&SampledFrame) -> u64) {
    let mut names: Vec<(u64, &str)> = estimate
        .names()
        .iter()
        .filter_map(|name| Some((weight(name), estimate.callsite(name.frame?).name.as_str())))
        .collect();
    names.sort_by_key(|&(weight, name)| (Reverse(weight), name));
    let all: u64 = names.iter().map(|&(weight, _)| weight).sum();
    let first = names.iter().take(5);
    let first: Vec<String> =
        first.map(|&(weight, name)| format!("{name} {:.1} %", share(weight, all))).collect();
    println!("{label:>10}: {}", first.join(", "));
}

/// The labels from the root to `node`.
fn path(tree: &CallTree, mut node: usize) -> String {
    let mut labels = Vec::new();
    while node != 0 {
        let frame = tree.nodes()[node].frame;
        labels.push(frame.map_or("(none)".into(), |frame| tree.label(frame, Names::Name)));
        node = tree.nodes()[node].parent;
    }
    labels.reverse();
    labels.join(" → ")
}

fn share(part: u64, whole: u64) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}
