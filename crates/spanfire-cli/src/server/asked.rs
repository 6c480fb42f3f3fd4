//! What a request asks for, if it may ask at all.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// A path below the token, and what stands after it.
#[derive(Debug, PartialEq, Eq)]
pub struct Asked {
    /// The path without the token, and without a slash before it; empty for the page.
    pub path: String,
    /// `name=value` pairs; values are numbers and lists of them, so nothing is escaped.
    query: Vec<(String, String)>,
}

/// Why a request is not answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub reason: &'static str,
}

impl Asked {
    /// Reads the head of a request to a server at this port with this token.
    pub fn parse(head: &[u8], port: u16, token: &str) -> Result<Asked, Refusal> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(head) {
            Ok(status) if status.is_complete() => {}
            _ => return Err(Refusal { status: 400, reason: "this is not a request" }),
        }
        if request.method != Some("GET") {
            return Err(Refusal { status: 405, reason: "only GET is answered" });
        }
        let hosts: Vec<&[u8]> = request
            .headers
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case("host"))
            .map(|header| header.value)
            .collect();
        let names = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
        if !matches!(hosts[..], [host] if names.iter().any(|name| name.as_bytes() == host)) {
            return Err(Refusal { status: 403, reason: "the host is not this one" });
        }
        let target = request.path.unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let below = path.strip_prefix('/').and_then(|path| path.split_once('/'));
        match below {
            Some((typed, path)) if is_token(typed, token) => {
                Ok(Asked { path: path.to_owned(), query: pairs(query) })
            }
            _ => Err(Refusal { status: 404, reason: "nothing is here" }),
        }
    }

    /// A number of the query.
    pub fn number(&self, name: &str) -> Option<u64> {
        let (_, value) = self.query.iter().find(|(known, _)| known == name)?;
        value.parse().ok()
    }

    /// A set of numbers below `end`, such as `1-3.8`: nothing where it is not asked for, or is not
    /// such a set.
    pub fn numbers(&self, name: &str, end: usize) -> Option<BTreeSet<usize>> {
        let (_, value) = self.query.iter().find(|(known, _)| known == name)?;
        let mut numbers = BTreeSet::new();
        for run in value.split('.').filter(|run| !run.is_empty()) {
            let (first, last) = run.split_once('-').unwrap_or((run, run));
            let run: RangeInclusive<usize> = first.parse().ok()?..=last.parse().ok()?;
            numbers.extend(run.take_while(|&number| number < end));
        }
        Some(numbers)
    }
}

/// Compares in a time that does not tell how much was right.
fn is_token(typed: &str, token: &str) -> bool {
    let differences = typed.bytes().zip(token.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
    typed.len() == token.len() && differences == 0
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &str, expected: Result<&str, u16>) {
        let found = Asked::parse(head.as_bytes(), 80, "abc");
        let found = found.as_ref().map(|asked| asked.path.as_str());
        assert_eq!(found.map_err(|refusal| refusal.status), expected, "{head:?}");
    }

    #[test]
    fn only_the_token_at_this_host_is_answered() {
        check("GET /abc/ HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n", Ok(""));
        check("GET /abc/window?from=1 HTTP/1.1\r\nhost: localhost:80\r\n\r\n", Ok("window"));
        check("GET /abc HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n", Err(404));
        check("GET /abd/ HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n", Err(404));
        check("GET / HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n", Err(404));
        check("GET /abc/ HTTP/1.1\r\nHost: evil.example:80\r\n\r\n", Err(403));
        check("GET /abc/ HTTP/1.1\r\nHost: 127.0.0.1:81\r\n\r\n", Err(403));
        check("GET /abc/ HTTP/1.1\r\n\r\n", Err(403));
        check("GET /abc/ HTTP/1.1\r\nHost: 127.0.0.1:80\r\nHost: evil\r\n\r\n", Err(403));
        check("POST /abc/ HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n", Err(405));
        check("nonsense\r\n\r\n", Err(400));
        check("GET /abc/ HTTP/1.1\r\nHost: 127.0.0.1:80\r\n", Err(400));
    }

    #[test]
    fn numbers_are_read_from_the_query_and_nothing_else() {
        let head = b"GET /abc/window?from=12&to=x&width= HTTP/1.1\r\nHost: localhost:80\r\n\r\n";
        let asked = Asked::parse(head, 80, "abc").unwrap();
        let numbers = ["from", "to", "width", "none"].map(|name| asked.number(name));
        assert_eq!(numbers, [Some(12), None, None, None]);
    }

    #[test]
    fn a_set_of_numbers_is_never_larger_than_what_there_is() {
        let head = b"GET /abc/merged?a=1-3.8&b=&c=x&d=5-18446744073709551615 HTTP/1.1\r\n\
            Host: localhost:80\r\n\r\n";
        let asked = Asked::parse(head, 80, "abc").unwrap();
        let numbers = |name| asked.numbers(name, 9).map(|set| set.into_iter().collect::<Vec<_>>());
        assert_eq!(numbers("a"), Some(vec![1, 2, 3, 8]));
        assert_eq!(numbers("b"), Some(vec![]));
        assert_eq!(numbers("c"), None);
        assert_eq!(numbers("d"), Some(vec![5, 6, 7, 8]));
        assert_eq!(numbers("e"), None);
    }
}
