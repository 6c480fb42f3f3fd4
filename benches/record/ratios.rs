//! The figures against each other, and against what the design asks for.

use crate::costs::{Costs, Figure};
use spanfire_benches::{
    arm::Arm,
    bodies::Body,
    table::{Table, figure},
};

/// Prints all ratios whose arms were measured.
pub fn print(costs: &Costs, of: Figure) {
    let mut table = Table::new("", costs.bodies.iter().map(|body| body.name()).chain(["to reach"]));
    let least = |arm, body, threads| costs.least(arm, body, threads, of);
    let mut row = |name: &str, to_reach: &str, ratio: &dyn Fn(Body) -> Option<f64>| {
        let cells = costs.bodies.iter().map(|&body| ratio(body));
        let cells: Vec<Option<f64>> = cells.collect();
        if cells.iter().any(Option::is_some) {
            let cells = cells.into_iter().map(|cell| cell.map_or(String::new(), figure));
            table.row(name, cells.chain([to_reach.to_owned()]));
        }
    };
    row("subscriber ÷ floor", "≤ 1.15", &|body| {
        Some(least(Arm::Subscriber, body, 1)? / least(Arm::Floor, body, 1)?)
    });
    row("subscriber ÷ untailed", "≤ 1.01", &|body| {
        Some(least(Arm::Subscriber, body, 1)? / least(Arm::Untailed, body, 1)?)
    });
    row("(layer − registry) ÷ clock", "≤ 1.4; nested, instrument ≤ 1.7", &|body| {
        let added = least(Arm::Layer, body, 1)? - least(Arm::Registry, body, 1)?;
        Some(added / least(Arm::Clock, body, 1)?)
    });
    row("paused − none, ns", "≤ 1", &|body| {
        Some(least(Arm::Paused, body, 1)? - least(Arm::None, body, 1)?)
    });
    for arm in [Arm::Subscriber, Arm::Layer] {
        for (of, what) in [(Figure::Cpu, "CPU"), (Figure::Wall, "elapsed")] {
            row(&format!("{}, two threads ÷ one, {what}", arm.name()), "≤ 1.1", &|body| {
                Some(costs.least(arm, body, 2, of)? / costs.least(arm, body, 1, of)?)
            });
        }
    }
    for (arm, to_reach) in PEERS {
        row(&format!("{} ÷ subscriber", arm.name()), to_reach, &|body| {
            Some(least(arm, body, 1)? / least(Arm::Subscriber, body, 1)?)
        });
    }
    table.print(&format!("Ratios of {} per span", of.unit()));
}

const PEERS: [(Arm, &str); 4] = [
    (Arm::Flame, "≥ 12; nested ≥ 30"),
    (Arm::Chrome, "≥ 20"),
    (Arm::Fastrace, "≥ 4"),
    (Arm::Puffin, "≥ 4"),
];
