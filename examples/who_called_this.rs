//! A hot function whose caller is to blame.
//!
//! A message broker encodes each message and sends it. After each one it writes a log line with the
//! size of the batch so far, and finds that size by encoding the batch again. Logging is switched
//! off, but the line is put together before anyone asks.
//!
//! `top` blames the encoder: it has most of the self time, and one might start to tune it. Focus on
//! `encode` and read its callers instead, and most of its time turns out to be the log's. The same
//! from the command line:
//!
//! ```text
//! spanfire flamegraph target/spanfire/who_called_this.spanfire --reverse --focus '^encode$'
//! ```
//!
//! What to look at: `who_called_this.focus.svg`, where `encode` is at the bottom and its two
//! callers stand on it, each as wide as what it made `encode` cost.

use pictures::Failure;
use regex::Regex;
use spanfire_views::{CallTree, Names, Replay, Selection, Stacks, Weight};
use std::hint::black_box;
use tracing::instrument;

fn main() -> Result<(), Failure> {
    let guard = pictures::recorder("who_called_this")?.init()?;
    for batch in 0..1_000 {
        publish(batch);
    }
    let recording = guard.finish()?;

    println!("`top` blames the encoder:\n");
    pictures::print_top(&recording, 5)?;

    let focus = Selection { focus: Some(Regex::new("^encode$")?), ..Selection::default() };
    let callers = CallTree::of(&Replay::new(&recording, focus), Stacks::Thread)?.reversed();
    println!("`--focus '^encode$'` with the callers blames the log:\n");
    print_callers(&callers, "encode");
    pictures::draw_flamegraph(&callers, "who_called_this.focus", "Who calls encode")?;
    pictures::draw(&recording, "who_called_this", Stacks::Thread)
}

// The broker.

struct Message {
    topic: String,
    body: Vec<u8>,
}

#[instrument(skip_all)]
fn publish(batch: u64) {
    let messages = receive(batch);
    for sent in 1..=messages.len() {
        validate(&messages[sent - 1]);
        send(&encode(&messages[sent - 1..sent]));
        log_progress(&messages[..sent]);
    }
}

#[instrument(skip_all)]
fn receive(batch: u64) -> Vec<Message> {
    let body = |number: u64| (0..400 + batch % 50).map(|at| (at * number) as u8).collect();
    (1..=8)
        .map(|number| Message { topic: format!("orders/{batch}/{number}"), body: body(number) })
        .collect()
}

#[instrument(skip_all)]
fn validate(message: &Message) {
    black_box(message.body.iter().map(|&byte| u32::from(byte)).sum::<u32>());
}

/// Base64, with the topic in front.
#[instrument(skip_all)]
fn encode(messages: &[Message]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for message in messages {
        text.push_str(&message.topic);
        text.push(' ');
        for bytes in message.body.chunks(3) {
            let bits = bytes.iter().fold(0, |bits, &byte| bits << 8 | usize::from(byte));
            let bits = bits << (8 * (3 - bytes.len()));
            for digit in 0..=bytes.len() {
                text.push(DIGITS[bits >> (18 - 6 * digit) & 63].into());
            }
        }
        text.push('\n');
    }
    text
}

#[instrument(skip_all)]
fn send(line: &str) {
    black_box(line.bytes().filter(|&byte| byte == b'\n').count());
}

/// Says how much has been sent, if anyone listens. The size is found before that is known.
#[instrument(skip_all)]
fn log_progress(sent: &[Message]) {
    let bytes = encode(sent).len();
    tracing::trace!(messages = sent.len(), bytes, "sent");
}

// The callers.

fn print_callers(tree: &CallTree, name: &str) {
    let totals = tree.totals(Weight::Busy);
    let share = |node: usize| 100.0 * totals[node] as f64 / totals[0].max(1) as f64;
    let label = |node: usize| {
        let frame = tree.nodes()[node].frame;
        frame.map(|frame| tree.label(frame, Names::Name)).unwrap_or_default()
    };
    for hot in (1..totals.len()).filter(|&node| tree.nodes()[node].depth == 1) {
        if label(hot) != name {
            continue;
        }
        println!("{:>7.1} %  {}", share(hot), label(hot));
        for caller in (1..totals.len()).filter(|&node| tree.nodes()[node].parent == hot) {
            println!("{:>7.1} %    called by {}", share(caller), label(caller));
        }
    }
    println!();
}
