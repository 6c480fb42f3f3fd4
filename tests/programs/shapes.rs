//! Recordings of shapes that the viewer must show: `shapes SHAPE OUT [COUNT]`.
//!
//! | shape | what |
//! |---|---|
//! | `one` | one span, no longer than its own recording takes |
//! | `none` | a span that is made and never entered |
//! | `deep` | COUNT spans inside one another |
//! | `hostile` | names, targets and fields that are markup, control characters and very long |
//! | `threads` | COUNT threads, a few spans each |
//! | `crossed` | spans left in another order than they were entered, waiting, and entered again |
//! | `linked` | COUNT spans that follow from others, and instants with fields in both |
//! | `uneven` | COUNT spans in trees whose spans take random times, as in a program that works |

use std::hint::black_box;
use tracing::{info, info_span};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [shape, out, rest @ ..] = &words[..] else {
        return Err("usage: shapes SHAPE OUT [COUNT]".into());
    };
    let count = rest.first().map_or(Ok(600), |count| count.parse())?;
    let mut recorder = spanfire::Recorder::builder().output(out);
    if shape == "linked" {
        recorder = recorder.events(true).fields(spanfire::Fields::All);
    }
    let guard = recorder.init()?;
    match shape.as_str() {
        "one" => info_span!("only").in_scope(|| ()),
        "none" => drop(info_span!("never", number = 1)),
        "deep" => deep(count),
        "hostile" => hostile(),
        "threads" => threads(count),
        "crossed" => crossed(),
        "linked" => linked(count),
        "uneven" => uneven(count),
        _ => return Err("no such shape".into()),
    }
    guard.finish()?;
    Ok(())
}

fn deep(count: u64) {
    let mut entered = Vec::new();
    for depth in 0..count {
        let span =
            if depth % 2 == 0 { info_span!("even", depth) } else { info_span!("odd", depth) };
        entered.push(span.entered());
        spin(50);
    }
    while let Some(innermost) = entered.pop() {
        drop(innermost);
    }
}

fn hostile() {
    let long = "long ".repeat(2_000);
    let root = info_span!(
        target: "</script><script>document.title='broken'</script>",
        "<img src=x onerror=\"document.title='broken'\">",
        field = "</script><script>document.title='broken'</script>",
        long = long.as_str(),
        control = "a\0b\r\nc\u{1b}[31m\u{202e}d",
        largest = u64::MAX,
        smallest = i64::MIN,
        share = 0.1,
    );
    let _entered = root.entered();
    for _ in 0..20 {
        info_span!("a;b\nc\\\"'&<>").in_scope(|| spin(2_000));
        info!("<b>instant</b>");
        info_span!("\u{202e}rtl 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 名前").in_scope(|| spin(2_000));
    }
}

fn threads(count: u64) {
    for number in 0..count {
        let thread = std::thread::Builder::new().name(format!("worker-{number}"));
        let run = move || {
            let _entered = info_span!("work", number).entered();
            info_span!("part").in_scope(|| spin(500));
        };
        if let Ok(thread) = thread.spawn(run) {
            let _ = thread.join();
        }
    }
}

fn crossed() {
    for _ in 0..20 {
        let outer = info_span!("outer").entered();
        let inner = info_span!("inner").entered();
        spin(1_000);
        let outer = outer.exit();
        info_span!("after").in_scope(|| spin(500));
        let inner = inner.exit();
        spin(500);
        let both = info_span!(parent: &outer, "task");
        inner.in_scope(|| both.in_scope(|| spin(300)));
        outer.in_scope(|| outer.in_scope(|| spin(200)));
    }
}

fn linked(count: u64) {
    for number in 0..count {
        let produce = info_span!("produce");
        produce.in_scope(|| {
            spin(500);
            info!(number, kind = "<made>", "a thing is made");
            info_span!("inner").in_scope(|| info!("inside"));
        });
        let consume = info_span!("consume");
        consume.follows_from(&produce);
        consume.in_scope(|| {
            spin(300);
            info!(number, "it is used");
        });
    }
}

/// Roots with up to forty spans below, each with some work of its own.
fn uneven(count: u64) {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut left = count;
    while left > 0 {
        let _root = info_span!("request", number = left).entered();
        left -= 1;
        branch(&mut random, &mut left, 4);
    }
}

fn branch(random: &mut u64, left: &mut u64, depth: u32) {
    for _ in 0..next(random) % 4 {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let span = match next(random) % 5 {
            0 => info_span!("parse"),
            1 => info_span!("query"),
            2 => info_span!("decode"),
            3 => info_span!("render"),
            _ => info_span!("write"),
        };
        let _entered = span.entered();
        spin(next(random) % 400);
        if depth > 0 {
            branch(random, left, depth - 1);
        }
        spin(next(random) % 200);
    }
}

/// Xorshift, so that every run takes the same steps.
fn next(random: &mut u64) -> u64 {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    *random >> 20
}

fn spin(steps: u64) {
    for step in 0..steps {
        black_box(step);
    }
}
