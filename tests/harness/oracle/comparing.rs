//! Holds a recording against what the oracle heard.

use super::account::{Account, Life};
use super::lines::Detail;
use super::{shown, sums, told};
use crate::Transcript;
use spanfire::Fields;
use spanfire_recording::{Form, LaneId, Recording};
use std::ops::RangeInclusive;

/// What was heard, and of what it is to be believed.
pub struct Testimony<'a> {
    /// Everything.
    pub heard: &'a [super::Heard],
    /// Which fields the recorder was asked for.
    pub policy: &'a Fields,
    /// When the recording began and ended.
    pub time: RangeInclusive<u64>,
    /// How much of the time is compared.
    pub detail: Detail,
}

impl Testimony<'_> {
    /// Compares a recording with what was heard: first event by event, then as the views show it.
    /// Gives the account, or the first lines that differ.
    pub fn compare(&self, recording: &Recording) -> Result<Account, String> {
        let form = recording.form();
        let account = Account::of(self.heard, form, self.policy, *self.time.end());
        let transcript = Transcript::of(recording);
        if form == Form::Subscriber && !transcript.strays.is_empty() {
            return Err(format!("strays: {:?}", transcript.strays));
        }
        let said = told::told(recording, &transcript, self.detail);
        same(&told::should_tell(&account, self.detail), &said)?;
        self.lifetimes(&account, recording, &transcript)?;
        let expected = sums::sums(&account, *self.time.start(), self.detail);
        same(&expected, &shown::shown(recording, self.detail))?;
        Ok(account)
    }

    /// What comes at once may be recorded as coming together: a span may seem to begin with its first
    /// enter or with the event before it, and to end with its last exit, if nothing was between.
    fn lifetimes(
        &self,
        account: &Account,
        recording: &Recording,
        transcript: &Transcript,
    ) -> Result<(), String> {
        if self.detail == Detail::Timeless {
            return Ok(());
        }
        let mut spans: Vec<_> = transcript.spans.iter().collect();
        for (number, life) in account.recorded() {
            let place = spans.iter().position(|span| {
                recording.lanes()[span.lane.index()].label(span.lane) == life.thread
            });
            let span = spans.remove(place.ok_or("a span less than were created")?);
            let (born, dropped) = self.bounds(account, number, life);
            let close = span.close.map(|close| close.0);
            let fits = born.contains(&span.new.0)
                && close.is_none_or(|close| dropped.as_ref().is_some_and(|d| d.contains(&close)));
            if !fits {
                let lane: LaneId = span.lane;
                return Err(format!(
                    "{:?} of {lane:?} is recorded from {:?} to {close:?}, not within {born:?} and {dropped:?}",
                    life.name, span.new
                ));
            }
        }
        Ok(())
    }

    fn bounds(
        &self,
        account: &Account,
        number: usize,
        life: &Life,
    ) -> (RangeInclusive<u64>, Option<RangeInclusive<u64>>) {
        if self.detail == Detail::Lifetimes {
            return (life.born..=life.born, life.dropped.map(|tick| tick..=tick));
        }
        let lane = &account.lanes[&life.thread];
        let of_span = |what: &str, event: &&(String, u64, usize)| {
            event.2 == number && event.0.starts_with(what)
        };
        let new = lane.iter().position(|event| of_span("new ", &event)).unwrap_or(0);
        // A close may be recorded with the exit before it, and a span with the tick before it.
        let exact = |event: &&(String, u64, usize)| {
            event.0.starts_with("enter ") || event.0.starts_with("exit ")
        };
        let before = lane[..new].iter().rev().find(exact);
        let before = before.map_or(*self.time.start(), |before| before.1);
        let after = lane.get(new + 1).filter(|event| of_span("enter ", event));
        let born = before..=after.map_or(life.born, |enter| enter.1);
        let dropped = life.dropped.map(|dropped| {
            let exits = life.stays.iter().filter_map(|stay| stay.exit);
            exits.filter(|&exit| exit <= dropped).max().unwrap_or(dropped)..=dropped
        });
        (born, dropped)
    }
}

/// Whether two lists of lines are one.
fn same(expected: &[String], found: &[String]) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    let missing: Vec<&String> = expected.iter().filter(|line| !found.contains(line)).collect();
    let surplus: Vec<&String> = found.iter().filter(|line| !expected.contains(line)).collect();
    let lengths = format!("{} lines and {}", expected.len(), found.len());
    let few = |lines: &[&String]| {
        lines.iter().take(4).map(|line| format!("  {line}\n")).collect::<String>()
    };
    Err(format!("{lengths}; expected\n{}found\n{}", few(&missing), few(&surplus)))
}
