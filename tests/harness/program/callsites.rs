//! The places where programs make spans and events, with hostile names and values.

use tracing::{Span, field, info, info_span};

/// How many places for spans there are; each is three callsites, one for each way to a parent.
pub const SITES: usize = 8;

/// How many sets of values there are.
pub const VALUES: usize = 8;

/// The field that takes whatever a chunk is filled with.
pub const FILLING: &str = "filling";

/// Who is above.
pub enum Above<'a> {
    Current,
    Nobody,
    Span(&'a Span),
}

const TEXTS: [&str; VALUES] = [
    "",
    "plain",
    "semi;colon and space",
    "line\nbreak\r\ttab",
    "<script>alert(\"&amp;\")</script>",
    "nul\0 and \u{202e} and \u{1b}[31m",
    "ümläut 漢字 🦀",
    "\\\"'`=,{}[]",
];
const NUMBERS: [u64; VALUES] = [0, 1, 127, 128, 65_536, u64::MAX - 1, u64::MAX, 1 << 63];
const SIGNED: [i64; VALUES] = [0, -1, 1, i64::MIN, i64::MAX, -65_536, 42, -64];
const FLOATS: [f64; VALUES] =
    [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e-320, 0.1, f64::MAX];

/// One place: the three ways to give a span its parent are three callsites of different names.
macro_rules! place {
    ($above:expr, $name:literal $(, $($fields:tt)*)?) => {
        match $above {
            Above::Current => info_span!($name, $($($fields)*)?),
            Above::Nobody => info_span!(parent: None, concat!($name, " at the root"), $($($fields)*)?),
            Above::Span(above) => {
                info_span!(parent: above, concat!($name, " below"), $($($fields)*)?)
            }
        }
    };
}

/// A new span.
pub fn span(site: usize, value: usize, above: Above<'_>) -> Span {
    let text = TEXTS[value % VALUES];
    let number = NUMBERS[value % VALUES];
    match site % SITES {
        0 => place!(above, "leaf"),
        1 => place!(above, "a;b c"),
        2 => place!(above, "<script>\"quoted\"\nnext line"),
        3 => place!(above, "deep"),
        4 => place!(above, "number", number, late = field::Empty),
        5 => place!(above, "texts", text, shown = %text, debugged = ?text, late = field::Empty),
        6 => {
            let (signed, float) = (SIGNED[value % VALUES], FLOATS[value % VALUES]);
            let (even, large) = (value.is_multiple_of(2), u128::from(number) << 60);
            let absent: Option<u64> = value.is_multiple_of(3).then_some(number);
            place!(above, "values", signed, float, even, large, absent, late = field::Empty)
        }
        _ => place!(above, "", late = field::Empty, number = field::Empty),
    }
}

/// Gives a span a value later; nothing if it has no such field.
pub fn record(span: &Span, value: usize) {
    let at = value % VALUES;
    match value % 7 {
        0 => span.record("late", NUMBERS[at]),
        1 => span.record("late", TEXTS[at]),
        2 => span.record("late", FLOATS[at]),
        3 => span.record("late", SIGNED[at]),
        4 => span.record("late", field::Empty),
        5 => span.record("number", NUMBERS[at]),
        _ => span.record("late", field::debug(TEXTS[at])),
    };
}

/// An event.
pub fn event(value: usize, above: Above<'_>) {
    let (number, text) = (NUMBERS[value % VALUES], TEXTS[value % VALUES]);
    match above {
        Above::Current => info!(number, "{text}"),
        Above::Nobody => info!(parent: None, number, ?text, "at the root"),
        Above::Span(above) => info!(parent: above, shown = %text, number),
    }
}

/// Passes every place once.
pub fn meet_callsites() {
    let nothing = Span::none();
    for site in 0..SITES {
        for above in [Above::Current, Above::Nobody, Above::Span(&nothing)] {
            span(site, 0, above);
        }
    }
    for above in [Above::Current, Above::Nobody, Above::Span(&nothing)] {
        event(0, above);
    }
    fill(0);
}

/// Writes a span with so long texts that about `spare` words of a thread's first chunk are left.
pub fn fill(spare: usize) {
    /// What a chunk of the recorder has; tests see by its chunks whether that is so.
    const CHUNK_WORDS: usize = 8184;
    /// What the span takes without texts, about.
    const AROUND: usize = 8;
    /// Less than the longest record.
    const MOST: usize = 2000;
    let span = info_span!(parent: None, "filler", filling = field::Empty);
    let mut left = CHUNK_WORDS - AROUND - spare;
    while left > 4 {
        let part = left.min(MOST);
        span.record(FILLING, "f".repeat(part * 8 - 38).as_str());
        left -= part;
    }
}
