//! An answer, and the headers that keep it to its reader.

use std::io::{self, Write};

/// What is sent back.
pub struct Answer {
    status: u16,
    kind: &'static str,
    body: Vec<u8>,
}

impl Answer {
    /// A page.
    pub fn html(body: String) -> Answer {
        Answer { status: 200, kind: "text/html; charset=utf-8", body: body.into_bytes() }
    }

    /// A JSON object.
    pub fn json(body: Vec<u8>) -> Answer {
        Answer { status: 200, kind: "application/json", body }
    }

    /// Columns of numbers.
    pub fn binary(body: Vec<u8>) -> Answer {
        Answer { status: 200, kind: "application/octet-stream", body }
    }

    /// Why there is nothing to send, where to ask was no mistake: browsers report other statuses as
    /// errors.
    pub fn excuse(reason: &str) -> Answer {
        Answer::refusal(200, reason)
    }

    /// Why there is none.
    pub fn refusal(status: u16, reason: &str) -> Answer {
        Answer { status, kind: "text/plain; charset=utf-8", body: format!("{reason}\n").into() }
    }

    /// Writes it. Nothing is kept by the browser, framed by another page, or told where it was.
    pub(super) fn write(&self, sink: &mut impl Write) -> io::Result<()> {
        let Answer { status, kind, body } = self;
        let reason = if *status == 200 { "OK" } else { "Refused" };
        let head = format!(
            "HTTP/1.1 {status} {reason}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
             Connection: close\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
             Referrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: same-origin\r\n\
             X-Frame-Options: DENY\r\n\r\n",
            body.len()
        );
        sink.write_all(head.as_bytes())?;
        sink.write_all(body)
    }
}
