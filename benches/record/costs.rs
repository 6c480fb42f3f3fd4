//! What was measured, as a table of arms and bodies.

use spanfire_benches::{
    arm::Arm,
    bodies::Body,
    rounds::Rounds,
    table::{Table, figure},
};

/// One figure to measure.
#[derive(Clone, Copy)]
pub struct Case {
    pub arm: Arm,
    pub body: Body,
    pub threads: usize,
    /// The part of the usual number of spans, 1 in `part`.
    pub part: u64,
}

impl Case {
    /// As the child is told.
    pub fn words(&self) -> [String; 4] {
        let (threads, part) = (self.threads.to_string(), self.part.to_string());
        [self.arm.name().into(), self.body.name().into(), threads, part]
    }

    /// As the child understands it.
    pub fn from_words(words: &[String]) -> Case {
        let [arm, body, threads, part] = words else { panic!("arm, body, threads, part") };
        Case {
            arm: Arm::named(arm).expect("an arm"),
            body: Body::ALL.into_iter().find(|of| of.name() == body).expect("a body"),
            threads: threads.parse().expect("a number of threads"),
            part: part.parse().expect("a number"),
        }
    }
}

/// Which of a child's figures is looked at; all are per span and thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Elapsed time.
    Wall,
    /// The thread's CPU time: does not grow when other programs take the cores.
    Cpu,
    /// Elapsed time of a thread's first spans.
    Cold,
}

impl Figure {
    /// Its name between child and parent.
    pub fn key(self) -> &'static str {
        match self {
            Figure::Wall => "wall",
            Figure::Cpu => "cpu",
            Figure::Cold => "cold",
        }
    }

    /// What it is in.
    pub fn unit(self) -> &'static str {
        match self {
            Figure::Wall => "ns",
            Figure::Cpu => "ns of the thread's CPU time",
            Figure::Cold => "ns of a thread's first 100,000 spans",
        }
    }
}

/// The results of all cases.
pub struct Costs {
    pub arms: Vec<Arm>,
    pub bodies: Vec<Body>,
    pub cases: Vec<Case>,
    pub results: Vec<Rounds>,
}

impl Costs {
    /// The least of all rounds.
    pub fn least(&self, arm: Arm, body: Body, threads: usize, figure: Figure) -> Option<f64> {
        self.rounds(arm, body, threads).map(|rounds| rounds.least(figure.key()))
    }

    fn rounds(&self, arm: Arm, body: Body, threads: usize) -> Option<&Rounds> {
        let is = |case: &Case| case.arm == arm && case.body == body && case.threads == threads;
        Some(&self.results[self.cases.iter().position(is)?])
    }

    /// Prints one figure of all arms and bodies.
    pub fn print(&self, of: Figure, threads: usize) {
        let mut table = Table::new("", self.bodies.iter().map(|body| body.name()));
        for &arm in &self.arms {
            let cells = self.bodies.iter().map(|&body| {
                self.rounds(arm, body, threads).map_or(String::new(), |rounds| {
                    let [least, median] = [rounds.least(of.key()), rounds.median(of.key())];
                    format!("{} ({})", figure(least), figure(median))
                })
            });
            table.row(arm.name(), cells);
        }
        let unit = of.unit();
        let threads = if threads == 1 { "one thread" } else { "two threads" };
        table.print(&format!("{unit} per span, {threads}: least of the rounds (median)"));
    }
}
