//! The first line of a sample.
//!
//! ```text
//!   web worker 1  8171/8196 [001] 35532.377694:   10101010 cpu-clock:u:   7f6 inner+0x11 (/bin/tiny)
//!   comm          pid/thread  cpu  time            period  event        what is left
//! ```
//!
//! `perf script -F` leaves out whatever it is told to; only thread and event must be there. The time, digits around a point
//! with a colon behind, is what the rest is found by: names of threads hold spaces and digits too.

use crate::number::scaled;

/// What the first line says of a sample.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head<'a> {
    pub comm: &'a str,
    pub process: Option<u64>,
    pub thread: u64,
    pub at_ns: Option<i64>,
    pub period: Option<u64>,
    pub event: &'a str,
    /// The one frame of a sample without a call chain, or what a tracepoint says.
    pub rest: &'a str,
}

/// Seventy years after the machine started.
const MAX_NS: i64 = 1 << 61;

/// A word, and where in the line it begins.
#[derive(Clone, Copy)]
struct Word<'a> {
    at: usize,
    text: &'a str,
}

impl<'a> Head<'a> {
    /// The first line of a sample, or `None` if it is none.
    pub fn of(line: &'a str) -> Option<Head<'a>> {
        let words: Vec<Word<'a>> = words(line).take(64).collect();
        let time = words.iter().position(|word| nanoseconds(word.text).is_some());
        match time {
            Some(time) => Head::around_time(line, &words, time),
            None => Head::around_event(line, &words),
        }
    }

    fn around_time(line: &'a str, words: &[Word<'a>], time: usize) -> Option<Head<'a>> {
        let before = words.get(..time)?;
        let id = before.iter().rposition(|word| ids(word.text).is_some())?;
        let mut after = words.get(time + 1..)?.iter().peekable();
        let period = after.next_if(|word| number(word.text).is_some());
        let event = after.next()?;
        let at_ns = nanoseconds(words[time].text)?;
        Head::made(line, words[id], Some(at_ns), period.copied(), *event)
    }

    fn around_event(line: &'a str, words: &[Word<'a>]) -> Option<Head<'a>> {
        let is_event = |word: &Word<'_>| {
            word.text.len() > 1
                && word.text.ends_with(':')
                && !word.text.starts_with(char::is_numeric)
        };
        let event = words.iter().position(is_event)?;
        let mut before = words
            .get(..event)?
            .iter()
            .rev()
            .filter(|word| !word.text.starts_with('['))
            .take_while(|word| ids(word.text).is_some());
        let (last, before_last) = (before.next()?, before.next());
        // Two numbers are the thread and the period.
        match before_last {
            Some(id) => Head::made(line, *id, None, Some(*last), words[event]),
            None => Head::made(line, *last, None, None, words[event]),
        }
    }

    fn made(
        line: &'a str,
        id: Word<'a>,
        at_ns: Option<i64>,
        period: Option<Word<'a>>,
        event: Word<'a>,
    ) -> Option<Head<'a>> {
        let (process, thread) = ids(id.text)?;
        Some(Head {
            comm: line.get(..id.at)?.trim(),
            process,
            thread,
            at_ns,
            period: period.and_then(|word| number(word.text)),
            event: event.text.strip_suffix(':')?,
            rest: line.get(event.at + event.text.len()..)?.trim(),
        })
    }
}

fn words(line: &str) -> impl Iterator<Item = Word<'_>> {
    let start = line.as_ptr() as usize;
    line.split_ascii_whitespace().map(move |text| Word { at: text.as_ptr() as usize - start, text })
}

/// `35532.377694:`, in seconds.
fn nanoseconds(word: &str) -> Option<i64> {
    let digits = word.strip_suffix(':').filter(|digits| digits.contains('.'))?;
    let (ns, _) = scaled(digits, 1_000_000_000)?;
    i64::try_from(ns).ok().filter(|&ns| ns < MAX_NS)
}

/// `thread` or `process/thread`.
fn ids(word: &str) -> Option<(Option<u64>, u64)> {
    match word.split_once('/') {
        Some((process, thread)) => Some((Some(number(process)?), number(thread)?)),
        None => Some((None, number(word)?)),
    }
}

fn number(word: &str) -> Option<u64> {
    let digits = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| word.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_threads_hold_spaces_and_digits() {
        let line = "web worker 1  8196 [001] 35532.377694:   10101010 cpu-clock:u: ";
        let head = Head::of(line).unwrap();
        let expected = Head {
            comm: "web worker 1",
            process: None,
            thread: 8196,
            at_ns: Some(35_532_377_694_000),
            period: Some(10_101_010),
            event: "cpu-clock:u",
            rest: "",
        };
        assert_eq!(head, expected);
    }

    #[test]
    fn what_perf_was_told_to_leave_out_is_not_missed() {
        let of =
            |line| Head::of(line).map(|head| (head.process, head.thread, head.period, head.event));
        assert_eq!(of("tiny 81/82 3.5: cycles: "), Some((Some(81), 82, None, "cycles")));
        assert_eq!(of("tiny 82 1000 cycles: "), Some((None, 82, Some(1000), "cycles")));
        assert_eq!(of("tiny 82 [000] cycles: 1f a (b)"), Some((None, 82, None, "cycles")));
    }

    #[test]
    fn frames_and_other_text_are_no_samples() {
        for line in ["", "main;a 5", "7f6 inner+0x11 (/bin/tiny)", "a: b", "x 1 99999999999999.5:"]
        {
            assert_eq!(Head::of(line), None, "{line:?}");
        }
    }
}
