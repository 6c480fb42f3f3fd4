//! What genes mean: a program in the making, and what is allowed in it next.

use super::{Gene, Pace};
use crate::program::{Does, Handle, Kin, Program, Step};

/// How many threads a program has at most.
const THREADS: usize = 4;

/// How deep a chain gets that one gene makes.
const CHAIN: usize = 40;

/// How many leaves a free program makes in a row, so that their callsites earn trust.
const LEAVES: usize = 12;

/// The place that half of all spans are made at.
const FAVOURITE: usize = 0;

/// A program in the making.
pub struct Draft {
    pace: Pace,
    program: Program,
    /// The steps of the act in the making.
    act: Vec<Step>,
    thread: usize,
    gap: usize,
    hands: Vec<Hand>,
    threads: Vec<Thread>,
    paused: bool,
    /// A thread ended with a span entered on it. Registries give what they know of an ended thread
    /// to the next one that starts, so none starts any more.
    births_over: bool,
    keep_open: bool,
}

/// A handle.
#[derive(Clone, Copy)]
struct Hand {
    held: bool,
    /// Made while nothing was recorded, or of what was current, which may be nothing.
    doubtful: bool,
    /// How many guards borrow it.
    borrowed: usize,
    /// The act, from 1, in which it was last used, and by which thread.
    used: (usize, usize),
}

#[derive(Clone, Default)]
struct Thread {
    started: bool,
    entered: Vec<Entry>,
}

/// Something entered.
#[derive(Clone, Copy)]
struct Entry {
    handle: usize,
    /// The guard was forgotten: it is never left.
    forgotten: bool,
}

impl Draft {
    pub fn new(pace: Pace) -> Draft {
        Draft {
            pace,
            program: Program::default(),
            act: Vec::new(),
            thread: 0,
            gap: 0,
            hands: Vec::new(),
            threads: vec![Thread::default(); THREADS],
            paused: false,
            births_over: false,
            keep_open: false,
        }
    }

    /// Takes one gene as whatever it can mean now.
    pub fn add(&mut self, gene: &Gene) {
        self.turn_to(usize::from(gene.thread));
        self.gap = usize::from(gene.gap);
        let (which, how) = (usize::from(gene.which), usize::from(gene.how));
        match gene.what {
            0..=55 => self.new_span(which, how),
            56..=110 => self.enter(which),
            111..=160 => self.exit(how),
            161..=178 => self.drop_handle(which),
            179..=190 => self.clone_handle(which),
            191..=200 => self.on_one(which, |on| Does::Record { on, value: how }),
            201..=208 => self.follow(which, how),
            209..=214 => self.event(which, how),
            215..=219 => self.leaves(how),
            220..=224 => self.whole_span(which, how),
            225..=228 => self.cancel(which),
            229..=231 => self.chain(which, how),
            232..=235 => self.forget_guard(which),
            236..=238 => self.forget(which),
            239..=243 => self.current(),
            244..=247 => self.pause_or_resume(),
            248..=249 => self.end_thread(),
            250 => self.keep_open = true,
            _ => self.end_act(),
        }
    }

    /// Ends what is still open, in most programs, and gives the whole.
    pub fn finish(mut self) -> Program {
        // Free programs follow one another on the same threads: what one leaves entered, the next
        // would not know of.
        if !self.keep_open || self.pace == Pace::Free {
            for thread in 0..THREADS {
                self.thread = thread;
                self.leave_all();
            }
        }
        if !self.keep_open {
            while let Some(handle) = self.pick(0, |hand| hand.held && hand.borrowed == 0) {
                self.let_go(handle);
            }
        }
        self.end_act();
        self.program.handles = self.hands.len();
        self.program
    }

    fn turn_to(&mut self, thread: usize) {
        let before = self.thread;
        if thread < 128 {
            self.thread = thread % THREADS;
        }
        if self.births_over && !self.threads[self.thread].started {
            let living = self.threads.iter().position(|thread| thread.started);
            self.thread = living.unwrap_or(before);
        }
        if self.pace != Pace::Free && before != self.thread {
            self.end_act();
        }
    }

    /// Whether the thread may do anything at all.
    fn thread_lives(&self) -> bool {
        self.threads[self.thread].started || !self.births_over
    }

    fn step(&mut self, does: Does) {
        if !self.thread_lives() {
            return;
        }
        if !self.threads[self.thread].started {
            self.start();
        }
        self.push(does);
    }

    fn push(&mut self, does: Does) {
        let gap = self.gap_before(does);
        self.act.push(Step { thread: self.thread, gap, does });
    }

    /// The first thing some threads do is to earn trust for a callsite, or to fill a chunk.
    fn start(&mut self) {
        self.threads[self.thread].started = true;
        if self.pace != Pace::Apart && self.gap.is_multiple_of(2) {
            self.push(Does::Leaves { site: FAVOURITE, times: LEAVES });
        }
        let fills = self.gap.is_multiple_of(8) && self.program.acts.len() % 4 == 1;
        if fills {
            self.push(Does::Fill { spare: self.gap / 4 });
        }
    }

    /// Steps of different threads are apart: the order of one tick on two lanes is nobody's.
    fn gap_before(&self, does: Does) -> u64 {
        const APART: [u64; 6] = [0, 1025, 0, 2048, 5000, 40_000];
        const CLOSE: [u64; 8] = [0, 1, 2, 7, 0, 300, 1025, 3000];
        let gap = match self.pace {
            Pace::Apart => APART[self.gap % APART.len()],
            Pace::Close => CLOSE[self.gap % CLOSE.len()],
            Pace::Free => 0,
        };
        let least = match does {
            Does::Enter(_) if self.pace == Pace::Apart => 1025,
            _ if self.act.is_empty() && self.pace == Pace::Apart => 1025,
            _ => u64::from(self.act.is_empty()),
        };
        gap.max(least)
    }

    fn end_act(&mut self) {
        if !self.act.is_empty() {
            self.program.acts.push(std::mem::take(&mut self.act));
        }
    }

    /// The act, numbered from 1, that is in the making.
    fn now(&self) -> usize {
        self.program.acts.len() + 1
    }

    /// Whether the thread may use a handle: in one act, a handle is one thread's.
    fn reaches(&self, hand: &Hand) -> bool {
        self.pace != Pace::Free || hand.used.0 != self.now() || hand.used.1 == self.thread
    }

    fn pick(&mut self, which: usize, allowed: impl Fn(&Hand) -> bool) -> Option<Handle> {
        let hands = self.hands.iter().enumerate();
        let found: Vec<usize> = hands
            .filter(|(_, hand)| hand.held && self.reaches(hand) && allowed(hand))
            .map(|(number, _)| number)
            .collect();
        // The latest first, so that what is done together stays together.
        let number = *found.iter().rev().nth(which % found.len().max(1))?;
        self.hands[number].used = (self.now(), self.thread);
        Some(Handle(number))
    }

    fn hand_out(&mut self, doubtful: bool) -> Handle {
        let used = (self.now(), self.thread);
        self.hands.push(Hand { held: true, doubtful, borrowed: 0, used });
        Handle(self.hands.len() - 1)
    }

    fn kin(&mut self, which: usize) -> Kin {
        match which % 8 {
            0..=4 => Kin::Current,
            5 => Kin::Root,
            _ => self.pick(which / 8, |_| true).map_or(Kin::Root, Kin::Of),
        }
    }

    fn new_span(&mut self, which: usize, how: usize) {
        if !self.thread_lives() {
            return;
        }
        let kin = self.kin(which);
        let handle = self.hand_out(self.paused);
        let site = if how.is_multiple_of(2) { FAVOURITE } else { how / 2 };
        self.step(Does::New { handle, site, value: how / 16, kin });
    }

    fn enter(&mut self, which: usize) {
        if !self.thread_lives() {
            return;
        }
        if let Some(handle) = self.pick(which / 3, |_| true) {
            self.enter_this(handle);
        }
    }

    fn enter_this(&mut self, handle: Handle) {
        self.hands[handle.0].borrowed += 1;
        self.threads[self.thread].entered.push(Entry { handle: handle.0, forgotten: false });
        self.step(Does::Enter(handle));
    }

    /// What the thread may leave now, as places in its stack.
    fn exits(&self) -> Vec<usize> {
        let entered = self.threads[self.thread].entered.iter().enumerate();
        entered
            .filter(|(_, entry)| !entry.forgotten && self.reaches(&self.hands[entry.handle]))
            .map(|(place, _)| place)
            .collect()
    }

    fn exit(&mut self, how: usize) {
        let exits = self.exits();
        // Mostly the innermost.
        let back = if how < 180 { 0 } else { how % exits.len().max(1) };
        if let Some(&place) = exits.iter().rev().nth(back) {
            let entry = self.threads[self.thread].entered.remove(place);
            let hand = &mut self.hands[entry.handle];
            hand.borrowed -= 1;
            hand.used = (self.program.acts.len() + 1, self.thread);
            self.step(Does::Exit(Handle(entry.handle)));
        }
    }

    /// Leaves whatever the thread has entered, but for forgotten guards.
    fn leave_all(&mut self) {
        self.end_act();
        while !self.exits().is_empty() {
            self.exit(0);
        }
        self.end_act();
    }

    fn let_go(&mut self, handle: Handle) {
        self.hands[handle.0].held = false;
        self.step(Does::Drop(handle));
    }

    fn drop_handle(&mut self, which: usize) {
        if let Some(handle) = self.pick(which, |hand| hand.borrowed == 0)
            && self.thread_lives()
        {
            self.let_go(handle);
        }
    }

    fn clone_handle(&mut self, which: usize) {
        if let Some(of) = self.pick(which, |_| true)
            && self.thread_lives()
        {
            let handle = self.hand_out(self.hands[of.0].doubtful);
            self.step(Does::Clone { handle, of });
        }
    }

    fn on_one(&mut self, which: usize, does: impl FnOnce(Handle) -> Does) {
        if let Some(handle) = self.pick(which, |_| true) {
            self.step(does(handle));
        }
    }

    fn follow(&mut self, which: usize, how: usize) {
        if let Some(cause) = self.pick(how, |_| true) {
            self.on_one(which, |on| Does::Follows { on, cause });
        }
    }

    fn event(&mut self, which: usize, how: usize) {
        let kin = self.kin(which);
        self.step(Does::Event { value: how, kin });
    }

    /// Spans that are made, entered, left and dropped at once, which leaves no gap in between.
    fn leaves(&mut self, how: usize) {
        if self.pace != Pace::Apart {
            self.step(Does::Leaves { site: how, times: how % LEAVES });
        }
    }

    fn whole_span(&mut self, which: usize, how: usize) {
        if !self.thread_lives() {
            return;
        }
        self.new_span(which, how);
        let handle = Handle(self.hands.len() - 1);
        self.enter_this(handle);
        self.exit(0);
        self.let_go(handle);
    }

    /// What a future does that is dropped half-way: once more in and out, and gone.
    fn cancel(&mut self, which: usize) {
        if !self.thread_lives() {
            return;
        }
        if let Some(handle) = self.pick(which, |hand| hand.borrowed == 0) {
            self.enter_this(handle);
            self.exit(0);
            self.let_go(handle);
        }
    }

    /// Each in the one before.
    fn chain(&mut self, which: usize, how: usize) {
        for _ in 0..which % CHAIN {
            if self.thread_lives() {
                let handle = self.hand_out(self.paused);
                self.step(Does::New { handle, site: how, value: how, kin: Kin::Current });
                self.enter_this(handle);
            }
        }
    }

    /// Guards are forgotten, and then the handle they borrowed is dropped.
    fn forget_guard(&mut self, which: usize) {
        // What another thread has entered in this act is not known to be entered.
        let apart = self.pace != Pace::Free;
        if let Some(handle) = self.pick(which, |hand| hand.borrowed > 0 && apart)
            && self.thread_lives()
        {
            for thread in &mut self.threads {
                let entries = thread.entered.iter_mut();
                entries.filter(|entry| entry.handle == handle.0).for_each(|entry| {
                    entry.forgotten = true;
                });
            }
            self.hands[handle.0].borrowed = 0;
            if which.is_multiple_of(2) {
                self.let_go(handle);
            }
        }
    }

    fn forget(&mut self, which: usize) {
        if let Some(handle) = self.pick(which, |hand| hand.borrowed == 0)
            && self.thread_lives()
        {
            self.hands[handle.0].held = false;
            self.step(Does::Forget(handle));
        }
    }

    /// Asked for only where both forms know it: a registry does not know a span that has closed, and a
    /// stand-alone recorder not one made in a pause.
    fn current(&mut self) {
        let entered = &self.threads[self.thread].entered;
        let known = |entry: &Entry| !entry.forgotten && !self.hands[entry.handle].doubtful;
        if self.thread_lives() && entered.iter().all(known) {
            let handle = self.hand_out(true);
            self.step(Does::Current { handle });
        }
    }

    fn pause_or_resume(&mut self) {
        if !self.thread_lives() {
            return;
        }
        self.alone(if self.paused { Does::Resume } else { Does::Pause });
        self.paused = !self.paused;
    }

    fn end_thread(&mut self) {
        if !self.threads[self.thread].started {
            return;
        }
        self.leave_all();
        self.alone(Does::End);
        let thread = std::mem::take(&mut self.threads[self.thread]);
        self.births_over |= !thread.entered.is_empty();
    }

    /// A step that no other happens beside.
    fn alone(&mut self, does: Does) {
        self.end_act();
        self.step(does);
        self.end_act();
    }
}
