//! What views should show, added up from an account in the most naive way.

use super::account::{Account, Life};
use super::lines::{Charted, Detail, Drawn, Errand, Lines, Row, Weights, latest};
use std::collections::{BTreeMap, BTreeSet};

/// What views should show of a recording that began at `start`, in lines.
pub fn sums(account: &Account, start: u64, detail: Detail) -> Vec<String> {
    let sums = Sums { account, start };
    let mut lines = Lines::new(detail);
    sums.statistics(&mut lines);
    sums.stacks(&mut lines);
    sums.requests(&mut lines);
    sums.bars(&mut lines);
    sums.summary(&mut lines);
    if lines.has_charts() {
        sums.spans(&mut lines);
    }
    lines.sorted()
}

struct Sums<'a> {
    account: &'a Account,
    start: u64,
}

impl Sums<'_> {
    fn ns(&self, tick: u64) -> u64 {
        tick - self.start
    }

    fn end(&self, life: &Life) -> u64 {
        self.ns(life.ended.unwrap_or(self.account.end))
    }

    /// The length of all stays of a span, each counted for itself.
    fn busy(&self, life: &Life) -> u64 {
        let length = |stay: &super::Stay| stay.exit.unwrap_or(self.account.end) - stay.enter;
        life.stays.iter().map(length).sum()
    }

    /// Time in which a span was the innermost of a thread.
    fn own(&self, span: usize) -> u64 {
        let innermost =
            self.account.stretches.iter().filter(|stretch| stretch.stack.last() == Some(&span));
        innermost.map(|stretch| stretch.to - stretch.from).sum()
    }

    fn names(&self, stack: &[usize]) -> Vec<String> {
        stack.iter().map(|&span| self.account.spans[span].name.to_owned()).collect()
    }

    /// The outermost ancestor first.
    fn ancestry(&self, span: usize) -> Vec<usize> {
        let parent = |&span: &usize| self.account.spans[span].parent;
        let mut ancestry: Vec<usize> = std::iter::successors(Some(span), parent).collect();
        ancestry.reverse();
        ancestry
    }

    fn statistics(&self, lines: &mut Lines) {
        let names: BTreeSet<&str> = self.account.recorded().map(|(_, life)| life.name).collect();
        for name in names {
            let mut row = Row { min: u64::MAX, ..Row::default() };
            for (span, life) in self.account.recorded().filter(|(_, life)| life.name == name) {
                let busy = self.busy(life);
                row.spans += 1;
                row.segments += life.stays.len() as u64;
                row.busy += busy;
                row.own += self.own(span);
                row.idle += (self.end(life) - self.ns(life.born)).saturating_sub(busy);
                row.min = row.min.min(busy);
                row.max = row.max.max(busy);
            }
            let within = |span: &&usize| self.account.spans[**span].name == name;
            for stretch in &self.account.stretches {
                if stretch.stack.iter().any(|span| within(&span)) {
                    row.nonreentrant += stretch.to - stretch.from;
                }
            }
            lines.row(name, &row);
        }
    }

    fn stacks(&self, lines: &mut Lines) {
        let mut by_thread: BTreeMap<Vec<String>, Weights> = BTreeMap::new();
        let mut by_span: BTreeMap<Vec<String>, Weights> = BTreeMap::new();
        let mut total = 0;
        for stretch in &self.account.stretches {
            let length = stretch.to - stretch.from;
            total += length;
            by_thread.entry(self.names(&stretch.stack)).or_default().busy += length;
            if let Some(&innermost) = stretch.stack.last() {
                by_span.entry(self.names(&self.ancestry(innermost))).or_default().busy += length;
            }
        }
        for (span, life) in self.account.recorded() {
            let ancestry = self.names(&self.ancestry(span));
            let logical = by_span.entry(ancestry.clone()).or_default();
            logical.count += 1;
            logical.idle += life.waited;
            let stack = |stack: &Vec<usize>| match stack.is_empty() {
                true => ancestry.clone(),
                false => self.names(stack),
            };
            by_thread.entry(stack(&life.first_stack)).or_default().count += 1;
            by_thread.entry(stack(&life.last_stack)).or_default().idle += life.waited;
        }
        for (kind, stacks) in [("thread", by_thread), ("span", by_span)] {
            for (names, weights) in stacks {
                lines.stack(kind, &names, &weights);
            }
        }
        for what in ["thread stacks", "span stacks", "both reversed", "statistics", "requests"] {
            lines.total(what, total);
        }
    }

    fn requests(&self, lines: &mut Lines) {
        for (root, life) in self.account.recorded().filter(|(_, life)| life.parent.is_none()) {
            let mut errand = Errand {
                start: self.ns(life.born),
                lifetime: self.end(life) - self.ns(life.born),
                busy: self.busy_within(root),
                open: life.ended.is_none(),
                fields: latest(&life.fields),
                ..Errand::default()
            };
            let mut threads = BTreeSet::new();
            for (span, life) in self.account.recorded() {
                if self.account.root(span) == root {
                    errand.spans += 1;
                    errand.segments += life.stays.len() as u64;
                    errand.work += self.own(span);
                    threads.extend(life.stays.iter().map(|stay| &stay.thread));
                }
            }
            errand.threads = threads.len();
            lines.request(life.name, &errand);
        }
    }

    /// Time of a root's life in which any of its request's spans is the innermost of any thread.
    fn busy_within(&self, root: usize) -> u64 {
        let life = &self.account.spans[root];
        let (born, ended) = (life.born, life.ended.unwrap_or(self.account.end));
        let mut pieces: Vec<(u64, u64)> = Vec::new();
        for stretch in &self.account.stretches {
            let innermost = stretch.stack[stretch.stack.len() - 1];
            if self.account.root(innermost) == root {
                pieces.push((stretch.from.clamp(born, ended), stretch.to.clamp(born, ended)));
            }
        }
        pieces.sort();
        let mut reached = 0;
        let mut sum = 0;
        for (from, to) in pieces {
            sum += to.saturating_sub(from.max(reached));
            reached = reached.max(to);
        }
        sum
    }

    fn spans(&self, lines: &mut Lines) {
        for (span, life) in self.account.recorded() {
            let parent = life.parent.map(|parent| &self.account.spans[parent]);
            let segments = life.stays.iter().map(|stay| {
                let exit = stay.exit.unwrap_or(self.account.end);
                (stay.thread.clone(), self.ns(stay.enter), self.ns(exit))
            });
            lines.span(&Charted {
                name: life.name.to_owned(),
                parent: parent.map(|parent| (parent.name.to_owned(), self.ns(parent.born))),
                start: self.ns(life.born),
                end: self.end(life),
                open: life.ended.is_none(),
                busy: self.busy(life),
                own: self.own(span),
                fields: latest(&life.fields),
                segments: segments.collect(),
            });
        }
    }

    fn bars(&self, lines: &mut Lines) {
        for (_, life) in self.account.recorded() {
            for stay in &life.stays {
                lines.bar(&Drawn {
                    thread: &stay.thread,
                    depth: stay.depth,
                    name: life.name,
                    start: self.ns(stay.enter),
                    end: self.ns(stay.exit.unwrap_or(self.account.end)),
                    open: stay.exit.is_none(),
                });
            }
        }
    }

    fn summary(&self, lines: &mut Lines) {
        let lives = || self.account.recorded().map(|(_, life)| life);
        lines.summary("spans", lives().count() as u64);
        lines.summary("segments", lives().map(|life| life.stays.len() as u64).sum());
        lines.summary("instants", self.account.instants.len() as u64);
        lines.summary("open spans", lives().filter(|life| life.ended.is_none()).count() as u64);
        lines.summary("oddities", 0);
    }
}
