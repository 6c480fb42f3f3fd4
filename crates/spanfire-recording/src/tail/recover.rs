//! What a tail file holds beyond its recording, as the blocks the writer would have written next.

use super::{Head, LOSS_WORDS, TailState, TailSummary, names, owner, snapshot::Snapshot};
use crate::{Error, Header, LaneId, Loss, LossCause, Tick, block::block_kind, writer::Writer};
use std::path::Path;

/// How far the recording itself goes.
pub(crate) struct Known<'a> {
    pub header: &'a Header,
    pub head: Head,
    pub callsites: usize,
    /// The last tick of each lane.
    pub lanes: Vec<Tick>,
    /// Where its whole blocks end.
    pub at_byte: u64,
}

/// Reads the tail file at `path`.
pub(crate) fn recover(path: &Path, known: Known<'_>) -> Result<(Vec<u8>, TailSummary), TailState> {
    let snapshot = Snapshot::read(path, &known.head, known.at_byte)?;
    let mut recovery = Recovery {
        callsites: known.callsites,
        lanes: known.lanes.len(),
        summary: TailSummary::default(),
        writer: Writer::resume(Vec::new(), known.header.form, Tick(known.head.tick), known.lanes),
    };
    recovery.chunks(&snapshot).map_err(TailState::Refused)?;
    Ok((recovery.writer.into_sink(), recovery.summary))
}

struct Recovery {
    callsites: usize,
    lanes: usize,
    summary: TailSummary,
    writer: Writer<Vec<u8>>,
}

impl Recovery {
    /// Names first, since everything else refers to them.
    fn chunks(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        let of = |owner| snapshot.chunks.iter().filter(move |chunk| chunk.owner == owner);
        for chunk in of(owner::NAMES) {
            self.names(&chunk.words)?;
        }
        for chunk in &snapshot.chunks {
            let Some(lane) = lane_of(chunk.owner) else { continue };
            let mut taken = chunk.taken;
            let changed = taken.changed(|place| chunk.words.get(place).copied().unwrap_or(0));
            self.records(lane, &changed.unwrap_or_default()[..2 * usize::from(changed.is_some())])?;
            self.records(lane, chunk.words.get(taken.position..).unwrap_or_default())?;
        }
        for chunk in of(owner::LOSSES) {
            for entry in chunk.words.chunks_exact(LOSS_WORDS) {
                self.loss(entry)?;
            }
        }
        Ok(())
    }

    fn names(&mut self, words: &[u64]) -> Result<(), Error> {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        for (kind, number, block) in names::blocks(&bytes) {
            let next = match kind {
                block_kind::LANE => &mut self.lanes,
                _ => &mut self.callsites,
            };
            if number as usize == *next {
                *next += 1;
                self.summary.names += 1;
                self.writer.append_name(kind, block)?;
            }
        }
        Ok(())
    }

    fn records(&mut self, lane: LaneId, words: &[u64]) -> Result<(), Error> {
        self.summary.records += self.writer.events(lane, words)?;
        Ok(())
    }

    fn loss(&mut self, entry: &[u64]) -> Result<(), Error> {
        let &[owner, events, first, last] = entry else { return Ok(()) };
        let Some(lane) = lane_of(owner).filter(|lane| lane.index() < self.lanes) else {
            return Ok(());
        };
        if events == 0 {
            return Ok(());
        }
        self.summary.lost_events = self.summary.lost_events.saturating_add(events);
        let (first, last) = (Tick(first), Tick(last));
        self.writer.loss(&Loss { lane, first, last, events, cause: LossCause::Overflow })
    }
}

fn lane_of(owner: u64) -> Option<LaneId> {
    u32::try_from(owner.checked_sub(1)?).ok().map(LaneId)
}
