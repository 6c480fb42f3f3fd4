//! Times in which threads waited for the collector, given to what was entered then.

use crate::Replay;
use crate::replay::{Missing, Slice};
use rustc_hash::FxHashMap;
use spanfire_recording::{LaneId, LossCause};

/// The stalls of a replay, as far as they are still to come.
pub(crate) struct Stalls {
    by_lane: FxHashMap<LaneId, Vec<(u64, u64)>>,
    /// Those that were known before the replay.
    foreseen: Vec<(LaneId, u64, u64)>,
}

impl Stalls {
    /// The replay tells of stalls outside the lanes' events when they are over, so these are looked
    /// up.
    pub fn new(replay: &Replay<'_>) -> Stalls {
        let (recording, window) = (replay.recording(), replay.rules().window);
        let ns = |tick| window.clamp(recording.timebase().ns(tick));
        let stalls = recording.losses().iter().filter(|loss| loss.cause == LossCause::Stall);
        let foreseen: Vec<_> =
            stalls.map(|loss| (loss.lane, ns(loss.first), ns(loss.last))).collect();
        let mut by_lane: FxHashMap<LaneId, Vec<(u64, u64)>> = FxHashMap::default();
        for &(lane, from_ns, to_ns) in &foreseen {
            by_lane.entry(lane).or_default().push((from_ns, to_ns));
        }
        Stalls { by_lane, foreseen }
    }

    /// The replay tells of a loss. A stall among a lane's own events comes before the event that waited.
    pub fn lost(&mut self, loss: &Missing) {
        let stall = (loss.lane, loss.start_ns, loss.end_ns);
        if loss.cause == LossCause::Stall && !self.foreseen.contains(&stall) {
            self.by_lane.entry(loss.lane).or_default().push((loss.start_ns, loss.end_ns));
        }
    }

    /// How much of a slice its lane waited.
    pub fn within(&mut self, slice: &Slice) -> u64 {
        if self.by_lane.is_empty() {
            return 0;
        }
        let Some(stalls) = self.by_lane.get_mut(&slice.lane) else { return 0 };
        let end_ns = slice.start_ns.saturating_add(slice.length_ns);
        let overlap =
            |&(from, to): &(u64, u64)| to.min(end_ns).saturating_sub(from.max(slice.start_ns));
        let stalled_ns = stalls.iter().map(overlap).sum::<u64>();
        stalls.retain(|&(_, to)| to > end_ns);
        stalled_ns.min(slice.length_ns)
    }
}
