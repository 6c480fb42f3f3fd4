//! What measuring costs, asked of the example `requests` as a user asks: from its recording with native
//! samples, and by trying the program.
//!
//! That the numbers are right is what tests show, with programs of known costs; this shows that a
//! service of many crates has them all. Where the system lets nobody sample, a line says so, and what
//! needs samples is left out.

use crate::cargo;
use serde_json::Value;
use std::process::Command;

/// What can be asked of every recording.
const OF_SPANS: [&str; 8] = [
    "info FILE",
    "overhead FILE --scatter scatter.svg -o overhead.txt",
    "overhead FILE --only ledger --by stack -o stacks.json",
    "top FILE --compensated",
    "requests FILE --compensated",
    "flamegraph FILE --compensated -o compensated.svg",
    "chart FILE --compensated -o chart.svg",
    "chart FILE --request slowest --compensated -o slowest.svg",
];

/// What needs native samples.
const OF_SAMPLES: [&str; 3] = [
    "flamegraph FILE --native -o native.svg",
    "flamegraph FILE --native --reverse -o reversed.svg",
    "export FILE --to firefox -o firefox.json",
];

/// What needs the threads' context switches.
const OF_SWITCHES: [&str; 3] = [
    "top FILE --sort blocked",
    "flamegraph FILE --weight cpu -o cpu.svg",
    "diff FILE FILE --weight blocked",
];

/// The program itself, and its recording together with that.
const OF_THE_PROGRAM: [&str; 2] = [
    "overhead --rounds 2 --arms on,999 --seed 1 -o cost.json -- PROGRAM",
    "report FILE --experiment cost.json -o report.html",
];

/// Records the example and asks everything.
pub fn run() -> Result<(), String> {
    cargo::build_tests()?;
    let target = cargo::target_folder()?;
    let folder = target.join("spanfire/cost");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let program = target.join("debug/examples/requests");
    let file = folder.join("requests.spanfire");
    let mut example = Command::new(&program);
    example.env("SPANFIRE_SAMPLE", "999").env("SPANFIRE_OUT", &file).current_dir(&folder);
    output_of(example, "SPANFIRE_SAMPLE=999 requests")?;

    let ask = |question: &str| {
        let mut command = Command::new(target.join("debug/spanfire"));
        for word in question.split(' ') {
            match word {
                "FILE" => command.arg(&file),
                "PROGRAM" => command.arg(&program),
                word => command.arg(word),
            };
        }
        command.current_dir(&folder);
        output_of(command, &format!("spanfire {question}"))
    };
    OF_SPANS.iter().try_for_each(|question| ask(question).map(drop))?;
    let told = parsed(&ask("overhead FILE --format json")?)?;
    has(&told, &["ledger", "sampling"])?;
    if told.get("join").is_none() {
        println!("   no native samples: what needs them is left out");
    } else {
        OF_SAMPLES.iter().try_for_each(|question| ask(question).map(drop))?;
        let rows = parsed(&ask("top FILE --format json")?)?;
        match rows[0].get("blocked_ns") {
            Some(_) => OF_SWITCHES.iter().try_for_each(|question| ask(question).map(drop))?,
            None => println!("   no context switches: what needs them is left out"),
        }
    }
    OF_THE_PROGRAM.iter().try_for_each(|question| ask(question).map(drop))?;
    let cost = folder.join("cost.json");
    let tried = std::fs::read(&cost).map_err(|error| format!("{}: {error}", cost.display()))?;
    has(&parsed(&tried)?, &["arms", "additivity"])
}

/// Runs a command to its end and gives what it wrote.
fn output_of(mut command: Command, shown: &str) -> Result<Vec<u8>, String> {
    println!("   {shown}");
    let output = command.output().map_err(|error| format!("{shown} does not start: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(format!("{shown}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
}

fn parsed(bytes: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("no JSON: {error}"))
}

fn has(told: &Value, keys: &[&str]) -> Result<(), String> {
    match keys.iter().find(|key| told.get(**key).is_none()) {
        Some(key) => Err(format!("spanfire overhead tells nothing of {key}")),
        None => Ok(()),
    }
}
