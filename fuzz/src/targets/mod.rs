//! One function for each decoder, and for what stands on them.

mod damage;
mod recording;
mod chunk;
mod samples;
mod roundtrip;
mod frame;
mod tables;
mod tail;
mod import;

/// A function that takes any bytes, and panics if a promise is broken.
#[derive(Clone, Copy)]
pub struct Target {
    /// What it is called, on the command line and in the corpus.
    pub name: &'static str,
    /// What it is given, and what it asks.
    pub about: &'static str,
    /// Of a hundred executions, how many it gets: what is fast or plain needs fewer.
    pub share: u64,
    /// The function.
    pub run: fn(&[u8]),
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target {
        name: "recording",
        about: "a file's bytes as they are: the reader, and all views if it opens",
        share: 8,
        run: recording::raw,
    },
    Target {
        name: "sealed",
        about: "a file's bytes under right checksums: the reader",
        share: 15,
        run: recording::sealed,
    },
    Target {
        name: "views",
        about: "a file's bytes under right checksums: all views of a selection",
        share: 3,
        run: recording::views,
    },
    Target {
        name: "damage",
        about: "a frozen file, cut, zeroed, or with bits turned: what is read is what was written",
        share: 10,
        run: damage::damage,
    },
    Target {
        name: "roundtrip",
        about: "a program's words, written and read: they come back, and its views agree",
        share: 8,
        run: roundtrip::roundtrip,
    },
    Target {
        name: "chunk",
        about: "the stored bytes of a chunk: decoded, and written again the same",
        share: 16,
        run: chunk::chunk,
    },
    Target {
        name: "columns",
        about: "tags, ticks and args of a chunk that fit one another in length, also compressed",
        share: 10,
        run: chunk::columns,
    },
    Target { name: "fields", about: "the field bytes of one record", share: 5, run: chunk::fields },
    Target {
        name: "samples",
        about: "the stored bytes of native samples: decoded, and written again the same",
        share: 4,
        run: samples::samples,
    },
    Target { name: "varint", about: "numbers", share: 6, run: frame::varint },
    Target {
        name: "block",
        about: "a block's header and stored bytes",
        share: 2,
        run: frame::block,
    },
    Target { name: "index", about: "the entries of an index", share: 4, run: frame::index },
    Target {
        name: "tail",
        about: "the tail file of a recording that was not finished: what it adds, and nothing else",
        share: 1,
        run: tail::tail,
    },
    Target {
        name: "tables",
        about: "the CBOR of a header, callsite, lane, anchor, loss, probe cost, images or sampling",
        share: 5,
        run: tables::tables,
    },
    Target {
        name: "import",
        about: "a profile of another tool: imported whole, or refused",
        share: 3,
        run: import::import,
    },
];

/// The target called `name`.
///
/// # Panics
/// If there is none.
pub fn target(name: &str) -> Target {
    *TARGETS.iter().find(|target| target.name == name).expect("a target's name")
}
