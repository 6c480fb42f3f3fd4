//! Recordings that a format must hold, each with a name.

use crate::program::Program;
use crate::sketch;
use spanfire_recording::{CallsiteKind, Form, Recording};
use spanfire_views::Selection;

/// Names that break careless formats.
const HOSTILE: [&str; 10] = [
    "a;b",
    "</title></text><script>alert(\"1\")</script>",
    "line\nbreak\r\u{0}\u{1b}[31m",
    "ends in 5",
    "\u{ffff}\u{202e}]]>&amp;&",
    "",
    " ",
    "# comment_[k]",
    "back\\slash, comma, \"quotes\" 'and' `ticks`",
    "🔥 snowman ☃ \u{2028}",
];

/// A recording and what of it is exported.
pub struct Case {
    pub name: &'static str,
    pub recording: Recording,
    pub selection: Selection,
}

/// All of them.
pub fn all() -> Vec<Case> {
    let drawn = SKETCHES.iter().map(|&(name, drawing)| {
        let (recording, selection) = sketch::parse(drawing);
        Case { name, recording, selection }
    });
    let more = [("hostile names", hostile()), ("a second before its end", long())];
    let more =
        more.map(|(name, recording)| Case { name, recording, selection: Selection::default() });
    drawn.chain(more).collect()
}

/// The one with this name.
pub fn named(name: &str) -> Case {
    all().into_iter().find(|case| case.name == name).expect("there is a recording of that name")
}

const SKETCHES: [(&str, &str); 15] = [
    ("no thread", "end 5"),
    ("empty", "main |"),
    ("one span", "main |A(   )A"),
    ("a span without length", "main |A()A"),
    (
        "a service",
        "
        main     |A(  B(      C(   )C D( )D   )B   )A   A2( !e )A2
        worker   |      E[ F( )F ]E      E[  G( )G )E
        boot     |     E:
        E < B
        ",
    ),
    ("fields, links and instants", "main |A( A=5 !e B( B~A )B A=7 C( C~B C~A !e )C )A !e"),
    ("an exit out of order", "main |A( B( C( ]A )C )B    D( )D"),
    ("a span entered again inside itself", "main |A( B( A[ B[ ]B ]A )B )A"),
    (
        "one span on several threads at once",
        "
        main   |A(  B( ]A   )B
        second |   A[    ]A
        third  |    A[     )A
        ",
    ),
    ("open spans", "main |A( B( )B C: D(\nend 50"),
    (
        "children that overlap and outlive their parent",
        "
        main   |A( B( ]B C( ]C )A    B[ D( )D )B
        worker |                 C[ E(   )E      )C
        ",
    ),
    (
        "losses",
        "
        main   |A( B( )B      C( )C )A
        worker |   D( )D
        lost main 9..12 3
        stalled worker 4..6
        end 60
        ",
    ),
    (
        "threads that wait",
        "
        main   |A(    B(    )B   )A     C(  )C
        worker |   D(     )D
        alone  |  E(  )E
        on cpu main 0..7 10..18 20..99
        on cpu worker 4..7 8..9
        ",
    ),
    (
        "a program that was sampled",
        "
        main   |A(     B(       )B  )A    C(   )C
        worker |  D(               )D
        alone  |    E(     )E
        on cpu main 0..13 15..99
        on cpu worker 0..8
        seen main 2 Af 8 ABfg 9 ABft 14 ABg 16 ABf 30 A 35 C 37 Cf
        seen worker 5 Dh 12 Dh
        seen alone 6 Eh 7 xh
        ",
    ),
    (
        "a part",
        "
        main   |A( B( C( )C  D(    )D )B E( )E )A
        worker |  F(   G( )G     H( )H  )F
        F < A
        --from 6
        --to 25
        --ignore ^C$
        ",
    ),
];

fn hostile() -> Recording {
    let mut program = Program::new(Form::Subscriber);
    let lanes = HOSTILE.map(|name| program.lane(name));
    for (at, name) in HOSTILE.iter().enumerate() {
        let (lane, tick) = (lanes[at], spanfire_recording::Tick(at as u64 * 10));
        let site = program.site(name, CallsiteKind::Span);
        let id = program.id(site);
        let later = spanfire_recording::Tick(tick.0 + 7);
        program.on(lane, |buffer| {
            buffer.new_enter(tick, id, site);
            buffer.exit_drop(later, id);
        });
    }
    program.recording()
}

/// Times that are exact in ns and not in µs, late enough for a careless conversion to lose a digit.
fn long() -> Recording {
    let mut program = Program::new(Form::Subscriber);
    let lane = program.lane("main");
    let site = program.site("A", CallsiteKind::Span);
    let tick = spanfire_recording::Tick;
    for at in [1_001, 999_999_999_999, 86_400_000_000_007, 8_640_000_000_000_001] {
        let id = program.id(site);
        program.on(lane, |buffer| {
            buffer.new_enter(tick(at), id, site);
            buffer.exit_drop(tick(at + 1_003), id);
        });
    }
    program.recording()
}
