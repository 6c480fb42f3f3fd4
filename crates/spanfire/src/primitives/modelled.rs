//! The primitives as loom models them.

pub use loom::{
    cell::Cell,
    sync::{Mutex, MutexGuard, atomic},
};

/// A bounded channel that promises no more than a channel must: what was done before a message was
/// sent is seen by who received it. A lock around the queue would promise more, and hide mistakes.
pub mod channel {
    use super::atomic::{AtomicUsize, Ordering::*};
    pub use crossbeam_channel::{
        RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError,
    };
    use std::{
        collections::VecDeque,
        sync::{Arc, Mutex, MutexGuard, PoisonError},
        time::{Duration, Instant},
    };

    pub struct Sender<T>(Arc<Shared<T>>);
    pub struct Receiver<T>(Arc<Shared<T>>);

    struct Shared<T> {
        room: usize,
        /// Touched by every operation, in no order: loom then tries the operations in every order.
        turn: AtomicUsize,
        /// Each message has one, which its sender sets and its receiver breaks.
        seals: Vec<AtomicUsize>,
        /// Outside the model: loom sees no order in it.
        queue: Mutex<Queue<T>>,
    }

    struct Queue<T> {
        /// Messages with the numbers of their seals.
        sealed: VecDeque<(usize, T)>,
        free: Vec<usize>,
    }

    /// More seals than messages: threads set them before they know that there is room.
    const MAX_SENDERS: usize = 2;

    pub fn bounded<T>(room: usize) -> (Sender<T>, Receiver<T>) {
        let turn = AtomicUsize::new(0);
        let free: Vec<usize> = (0..room + MAX_SENDERS).collect();
        let seals = free.iter().map(|_| AtomicUsize::new(0)).collect();
        let queue = Mutex::new(Queue { sealed: VecDeque::new(), free });
        let shared = Arc::new(Shared { room, turn, seals, queue });
        (Sender(Arc::clone(&shared)), Receiver(shared))
    }

    impl<T> Shared<T> {
        /// Never held while loom may change threads.
        fn queue(&self) -> MutexGuard<'_, Queue<T>> {
            self.queue.lock().unwrap_or_else(PoisonError::into_inner)
        }

        fn take_turn(&self) -> MutexGuard<'_, Queue<T>> {
            self.turn.fetch_add(1, Relaxed);
            self.queue()
        }
    }

    impl<T> Sender<T> {
        pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
            let seal = self.0.queue().free.pop().expect("there are more seals than senders");
            self.0.seals[seal].store(1, Release);
            let mut queue = self.0.take_turn();
            if queue.sealed.len() == self.0.room {
                queue.free.push(seal);
                return Err(TrySendError::Full(message));
            }
            queue.sealed.push_back((seal, message));
            Ok(())
        }

        /// Time passes when all other threads have had their turn.
        pub fn send_timeout(&self, message: T, _: Duration) -> Result<(), SendTimeoutError<T>> {
            self.try_send(message).map_err(|error| {
                loom::thread::yield_now();
                SendTimeoutError::Timeout(error.into_inner())
            })
        }

        pub fn send(&self, mut message: T) -> Result<(), SendError<T>> {
            while let Err(error) = self.try_send(message) {
                loom::thread::yield_now();
                message = error.into_inner();
            }
            Ok(())
        }
    }

    impl<T> Receiver<T> {
        pub fn try_recv(&self) -> Result<T, TryRecvError> {
            let taken = self.0.take_turn().sealed.pop_front();
            let (seal, message) = taken.ok_or(TryRecvError::Empty)?;
            // A change, and not a load, which could read the value before.
            self.0.seals[seal].fetch_add(1, Acquire);
            self.0.queue().free.push(seal);
            Ok(message)
        }

        pub fn recv_timeout(&self, _: Duration) -> Result<T, RecvTimeoutError> {
            self.try_recv().map_err(|_| {
                loom::thread::yield_now();
                RecvTimeoutError::Timeout
            })
        }

        pub fn recv_deadline(&self, _: Instant) -> Result<T, RecvTimeoutError> {
            self.recv_timeout(Duration::ZERO)
        }

        pub fn len(&self) -> usize {
            self.0.take_turn().sealed.len()
        }
    }
}
