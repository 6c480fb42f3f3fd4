//! How a callback finds its thread's lane.

use super::Lane;
use crate::core::Core;
use std::{
    cell::{Cell, RefCell},
    ptr,
    sync::Arc,
};

/// The lane a thread used last, and the recorder it belongs to. The slot has no destructor, so that
/// it works to the very end of a thread, in the destructors of other thread-locals too.
pub(crate) struct Slot {
    recorder: Cell<u64>,
    lane: Cell<*const Lane>,
}

/// No recorder has this id, nor is it a recorder's hot id.
const EMPTY: u64 = u64::MAX;

thread_local! {
    static SLOT: Slot = const { Slot { recorder: Cell::new(EMPTY), lane: Cell::new(ptr::null()) } };
    /// Whether this thread is inside a recorder's slow path: callbacks from there, of an allocator
    /// that traces, are not recorded.
    static CLOSED: Cell<bool> = const { Cell::new(false) };
    static ENDING: Ending = const { Ending(RefCell::new(Vec::new())) };
}

/// Marks this thread's lanes as ended when the thread ends: a hint that frees memory early. Nothing
/// else depends on it.
struct Ending(RefCell<Vec<Arc<Lane>>>);

impl Drop for Ending {
    fn drop(&mut self) {
        // A lane in which spans are entered goes on: a later destructor may leave them. Otherwise a
        // later callback on this thread starts a lane of its own.
        for lane in self.0.get_mut().iter().filter(|lane| lane.at_root()) {
            SLOT.with(|slot| {
                if slot.lane.get() == Arc::as_ptr(lane) {
                    slot.recorder.set(EMPTY);
                }
            });
            lane.published.end();
        }
    }
}

impl Slot {
    /// This thread's lane of `core`, if it is the one the thread used last and the clock is a
    /// counter. Otherwise [`with`](Self::with) finds it.
    #[inline(always)]
    pub fn hot(core: &Core) -> Option<&Lane> {
        let (recorder, lane) = SLOT.with(|slot| (slot.recorder.get(), slot.lane.get()));
        if recorder != core.hot_id {
            return None;
        }
        // SAFETY: the slot's lane belongs to the recorder whose id stands beside it; a hot id is
        // that of its recorder, or 0, which no slot holds. Ids are never used twice, and this recorder, which keeps its lanes until it is dropped or their thread has ended, is
        // alive: `core` is borrowed. The lane was made for this thread.
        Some(unsafe { &*lane })
    }

    /// Runs `f` with this thread's lane of `core`, made if there is none; `None` on a thread that is
    /// inside a recorder.
    pub fn with<R>(core: &Core, f: impl FnOnce(&Lane) -> R) -> Option<R> {
        let (recorder, lane) = SLOT.with(|slot| (slot.recorder.get(), slot.lane.get()));
        let lane = if recorder == core.id { lane } else { Slot::find(core)? };
        // SAFETY: as in `hot`; `find` gives a lane of this recorder and thread.
        Some(f(unsafe { &*lane }))
    }

    /// Runs `f` while callbacks on this thread are not recorded.
    pub fn closed<R>(f: impl FnOnce() -> R) -> R {
        let before = CLOSED.replace(true);
        let hidden = SLOT.with(|slot| slot.recorder.replace(EMPTY));
        let result = f();
        SLOT.with(|slot| slot.recorder.set(hidden));
        CLOSED.set(before);
        result
    }

    /// Makes this thread look for its lane, if it needs one, at the next callback: the recorder that it
    /// used last is finished, or another process's.
    pub fn leave() {
        SLOT.with(|slot| slot.recorder.set(EMPTY));
    }

    /// Looks the lane up, or makes it: once for each thread and recorder, and again whenever a
    /// thread changes between recorders.
    #[cold]
    #[inline(never)]
    fn find(core: &Core) -> Option<*const Lane> {
        if CLOSED.get() || core.is_forked() {
            return None;
        }
        let lane = Slot::closed(|| {
            let known = ENDING.try_with(|ending| {
                let lanes = ending.0.try_borrow().ok()?;
                lanes.iter().find(|lane| lane.published.recorder == core.id).cloned()
            });
            if let Ok(Some(lane)) = known {
                return Some(lane);
            }
            let lane = core.add_lane()?;
            // Past the thread's destructors nobody tells the lane's end; the recorder keeps it.
            let _ = ENDING.try_with(|ending| {
                if let Ok(mut lanes) = ending.0.try_borrow_mut() {
                    lanes.retain(|lane| Arc::strong_count(lane) > 1);
                    lanes.push(Arc::clone(&lane));
                }
            });
            Some(lane)
        })?;
        let lane = Arc::as_ptr(&lane);
        SLOT.with(|slot| {
            slot.recorder.set(core.id);
            slot.lane.set(lane);
        });
        Some(lane)
    }
}
