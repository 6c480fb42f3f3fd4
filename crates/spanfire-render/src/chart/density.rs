//! Pieces of time thinned out to what a picture can show.

use spanfire_views::Compensated;

/// How many pieces a picture has at most, where it has that many rows.
pub(super) const PIECES_MAX: usize = 16_000;

/// A stretch of time in a row of a chart, or a run of such stretches that became one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub row: usize,
    pub start_ns: u64,
    pub end_ns: u64,
    /// What pieces of one row are told apart by; of a run, the kind with the most time in it.
    pub kind: u32,
    /// How many stretches it stands for.
    pub count: u64,
    /// Time covered by them, smaller than the length only in a run.
    pub busy_ns: u64,
    /// Whether the last one had no end.
    pub open: bool,
    /// A number of the caller's; of a run, that of its first stretch.
    pub first: usize,
    /// What remains of `busy_ns` without what recording took, if that is asked for.
    pub compensated: Option<Compensated>,
}

/// `pieces` with neighbours of one row merged where they are shorter than `resolution_ns` and lie
/// no further apart, and that resolution doubled until at most `most` are left. A run of different
/// kinds ends after four times the resolution, so that a change of kind along a row stays visible.
/// Pieces of one row must come in the order of their start and not overlap; they leave row by row.
pub(super) fn thinned(pieces: &[Piece], resolution_ns: u64, most: usize) -> Vec<Piece> {
    let rows = pieces.iter().map(|piece| piece.row + 1).max().unwrap_or(0);
    let mut resolution_ns = resolution_ns.max(1);
    let mut thin = merged(pieces, rows, resolution_ns);
    // One piece per row is as thin as it gets.
    while thin.len() > most.max(rows) && resolution_ns <= u64::MAX / 2 {
        resolution_ns *= 2;
        thin = merged(&thin, rows, resolution_ns);
    }
    thin
}

fn merged(pieces: &[Piece], rows: usize, resolution_ns: u64) -> Vec<Piece> {
    let mut done: Vec<Vec<Piece>> = vec![Vec::new(); rows];
    let mut runs: Vec<Option<Run>> = (0..rows).map(|_| None).collect();
    for piece in pieces {
        let run = &mut runs[piece.row];
        if let Some(run) = run
            && run.takes(piece, resolution_ns)
        {
            run.add(piece);
        } else if let Some(finished) = run.replace(Run::new(*piece)) {
            done[piece.row].push(finished.piece);
        }
    }
    for (row, run) in done.iter_mut().zip(runs) {
        row.extend(run.map(|run| run.piece));
    }
    done.concat()
}

/// Pieces that are becoming one.
struct Run {
    piece: Piece,
    /// How much time each kind has in it.
    shares: Vec<(u32, u64)>,
}

impl Run {
    fn new(piece: Piece) -> Run {
        Run { piece, shares: vec![(piece.kind, piece.busy_ns)] }
    }

    fn takes(&self, next: &Piece, resolution_ns: u64) -> bool {
        let length_ns = next.end_ns.saturating_sub(self.piece.start_ns);
        is_thin(&self.piece, resolution_ns)
            && is_thin(next, resolution_ns)
            && (self.piece.kind == next.kind || length_ns / 4 < resolution_ns)
            && next.start_ns.saturating_sub(self.piece.end_ns) < resolution_ns
    }

    fn add(&mut self, next: &Piece) {
        self.piece.end_ns = self.piece.end_ns.max(next.end_ns);
        self.piece.count += next.count;
        self.piece.busy_ns += next.busy_ns;
        self.piece.open |= next.open;
        let both = self.piece.compensated.zip(next.compensated);
        self.piece.compensated = both.map(|(sum, more)| sum.plus(more));
        match self.shares.iter_mut().find(|(kind, _)| *kind == next.kind) {
            Some((_, busy_ns)) => *busy_ns += next.busy_ns,
            None => self.shares.push((next.kind, next.busy_ns)),
        }
        let largest = self.shares.iter().rev().max_by_key(|(_, busy_ns)| *busy_ns);
        self.piece.kind = largest.map_or(next.kind, |(kind, _)| *kind);
    }
}

fn is_thin(piece: &Piece, resolution_ns: u64) -> bool {
    piece.count > 1 || piece.end_ns.saturating_sub(piece.start_ns) < resolution_ns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(start_ns: u64, end_ns: u64, row: usize, kind: u32) -> Piece {
        let busy_ns = end_ns - start_ns;
        Piece {
            row,
            start_ns,
            end_ns,
            kind,
            count: 1,
            busy_ns,
            open: false,
            first: 0,
            compensated: None,
        }
    }

    #[test]
    fn thin_neighbours_of_one_row_become_one_and_long_or_distant_ones_stay() {
        let pieces =
            [piece(0, 100, 0, 0), piece(0, 2, 1, 1), piece(4, 9, 1, 2), piece(30, 33, 1, 1)];
        let run = Piece { count: 2, busy_ns: 7, kind: 2, ..piece(0, 9, 1, 0) };
        assert_eq!(thinned(&pieces, 10, 100), [pieces[0], run, pieces[3]]);
    }

    #[test]
    fn a_row_of_thin_pieces_shows_where_their_kind_changes() {
        let pieces: Vec<Piece> =
            (0..1_000).map(|at| piece(at * 7, at * 7 + 3, 0, at as u32 / 500)).collect();
        let kinds: Vec<(u32, u64)> =
            thinned(&pieces, 10, 100).iter().map(|piece| (piece.kind, piece.count)).collect();
        assert_eq!(kinds, [(0, 500), (1, 500)]);
    }

    #[test]
    fn thinning_keeps_every_stretch_and_all_time() {
        let pieces: Vec<Piece> =
            (0..50_000).map(|at| piece(at * 7, at * 7 + 3, 0, at as u32 % 5)).collect();
        let thin = thinned(&pieces, 1, 1_000);
        assert!(thin.len() <= 1_000);
        assert_eq!(thin.iter().map(|piece| piece.count).sum::<u64>(), 50_000);
        assert_eq!(thin.iter().map(|piece| piece.busy_ns).sum::<u64>(), 150_000);
    }
}
