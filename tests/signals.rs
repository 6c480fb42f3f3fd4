//! A server that a signal ends loses no request that it has answered.

use rustix::process::{Pid, Signal, kill_process};
use spanfire_recording::Recording;
use spanfire_tests::{Transcript, ended_by_signals, wait_until};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::thread;

const CLIENTS: u64 = 4;

/// Answers after which the signal is sent, while more requests are on their way.
const ENOUGH: usize = 2_000;

/// Puts a server under load, sends it `signal`, and compares what it answered with what it left.
#[track_caller]
fn check(signal: Signal, handled: bool) {
    for form in ["subscriber", "layer"] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run.spanfire");
        let mut server = ended_by_signals(env!("CARGO_BIN_EXE_server"))
            .arg(form)
            .arg(&path)
            .arg(if handled { "handled" } else { "unhandled" })
            .stdout(Stdio::piped())
            .spawn()
            .expect("a server");
        let answered = answers_until(&mut server, signal);
        let status = server.wait().expect("a server that ended");
        assert_eq!(status.success(), handled, "{form}: {status}");
        assert_eq!(status.signal(), (!handled).then_some(signal.as_raw()), "{form}");
        let recording = Recording::open(&path).expect("a recording");
        assert_eq!(recording.cut().is_none(), handled, "{form}: {:?}", recording.cut());
        check_requests(&Transcript::of(&recording), &answered);
    }
}

/// Sends requests until the server is gone, and gives the numbers of those it answered.
fn answers_until(server: &mut Child, signal: Signal) -> Vec<u64> {
    let mut port = String::new();
    let mut said = BufReader::new(server.stdout.take().expect("a pipe"));
    said.read_line(&mut port).expect("a port");
    let port: u16 = port.trim().parse().expect("a number");
    let answered = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let answered = &answered;
            scope.spawn(move || ask(port, client, answered));
        }
        wait_until("answers", || (answered.lock().expect("whole").len() > ENOUGH).then_some(()));
        let id = Pid::from_child(server);
        kill_process(id, signal).expect("a process that takes a signal");
    });
    answered.into_inner().expect("whole")
}

fn ask(port: u16, client: u64, answered: &Mutex<Vec<u64>>) {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    let mut answers = BufReader::new(connection.try_clone().expect("a connection")).lines();
    for number in (client..).step_by(CLIENTS as usize) {
        // In one write: the system would wait a while before it sends a second one.
        if connection.write_all(format!("{number}\n").as_bytes()).is_err() {
            return;
        }
        let Some(Ok(answer)) = answers.next() else { return };
        assert_eq!(answer, number.to_string());
        answered.lock().expect("whole").push(number);
    }
}

/// Each request that was answered is there, closed, with its number and its three steps.
#[track_caller]
fn check_requests(transcript: &Transcript, answered: &[u64]) {
    let strays = transcript.strays.len();
    assert_eq!(strays, 0, "{:?} …", transcript.strays.first());
    let mut steps: HashMap<usize, usize> = HashMap::new();
    for step in transcript.named("step").filter(|step| step.closed) {
        *steps.entry(step.parent.expect("the request")).or_default() += 1;
    }
    let spans = transcript.spans.iter().enumerate();
    let found: HashMap<&str, (usize, bool)> = spans
        .filter(|(_, span)| span.name == "request")
        .map(|(at, span)| (span.fields[0].as_str(), (at, span.closed)))
        .collect();
    for number in answered {
        let request = found.get(format!("number={number}").as_str());
        let &(at, closed) = request.unwrap_or_else(|| panic!("request {number} is missing"));
        assert!(closed, "request {number} is open");
        assert_eq!(steps.get(&at), Some(&3), "request {number}");
    }
    assert!(answered.len() > ENOUGH);
}

/// [T54b]
#[test]
fn a_server_that_handles_sigint_finishes_its_recording() {
    check(Signal::INT, true);
}

/// [T54b]
#[test]
fn a_server_that_handles_sigterm_finishes_its_recording() {
    check(Signal::TERM, true);
}

/// [T54b]
#[test]
fn a_server_that_sigint_kills_leaves_every_request_it_answered() {
    check(Signal::INT, false);
}

/// [T54b]
#[test]
fn a_server_that_sigterm_kills_leaves_every_request_it_answered() {
    check(Signal::TERM, false);
}
