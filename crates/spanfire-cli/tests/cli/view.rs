//! `view`: what the local server answers, and whom.

use crate::command::Desk;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

/// A server that is ended with the test.
struct Served {
    child: Child,
    /// `127.0.0.1:port`, and the token.
    host: String,
    token: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Answered {
    status: u16,
    head: String,
    body: Vec<u8>,
}

fn serve(desk: &Desk, flags: &[&str]) -> Served {
    let arguments = [&["view", "run.spanfire", "--no-open"], flags].concat();
    let mut child = desk.command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut address = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let below = address.trim().strip_prefix("http://").unwrap();
    let (host, token) = below.trim_end_matches('/').split_once('/').unwrap();
    Served { child, host: host.to_owned(), token: token.to_owned() }
}

impl Served {
    fn send(&self, request: &str) -> Answered {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answered { status, head, body: bytes[end + 4..].to_vec() }
    }

    fn get(&self, path: &str) -> Answered {
        let Served { host, token, .. } = self;
        self.send(&format!("GET /{token}/{path} HTTP/1.1\r\nHost: {host}\r\n\r\n"))
    }

    fn json(&self, path: &str) -> Value {
        let answered = self.get(path);
        assert_eq!(answered.status, 200, "{path}: {}", answered.head);
        serde_json::from_slice(&answered.body).unwrap()
    }

    /// The shape of a window, and how many bytes of columns follow it.
    fn window(&self, query: &str) -> (Value, usize) {
        let body = self.get(&format!("window?{query}")).body;
        let length = u64::from_le_bytes(body[..8].try_into().unwrap()) as usize;
        let head = serde_json::from_slice(&body[8..8 + length]).unwrap();
        (head, body.len() - 8 - length)
    }
}

#[test]
fn the_page_may_ask_its_server_and_nobody_else() {
    let desk = Desk::new();
    let served = serve(&desk, &[]);
    let page = served.get("");
    assert_eq!(page.status, 200);
    let html = String::from_utf8(page.body).unwrap();
    assert!(html.contains("default-src 'none'; connect-src 'self';"));
    assert!(html.contains("application/x-spanfire-served"));
    for header in ["no-store", "nosniff", "no-referrer", "same-origin", "DENY"] {
        assert!(page.head.contains(header), "{}", page.head);
    }
    assert!(!page.head.to_lowercase().contains("access-control"), "{}", page.head);
}

#[test]
fn requests_from_elsewhere_are_refused() {
    let desk = Desk::new();
    let served = serve(&desk, &[]);
    let Served { host, token, .. } = &served;
    let status = |request: String| served.send(&request).status;
    assert_eq!(status(format!("GET /{token}/ HTTP/1.1\r\nHost: evil.example\r\n\r\n")), 403);
    assert_eq!(status(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n")), 404);
    assert_eq!(status(format!("GET /outline HTTP/1.1\r\nHost: {host}\r\n\r\n")), 404);
    assert_eq!(status(format!("POST /{token}/ HTTP/1.1\r\nHost: {host}\r\n\r\n")), 405);
    assert_eq!(status(format!("OPTIONS /{token}/ HTTP/1.1\r\nHost: {host}\r\n\r\n")), 405);
    assert_eq!(served.get("../run.spanfire").status, 404);
    assert!(token.len() == 32 && serve(&desk, &[]).token != *token);
    assert!(host.starts_with("127.0.0.1:"));
}

#[test]
fn the_outline_says_what_info_says() {
    let desk = Desk::new();
    let outline = serve(&desk, &["--title", "Mine"]).json("outline");
    assert_eq!(outline["title"], "Mine");
    assert_eq!(outline["info"], desk.json(&["info", "run.spanfire", "--format", "json"]));
    assert_eq!(outline["lanes"].as_array().unwrap().len(), 2);
}

#[test]
fn merged_answers_agree_with_the_tables_of_the_same_time() {
    let desk = Desk::new();
    let served = serve(&desk, &[]);
    for (query, flags) in [
        ("merged", &[][..]),
        ("merged?from=300000&to=1500000", &["--from", "300us", "--to", "1500us"]),
    ] {
        let merged = served.json(query);
        let top = desk.json(&[&["top", "run.spanfire", "--format", "json"], flags].concat());
        let rows = |value: &Value, key: &str| -> Vec<u64> {
            let rows = value.as_array().unwrap().iter();
            rows.map(|row| row[key].as_u64().unwrap()).collect()
        };
        for key in ["self_ns", "busy_ns", "spans", "idle_ns"] {
            assert_eq!(rows(&merged["statistics"], key), rows(&top, key), "{query} {key}");
        }
        let typed = ["requests", "run.spanfire", "--format", "json", "--sort", "start"];
        let requests = desk.json(&[&typed, flags].concat());
        assert_eq!(rows(&merged["requests"], "number"), rows(&requests, "id"));
        assert_eq!(rows(&merged["requests"], "work"), rows(&requests, "work_ns"));
        let busy = merged["trees"]["thread"]["busy_ns"].as_array().unwrap();
        let total: u64 = busy.iter().map(|busy| busy.as_u64().unwrap()).sum();
        assert_eq!(total, rows(&top, "self_ns").iter().sum::<u64>());
    }
}

#[test]
fn a_window_holds_no_more_than_its_pixels_need() {
    let desk = Desk::new();
    let served = serve(&desk, &[]);
    let pieces = |head: &Value| -> u64 {
        let lanes = head["lanes"].as_array().unwrap().iter();
        let rows = lanes.flat_map(|lane| lane["rows"].as_array().unwrap());
        rows.map(|row| row.as_u64().unwrap()).sum()
    };
    let (near, bytes) = served.window("from=0&to=4000000&width=1000");
    assert_eq!(pieces(&near), 9);
    assert_eq!(bytes, 9 * 24);
    let (far, _) = served.window("from=0&to=4000000&width=1");
    assert!(pieces(&far) < 9, "{far}");
    let (part, _) = served.window("from=100000&to=200000&width=100");
    assert_eq!((part["from"].as_u64(), part["to"].as_u64()), (Some(100_000), Some(200_000)));
    assert_eq!(pieces(&part), 1);
    let (odd, _) = served.window("from=9&to=3&width=0");
    assert_eq!((odd["from"].as_u64(), odd["to"].as_u64()), (Some(9), Some(9)));
}

#[test]
fn near_spans_are_the_blocks_of_a_report() {
    let desk = Desk::new();
    let served = serve(&desk, &[]);
    let (all, lanes) = blocks(&served.get("near?from=0&to=4000000").body);
    assert_eq!((all["info"]["spans"].as_u64(), lanes), (Some(8), 2));
    let rows = desk.json(&["requests", "run.spanfire", "--root", "request", "--format", "json"]);
    let (request, lanes) = blocks(&served.get(&format!("near?request={}", rows[0]["id"])).body);
    assert_eq!((request["info"]["spans"].as_u64(), lanes), (Some(2), 1));
    assert_eq!(served.get("near?request=999").status, 404);
}

/// The head of a report's blocks, and how many lanes follow it.
fn blocks(body: &[u8]) -> (Value, usize) {
    let mut rest = body;
    let mut blocks = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_at(8);
        let (block, after) =
            after.split_at(u64::from_le_bytes(length.try_into().unwrap()) as usize);
        blocks.push(block);
        rest = after;
    }
    let head: Value = serde_json::from_slice(blocks[0]).unwrap();
    let lanes = blocks[3..].iter().map(|group| lanes(group)).sum();
    assert_eq!(lanes, head["lanes"].as_array().unwrap().len());
    (head, lanes)
}

/// How many lanes a block holds, each with its length before it.
fn lanes(mut group: &[u8]) -> usize {
    let mut lanes = 0;
    while !group.is_empty() {
        let digits = group.iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
        let length =
            group[..digits].iter().rev().fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7f));
        group = &group[digits + length..];
        lanes += 1;
    }
    lanes
}

#[test]
fn a_selection_is_what_is_served() {
    let desk = Desk::new();
    let served = serve(&desk, &["--thread", "worker", "--ignore", "db"]);
    let outline = served.json("outline");
    assert_eq!(outline["selection"], "--thread worker --ignore db");
    assert_eq!(outline["lanes"][0]["label"], "worker-1");
}

#[test]
fn a_port_that_is_taken_and_a_recording_without_spans_are_refused() {
    let desk = Desk::new();
    let served = serve(&desk, &[]);
    let (_, port) = served.host.split_once(':').unwrap();
    let typed = ["view", "run.spanfire", "--no-open", "--port", port];
    desk.fails(&typed, 1, &["cannot listen"]);
    let typed = ["view", "run.spanfire", "--no-open", "--from", "9s"];
    desk.fails(&typed, 2, &["the selection holds no spans to show"]);
}
