//! A small HTTP server for one reader on this machine.
//!
//! Takes GET requests on the loopback address and hands their path and query to a function. Other
//! programs of this machine and other pages of the browser are kept out:
//!
//! - the address holds a random token that only whoever started the command is told,
//! - the host that a request names must be the loopback address, so that no name that somebody lets
//!   point here (DNS rebinding) is answered,
//! - nothing says that pages from elsewhere may read an answer.
//!
//! Each connection has a thread and one request; a few at once, and the rest wait. A request is at
//! most 16 KiB and comes within seconds, or the connection ends.

mod asked;
mod answer;
mod indexing;

pub use answer::Answer;
pub use asked::Asked;
pub use indexing::{Indexing, Preview};

use asked::Refusal;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How many requests are worked on at once.
const THREADS: usize = 4;
/// How many connections wait for one of them.
const WAITING: usize = 64;
/// The longest head of a request.
const HEAD_MAX: usize = 16 << 10;
/// How long a reader may take to send a request, or to take a piece of the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A bound address.
pub struct Server {
    listener: TcpListener,
    port: u16,
    token: String,
}

impl Server {
    /// Binds the loopback address; port 0 is any that is free.
    pub fn bind(port: u16) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let port = listener.local_addr()?.port();
        Ok(Server { listener, port, token: token()? })
    }

    /// Where a browser finds it.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/{}/", self.port, self.token)
    }

    /// Answers requests until the process ends.
    pub fn run(&self, answer: &(dyn Fn(&Asked) -> Answer + Sync)) {
        let (sender, receiver) = sync_channel::<TcpStream>(WAITING);
        let receiver = Mutex::new(receiver);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    loop {
                        let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
                        let Ok(stream) = next else { return };
                        // A reader that went away needs no answer.
                        let _ = self.serve(stream, answer);
                    }
                });
            }
            for stream in self.listener.incoming().flatten() {
                if sender.send(stream).is_err() {
                    return;
                }
            }
        });
    }

    fn serve(
        &self,
        mut stream: TcpStream,
        answer: &(dyn Fn(&Asked) -> Answer + Sync),
    ) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let head = read_head(&mut stream)?;
        let answer = match Asked::parse(&head, self.port, &self.token) {
            Ok(asked) => answer(&asked),
            Err(Refusal { status, reason }) => Answer::refusal(status, reason),
        };
        answer.write(&mut stream)?;
        stream.flush()
    }
}

/// Everything up to the empty line that ends a request's head, which has no body.
fn read_head(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut piece = [0; 2048];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") && head.len() < HEAD_MAX {
        match stream.read(&mut piece)? {
            0 => break,
            read => head.extend_from_slice(&piece[..read]),
        }
    }
    Ok(head)
}

/// 128 random bits from the operating system.
fn token() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
