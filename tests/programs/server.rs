//! A server on tokio: a line in, a span with some inside, a line out. It says its port when it
//! listens, and serves until a signal ends it.
//!
//! With `handled` it listens for SIGINT and SIGTERM and returns from `main`; with `unhandled` the
//! signal does to it what it does to any process.

#![forbid(unsafe_code)]

use spanfire::{Fields, Guard, Recorder};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::yield_now;
use tracing::{Instrument, info_span};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

const USAGE: &str = "server FORM OUTPUT handled|unhandled";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [form, output, signals] = &arguments[..] else { panic!("{USAGE}") };
    // Before the runtime, so that it goes after it: what answers last is still recorded.
    let _guard = start(form, output);
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(4).enable_all().build().expect("a runtime");
    match signals.as_str() {
        "handled" => runtime.block_on(serve_until_signal()),
        "unhandled" => runtime.block_on(serve()),
        _ => panic!("{USAGE}"),
    }
}

async fn serve_until_signal() {
    let mut interrupt = signal(SignalKind::interrupt()).expect("a handler");
    let mut terminate = signal(SignalKind::terminate()).expect("a handler");
    tokio::select! {
        () = serve() => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

fn start(form: &str, output: &str) -> Guard {
    let builder = Recorder::builder().output(output).fields(Fields::Roots);
    match form {
        "subscriber" => builder.init().expect("a recorder"),
        "layer" => {
            let (layer, guard) = builder.layer().expect("a recorder");
            tracing_subscriber::registry().with(layer).init();
            guard
        }
        _ => panic!("{USAGE}"),
    }
}

async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{}", listener.local_addr().expect("an address").port());
    while let Ok((connection, _)) = listener.accept().await {
        tokio::spawn(answer(connection));
    }
}

/// Answers each line, when the span of its request is closed.
async fn answer(connection: TcpStream) {
    let (lines, mut answers) = connection.into_split();
    let mut lines = BufReader::new(lines).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let number: u64 = line.parse().expect("a number");
        handle().instrument(info_span!("request", number)).await;
        if answers.write_all(format!("{number}\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn handle() {
    for _ in 0..3 {
        info_span!("step").in_scope(|| std::hint::black_box(()));
        yield_now().await;
    }
}
