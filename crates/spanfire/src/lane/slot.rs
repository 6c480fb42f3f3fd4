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

thread_local! {
    static SLOT: Slot = const { Slot { recorder: Cell::new(0), lane: Cell::new(ptr::null()) } };
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
        // A later callback on this thread, from another destructor, starts a lane of its own.
        SLOT.with(|slot| slot.recorder.set(0));
        for lane in self.0.get_mut() {
            lane.shared.end();
        }
    }
}

impl Slot {
    /// Runs `f` with this thread's lane of `core`; `None` on a thread that is inside the recorder.
    #[inline(always)]
    pub fn with<R>(core: &Core, f: impl FnOnce(&Lane) -> R) -> Option<R> {
        let known =
            SLOT.with(
                |slot| {
                    if slot.recorder.get() == core.id { slot.lane.get() } else { ptr::null() }
                },
            );
        let lane = if known.is_null() { Slot::find(core)? } else { known };
        // SAFETY: the slot's lane belongs to the recorder whose id stands beside it. Ids are never
        // used twice, and this recorder, which keeps its lanes until it is dropped or their thread
        // has ended, is alive: `core` is borrowed. The lane was made for this thread.
        Some(f(unsafe { &*lane }))
    }

    /// Runs `f` while callbacks on this thread are not recorded.
    pub fn closed<R>(f: impl FnOnce() -> R) -> R {
        let before = CLOSED.replace(true);
        let hidden = SLOT.with(|slot| slot.recorder.replace(0));
        let result = f();
        SLOT.with(|slot| slot.recorder.set(hidden));
        CLOSED.set(before);
        result
    }

    /// Looks the lane up, or makes it: once for each thread and recorder, and again whenever a
    /// thread changes between recorders.
    #[cold]
    #[inline(never)]
    fn find(core: &Core) -> Option<*const Lane> {
        if CLOSED.get() {
            return None;
        }
        let lane = Slot::closed(|| {
            let known = ENDING.try_with(|ending| {
                let lanes = ending.0.try_borrow().ok()?;
                lanes.iter().find(|lane| lane.shared.recorder == core.id).cloned()
            });
            if let Ok(Some(lane)) = known {
                return lane;
            }
            let lane = core.add_lane();
            // Past the thread's destructors nobody tells the lane's end; the recorder keeps it.
            let _ = ENDING.try_with(|ending| {
                if let Ok(mut lanes) = ending.0.try_borrow_mut() {
                    lanes.retain(|lane| Arc::strong_count(lane) > 1);
                    lanes.push(Arc::clone(&lane));
                }
            });
            lane
        });
        let lane = Arc::as_ptr(&lane);
        SLOT.with(|slot| {
            slot.recorder.set(core.id);
            slot.lane.set(lane);
        });
        Some(lane)
    }
}
